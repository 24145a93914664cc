/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/session.h"

#include <stdbool.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "common/keyring.h"
#include "common/message.h"
#include "common/policy.h"
#include "common/revoke.h"
#include "common/stash.h"
#include "pam_apitoken/counted.h"
#include "pam_apitoken/handoff.h"
#include "pam_apitoken/log.h"
#include "pam_apitoken/logout.h"
#include "pam_apitoken/notice.h"
#include "pam_apitoken/profile.h"
#include "pam_apitoken/revocation.h"
#include "pam_apitoken/user.h"

enum { TELL_MILLISECONDS = REVOKE_SECONDS * 1000 };

enum storing { STORING_DONE, STORING_NOT_OURS, STORING_FAILED };

/* An unprivileged host can store for itself only, and only where it is one person wholly. */
static bool host_is(uid_t uid)
{
	uid_t real, effective, saved;

	return getresuid(&real, &effective, &saved) == 0 && real == uid && effective == uid &&
	       saved == uid;
}

/*
 * Renewing the tokens of whoever sits there already (unlocking a screen, sudo to oneself) is a
 * matter between that person and root. From a setuid program that somebody else has started it is
 * neither: only a whole login (su) stores there.
 */
static bool renewal_is_odd(const struct context *context, const struct user *user)
{
	const unsigned int renewal = PAM_REINITIALIZE_CRED | PAM_REFRESH_CRED;
	const uid_t real = getuid();

	return (context->flags & renewal) != 0 && real != 0 && real != user->uid;
}

/*
 * Where the policy cannot be read the login goes on: authenticate would have refused it, and the
 * log has the reason.
 */
static bool read_policy(const struct context *context, struct policy *policy)
{
	struct error error = { 0 };
	struct profile *profile = profile_open(context, &error);

	if (profile == NULL) {
		log_line(context, LOG_ERR, "%s", error.text);
		return false;
	}
	*policy = profile->policy;
	profile_free(profile);
	return true;
}

/* Says how long the token lasts that was stored, where only another login can replace it. */
static void tell_end(const struct context *context, int64_t ends_in)
{
	struct policy policy;

	if (ends_in > 0 && read_policy(context, &policy) && policy.notice)
		notice_token_end(context, policy.vendor, ends_in);
}

/*
 * Stores, and then tells the person how long that is good, and the vendor of a login that lost its
 * place, where they want to know.
 */
static int store(const struct context *context, const struct handoff *handoff,
		 const struct secret *payload, const struct user *user, struct error *error)
{
	const struct stash_user target = { user->name, user->uid, user->gid };
	struct profile *profile = revocation_of_displaced(context);
	struct stash_stored stored = { .hand_back = profile != NULL };
	int result;

	result = stash_store(context->options.libexec, &target, handoff->serial, payload, &stored,
			     error);
	if (result == 0)
		tell_end(context, stored.ends_in);
	if (result == 0 && stored.displaced.refresh_token.length > 0)
		revocation_tell(context, profile, &stored.displaced, user->name,
				clock_monotonic_ms() + TELL_MILLISECONDS);
	record_release(&stored.displaced);
	profile_free(profile);
	return result;
}

/* That it could not be counted costs no login. */
static void warn_uncounted(const struct context *context, const struct user *user, int result,
			   const struct error *error)
{
	if (result != 0)
		log_line(context, LOG_WARNING,
			 "a session of user=%s is not counted, so the end of another one may take "
			 "its tokens, and its own end none: %s", user->name, error->text);
}

/*
 * The hand-off must name this user, and a key must be root's. It does not after sudo, which
 * authenticates the caller and then sets PAM_USER to the target.
 */
