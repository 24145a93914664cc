/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/logout.h"

#include <stdbool.h>
#include <syslog.h>

#include "common/message.h"
#include "common/revoke.h"
#include "common/stash.h"
#include "pam_apitoken/log.h"
#include "pam_apitoken/profile.h"
#include "pam_apitoken/revocation.h"

/* Nobody waits longer than this at a logout, however many vendors there are to tell. */
enum {
	TELL_MILLISECONDS = REVOKE_SECONDS * 1000,
	SHORTEST_MILLISECONDS = 1000, /* what is left of it must do for one more request */
};

static int end(const struct context *context, const struct user *user, bool hand_back,
	       struct stash_ended *ended)
{
	const struct stash_user target = { user->name, user->uid, user->gid };
	struct error error = { 0 };

	if (stash_end(context->options.libexec, &target, hand_back, ended, &error) != 0) {
		log_line(context, LOG_WARNING,
			 "the last session of user=%s is over, but tokens may be left in the "
			 "keyring until they time out: %s", user->name, error.text);
		return -1;
	}
	log_line(context, ended->removed == 0 ? LOG_DEBUG : LOG_NOTICE,
		 "the last session of user=%s is over: %lld login%s removed from the keyring",
		 user->name, (long long)ended->removed, ended->removed == 1 ? "" : "s");
	return 0;
}

/*
 * Once the time is over there is one line more, not one for each login: the log may be slow, too.
 * Returns how many were left.
 */
static int64_t tell_each(const struct context *context, const struct profile *profile,
			 const struct user *user, const struct stash_ended *ended)
{
	const int64_t deadline = clock_monotonic_ms() + TELL_MILLISECONDS;
	struct record record;
	int64_t untold = 0;
	size_t cursor = 0;
	bool late = false;

	while (stash_ended_next(ended, &cursor, &record)) {
		if (late) {
			untold++;
		} else {
			late = clock_monotonic_ms() >= deadline - SHORTEST_MILLISECONDS;
			revocation_tell(context, profile, &record, user->name, deadline);
		}
		record_release(&record);
	}
	return untold;
}

static void tell_vendors(const struct context *context, struct profile *profile,
			 const struct user *user, const struct stash_ended *ended)
{
	struct error error = { 0 };
	int64_t untold = ended->untold;

	if (profile_places(profile, context, &error) == 0)
		untold += tell_each(context, profile, user, ended);
	else
		log_line(context, LOG_ERR, "%s", error.text);
	if (untold > 0)
		log_line(context, LOG_WARNING,
			 "%lld logins of user=%s are too many to tell their vendors about: they "
			 "live on there until they end", (long long)untold, user->name);
}

static void remove_records(const struct context *context, struct profile *profile,
			   const struct user *user, struct count *count)
{
	const bool revoke = profile->policy.on_last_logout == LAST_LOGOUT_REVOKE;
	struct stash_ended ended;

	if (end(context, user, revoke, &ended) != 0)
		return;
	count_close(count); /* whoever logs in now does not wait for vendors */
	if (revoke)
		tell_vendors(context, profile, user, &ended);
	stash_ended_release(&ended);
}

void logout_last(const struct context *context, const struct user *user, struct count *count)
{
	struct error error = { 0 };
	struct profile *profile = profile_open(context, &error);

	if (profile == NULL)
		log_line(context, LOG_ERR, "the last session of user=%s is over; tokens stay: %s",
			 user->name, error.text);
	else if (profile->policy.on_last_logout == LAST_LOGOUT_KEEP)
		log_line(context, LOG_DEBUG, "the last session of user=%s is over; tokens stay",
			 user->name);
	else
		remove_records(context, profile, user, count);
	count_close(count);
	profile_free(profile);
}
