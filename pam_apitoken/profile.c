/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/profile.h"

#include <stdlib.h>

#include "common/text.h"

static int policy_read(struct profile *profile, const struct context *context, struct error *error)
{
	const void *service = NULL;

	if (pam_get_item(context->pamh, PAM_SERVICE, &service) != PAM_SUCCESS)
		return error_set(error, ERROR_SYSTEM, "cannot read PAM_SERVICE");
	if (policy_load(&profile->policy, context->options.configuration, service, error) < 0)
		return -1;
	if (context->options.vendor != NULL &&
	    text_copy(profile->policy.vendor, sizeof(profile->policy.vendor),
		      context->options.vendor) < 0)
		return error_set(error, ERROR_CONFIGURATION,
				 "PAM stack: the vendor's name is too long");
	return 0;
}

struct profile *profile_open(const struct context *context, struct error *error)
{
	struct profile *profile = calloc(1, sizeof(*profile));

	if (profile == NULL) {
		error_set(error, ERROR_MEMORY, "out of memory");
		return NULL;
	}
	dialect_init(&profile->dialect);
	if (policy_read(profile, context, error) < 0) {
		profile_free(profile);
		return NULL;
	}
	return profile;
}

int profile_places(struct profile *profile, const struct context *context, struct error *error)
{
	return vendor_places_for_module(&profile->places, context->options.configuration,
					context->options.libexec, error);
}

int profile_vendor(struct profile *profile, const struct context *context, struct error *error)
{
	if (profile->policy.vendor[0] == '\0')
		return error_set(
			error, ERROR_CONFIGURATION,
			"%s/apitoken.conf: no vendor is named: write \"vendor = NAME\" under [pam]",
			context->options.configuration);
	if (profile_places(profile, context, error) < 0)
		return -1;
	return vendor_load(&profile->vendor, profile->policy.vendor, &profile->places, error);
}

int profile_load(struct profile *profile, const struct context *context, const char *login,
		 struct error *error)
{
	if (profile_vendor(profile, context, error) < 0)
		return -1;
	if (vendor_dialect(&profile->vendor, &profile->places, &profile->dialect, error) < 0)
		return -1;
	return vendor_username(&profile->vendor, login, profile->username, error);
}

void profile_free(struct profile *profile)
{
	if (profile == NULL)
		return;
	dialect_release(&profile->dialect);
	vendor_release(&profile->vendor);
	free(profile);
}