static enum storing handoff_store(const struct context *context, const struct handoff *handoff,
				  const struct user *user, struct error *error)
{
	const struct secret *payload = handoff->serial == 0 ? &handoff->payload : NULL;
	struct error counting = { 0 };

	if (payload != NULL && strcmp(handoff->user, user->name) != 0) {
		error_set(error, ERROR_POLICY, "the login that was handed over is another user's");
		return STORING_NOT_OURS;
	}
	if (payload != NULL && !host_is(user->uid)) {
		error_set(error, ERROR_POLICY, "this host program runs as somebody else");
		return STORING_NOT_OURS;
	}
	if (payload == NULL && keyring_handoff_check(handoff->serial, user->name, error) < 0)
		return STORING_NOT_OURS;
	if (renewal_is_odd(context, user)) {
		error_set(error, ERROR_POLICY,
			  "this host program was started by uid %u, who is somebody else",
			  (unsigned int)getuid());
		return STORING_NOT_OURS;
	}
	warn_uncounted(context, user, counted_login(context, user, &counting), &counting);
	return store(context, handoff, payload, user, error) < 0 ? STORING_FAILED : STORING_DONE;
}

static bool store_is_required(const struct context *context)
{
	struct policy policy;

	return read_policy(context, &policy) && policy.store_required;
}

static int storing_failed(const struct context *context, struct handoff *handoff,
			  const struct user *user, const struct error *error, int failure)
{
	log_line(context, handoff->tried ? LOG_DEBUG : LOG_WARNING,
		 "user=%s is logged in without a token: %s", user->name, error->text);
	if (handoff->tried)
		handoff_drop(handoff);
	else
		handoff_keep(context, handoff);
	return store_is_required(context) ? failure : PAM_SUCCESS;
}

int session_establish(const struct context *context, int failure)
{
	struct error error = { 0 };
	struct handoff handoff;
	struct user user;

	if (!handoff_take(context, &handoff))
		return PAM_SUCCESS;
	if (user_current(context, &user, &error) != PAM_SUCCESS) {
		log_line(context, LOG_DEBUG, "no token is stored: %s", error.text);
		handoff_drop(&handoff);
		return PAM_SUCCESS;
	}
	switch (handoff_store(context, &handoff, &user, &error)) {
	case STORING_DONE:
		log_line(context, LOG_DEBUG, "the token is in the keyring of user=%s", user.name);
		break;
	case STORING_NOT_OURS:
		log_line(context, LOG_NOTICE, "no token is stored for user=%s: %s", user.name,
			 error.text);
		break;
	case STORING_FAILED:
		return storing_failed(context, &handoff, &user, &error, failure);
	}
	handoff_drop(&handoff);
	return PAM_SUCCESS;
}

int session_discard(const struct context *context)
{
	struct handoff handoff;

	if (handoff_take(context, &handoff))
		handoff_drop(&handoff);
	return PAM_SUCCESS;
}

/* Sessions of people whom the policy leaves out are not ours to count. */
static void count_session(const struct context *context)
{
	struct error error = { 0 };
	struct policy policy;
	struct user user;

	if (user_current(context, &user, &error) == PAM_SUCCESS && read_policy(context, &policy) &&
	    user_admit(&user, &policy, &error) == PAM_SUCCESS)
		warn_uncounted(context, &user, counted_session(context, &user, &error), &error);
}

/* Counting comes first: the end of another session must not take what is stored now. */
int session_open(const struct context *context)
{
	count_session(context);
	return session_establish(context, PAM_SESSION_ERR);
}

int session_close(const struct context *context)
{
	struct error error = { 0 };
	struct count count;
	struct user user;

	session_discard(context);
	if (user_current(context, &user, &error) != PAM_SUCCESS)
		return PAM_SUCCESS;
	if (counted_end(context, &user, &count, &error))
		logout_last(context, &user, &count);
	else if (error.code != ERROR_NONE)
		log_line(context, LOG_WARNING,
			 "whether the last session of user=%s is over is not known, so tokens stay: "
			 "%s", user.name, error.text);
	return PAM_SUCCESS;
}
