/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/user.h"

#include <pwd.h>
#include <string.h>

#include <security/pam_modutil.h>

#include "common/text.h"

bool user_name_allowed(const char *name)
{
	const size_t length = strlen(name);

	return length >= 1 && length <= USER_NAME_MAX && text_is_visible(name, length) &&
	       strpbrk(name, "@\\/: ") == NULL;
}

static int unknown(struct error *error, const char *why)
{
	error_set(error, ERROR_POLICY, "%s", why);
	return PAM_USER_UNKNOWN;
}

static int user_look_up(const struct context *context, const char *name, struct user *user,
			struct error *error)
{
	const struct passwd *entry;

	if (name == NULL || !user_name_allowed(name))
		return unknown(error, "a name like this is never sent to a vendor");
	entry = pam_modutil_getpwnam(context->pamh, name);
	if (entry == NULL)
		return unknown(error, "no such user on this machine");
	/* Some name services fold case: the entry must be this very name's. */
	if (strcmp(entry->pw_name, name) != 0)
		return unknown(error, "the passwd database knows this user by another name");
	if (entry->pw_uid == 0)
		return unknown(error, "uid 0 logs in with a local password only");
	*user = (struct user){ .name = name, .uid = entry->pw_uid, .gid = entry->pw_gid };
	return PAM_SUCCESS;
}

int user_find(const struct context *context, struct user *user, struct error *error)
{
	const char *name = NULL;
	const int result = pam_get_user(context->pamh, &name, NULL);

	if (result == PAM_SUCCESS)
		return user_look_up(context, name, user, error);
	error_set(error, ERROR_SYSTEM, "cannot get a user name: %s",
		  pam_strerror(context->pamh, result));
	return result == PAM_CONV_ERR || result == PAM_BUF_ERR ? result : PAM_SYSTEM_ERR;
}

int user_current(const struct context *context, struct user *user, struct error *error)
{
	const void *name = NULL;

	if (pam_get_item(context->pamh, PAM_USER, &name) != PAM_SUCCESS) {
		error_set(error, ERROR_SYSTEM, "cannot read PAM_USER");
		return PAM_SYSTEM_ERR;
	}
	return user_look_up(context, name, user, error);
}

int user_admit(const struct user *user, const struct policy *policy, struct error *error)
{
	if (user->uid < policy->minimum_uid)
		return unknown(error, "the uid is below minimum_uid");
	if (strcmp(policy->vendor, "none") == 0)
		return unknown(error, "vendor = none for this service");
	return PAM_SUCCESS;
}
