/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/session.h"

#include <stdbool.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "common/keyring.h"
#include "common/policy.h"
#include "common/stash.h"
#include "pam_apitoken/handoff.h"
#include "pam_apitoken/log.h"
#include "pam_apitoken/user.h"

enum storing { STORING_DONE, STORING_NOT_OURS, STORING_FAILED };

/* An unprivileged host can store for itself only, and only where it is one person wholly. */
static bool host_is(uid_t uid)
{
	uid_t real, effective, saved;

	return getresuid(&real, &effective, &saved) == 0 && real == uid && effective == uid &&
	       saved == uid;
}

/*
 * The hand-off must name this user, and a key must be root's. It does not after sudo, which
 * authenticates the caller and then sets PAM_USER to the target.
 */
static enum storing handoff_store(const struct context *context, const struct handoff *handoff,
				  const struct user *user, struct error *error)
{
	const struct secret *payload = handoff->serial == 0 ? &handoff->payload : NULL;

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
	if (stash_store(context->options.libexec, handoff->serial, payload, user->name, user->uid,
			user->gid, error) < 0)
		return STORING_FAILED;
	return STORING_DONE;
}

/*
 * Where the policy cannot be read the login goes on: authenticate would have refused it, and the
 * log has the reason.
 */
static bool store_is_required(const struct context *context)
{
	const void *service = NULL;
	struct policy policy;
	struct error error = { 0 };

	if (pam_get_item(context->pamh, PAM_SERVICE, &service) != PAM_SUCCESS)
		service = NULL;
	if (policy_load(&policy, context->options.configuration, service, &error) < 0) {
		log_line(context, LOG_ERR, "%s", error.text);
		return false;
	}
	return policy.store_required;
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
