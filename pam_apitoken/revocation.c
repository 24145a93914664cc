/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/revocation.h"

#include <syslog.h>

#include "common/message.h"
#include "common/revoke.h"
#include "pam_apitoken/log.h"

enum { MILLISECONDS = 1000 };

struct profile *revocation_of_displaced(const struct context *context)
{
	struct error error = { 0 };
	struct profile *profile = profile_open(context, &error);

	if (profile == NULL) {
		log_line(context, LOG_ERR, "%s", error.text);
		return NULL;
	}
	/* What is wrong with the file was said while authenticating. */
	if (profile_vendor(profile, context, &error) == 0 && profile->vendor.revoke_displaced)
		return profile;
	profile_free(profile);
	return NULL;
}

static enum revoke_result tell(const struct profile *profile, const struct record *record,
			       int64_t deadline_ms, struct error *error)
{
	const int64_t seconds = (deadline_ms - clock_monotonic_ms()) / MILLISECONDS;
	enum revoke_result result;
	struct vendor vendor;

	if (seconds < 1) {
		error_set(error, ERROR_UNAVAILABLE, "other vendors took all the time there is");
		return REVOKE_FAILED;
	}
	if (vendor_load(&vendor, record->vendor, &profile->places, error) != 0)
		return REVOKE_FAILED;
	if (vendor.timeout > seconds)
		vendor.timeout = (int)seconds;
	result = revoke_record(&vendor, &profile->places, profile->policy.fetch_uid, record, error);
	vendor_release(&vendor);
	return result;
}

void revocation_tell(const struct context *context, const struct profile *profile,
		     const struct record *record, const char *user, int64_t deadline_ms)
{
	struct error error = { 0 };

	switch (tell(profile, record, deadline_ms, &error)) {
	case REVOKE_DONE:
		log_line(context, LOG_DEBUG, "vendor=%s was told that a login of user=%s is over",
			 record->vendor, user);
		break;
	case REVOKE_NOTHING:
		log_line(context, LOG_DEBUG, "vendor=%s has no way to be told that a login is over",
			 record->vendor);
		break;
	case REVOKE_FAILED:
		log_line(context, LOG_WARNING,
			 "vendor=%s could not be told that a login of user=%s is over; there it "
			 "lives on until it ends: %s",
			 record->vendor, user, error.text);
		break;
	}
}
