/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/authenticate.h"

#include <stdbool.h>
#include <string.h>
#include <syslog.h>

#include <security/pam_ext.h>

#include "common/exchange.h"
#include "common/kept_password.h"
#include "common/record.h"
#include "pam_apitoken/handoff.h"
#include "pam_apitoken/log.h"
#include "pam_apitoken/password.h"
#include "pam_apitoken/profile.h"
#include "pam_apitoken/result.h"
#include "pam_apitoken/session.h"
#include "pam_apitoken/user.h"

struct attempt {
	const struct context *context;
	struct user user;
	struct profile *profile; /* NULL until the user has been found to be ours */
	struct error error;	 /* why it failed */
};

/*
 * Who may use the vendor at all: decided before anything is asked or sent, and for uid 0 before
 * configuration is read.
 */
static int attempt_admit(struct attempt *attempt)
{
	int result = user_find(attempt->context, &attempt->user, &attempt->error);

	if (result != PAM_SUCCESS)
		return result;
	attempt->profile = profile_open(attempt->context, &attempt->error);
	if (attempt->profile == NULL)
		return result_of(attempt->error.code);
	result = user_admit(&attempt->user, &attempt->profile->policy, &attempt->error);
	if (result != PAM_SUCCESS)
		return result;
	if (profile_load(attempt->profile, attempt->context, attempt->user.name,
			 &attempt->error) < 0)
		return result_of(attempt->error.code);
	return PAM_SUCCESS;
}

/*
 * A person whose password may be right is told why the account does not work; who merely typed
 * wrongly is not.
 */
static void tell_user(const struct attempt *attempt, const struct exchange_answer *answer)
{
	const bool word = answer->code[0] != '\0';

	if (answer->verdict != VERDICT_ACCOUNT || (attempt->context->flags & PAM_SILENT) != 0)
		return;
	pam_error(attempt->context->pamh,
		  "%s does not let this account log in now%s%s%s; its administrators can help",
		  attempt->profile->vendor.name, word ? " (" : "", answer->code, word ? ")" : "");
}

/*
 * Where the answer says whose token it is, it must be this person's, byte for byte: some vendors
 * take an alias for a name.
 */
static int subject_check(struct attempt *attempt, const struct exchange_answer *answer)
{
	if (answer->subject[0] == '\0' || strcmp(answer->subject, attempt->profile->username) == 0)
		return 0;
	error_set(&attempt->error, ERROR_REFUSED, "the vendor's answer is about another user");
	log_line(attempt->context, LOG_ALERT,
		 "vendor=%s answered a login of user=%s with a token of another user: subject=%s",
		 attempt->profile->vendor.name, attempt->user.name, answer->subject);
	return -1;
}

/* What stash is to store: the record, and where the vendor file says so the password beside it. */
static int login_encode(const struct exchange *exchange, const struct record *record,
			struct secret *login, struct error *error)
{
	struct secret payload = SECRET_NONE, kept = SECRET_NONE;
	int result = -1;

	*login = SECRET_NONE;
	if (record_encode(record, &payload, error) < 0)
		goto out;
	if (exchange->vendor->keep_password &&
	    kept_password_encode(record->account, exchange->password, &kept, error) < 0)
		goto out;
	result = kept_password_join(&payload, &kept, login);
	if (result < 0)
		error_set(error, ERROR_MEMORY, "out of memory");
out:
	secret_release(&kept);
	secret_release(&payload);
	return result;
}

static int record_hand_over(struct attempt *attempt, const struct exchange *exchange,
			    struct exchange_answer *answer, struct error *error)
{
	struct secret payload = SECRET_NONE;
	struct record record;
	int result = -1;

	record_init(&record);
	if (exchange_record(exchange, answer, NULL, exchange->username, moment_now(), &record,
			    error) < 0)
		goto out;
	if (login_encode(exchange, &record, &payload, error) < 0)
		goto out;
	result = handoff_put(attempt->context, attempt->user.name, &payload, error);
out:
	secret_release(&payload);
	record_release(&record);
	return result;
}

/*
 * The vendor's yes stands; losing the token fails the login only where the administrator says so.
 */
static int attempt_keep(struct attempt *attempt, const struct exchange *exchange,
			struct exchange_answer *answer)
{
	struct error error = { 0 };

	if (record_hand_over(attempt, exchange, answer, &error) == 0)
		return PAM_SUCCESS;
	if (attempt->profile->policy.store_required) {
		attempt->error = error;
		return result_of(error.code);
	}
	log_line(attempt->context, LOG_WARNING, "user=%s gets no token: %s", attempt->user.name,
		 error.text);
	return PAM_SUCCESS;
}

/* fetch goes on where the kernel lacks Landlock or the filter: exchange.h has the words. */
static void log_missing_wall(const struct attempt *attempt, const struct exchange_answer *answer)
{
	if (strstr(answer->sandbox, "=0") != NULL)
		log_line(attempt->context, LOG_DEBUG,
			 "fetch ran without a wall that this kernel does not have (=0): %s",
			 answer->sandbox);
}

static int attempt_exchange(struct attempt *attempt, const struct secret *password)
{
	const struct profile *profile = attempt->profile;
	const struct exchange exchange = {
		.operation = OPERATION_LOGIN,
		.vendor = &profile->vendor,
		.dialect = &profile->dialect,
		.places = &profile->places,
		.fetch_uid = profile->policy.fetch_uid,
		.username = profile->username,
		.password = password,
	};
	struct exchange_answer answer;
	int result = PAM_SYSTEM_ERR, exchanged;

	exchanged = exchange_run(&exchange, &answer, &attempt->error);
	log_missing_wall(attempt, &answer);
	if (exchanged < 0) {
		result = result_of(attempt->error.code);
		tell_user(attempt, &answer);
	} else if (answer.verdict != VERDICT_SUCCESS) {
		error_set(&attempt->error, ERROR_SYSTEM, "the exchange ended without a verdict");
	} else if (subject_check(attempt, &answer) < 0) {
		result = result_of(attempt->error.code);
	} else {
		if (answer.message[0] != '\0')
			log_line(attempt->context, LOG_WARNING, "user=%s: %s", attempt->user.name,
				 answer.message);
		result = attempt_keep(attempt, &exchange, &answer);
	}
	exchange_answer_release(&answer);
	return result;
}

static int attempt_run(struct attempt *attempt)
{
	struct secret password = SECRET_NONE;
	int result = attempt_admit(attempt);

	if (result != PAM_SUCCESS)
		return result;
	result = password_get(attempt->context, attempt->profile->policy.prompt, &password,
			      &attempt->error);
	if (result == PAM_SUCCESS)
		result = attempt_exchange(attempt, &password);
	secret_release(&password);
	return result;
}

int authenticate(const struct context *context)
{
	struct attempt attempt = { .context = context };
	int result;

	/*
	 * An earlier authenticate of this transaction may have left one: never hand over another
	 * login's token.
	 */
	session_discard(context);
	result = attempt_run(&attempt);
	/*
	 * The same delay whether the user exists or not. Each module may ask; the host waits once,
	 * and only where the whole stack fails.
	 */
	if (result == PAM_AUTH_ERR || result == PAM_USER_UNKNOWN)
		pam_fail_delay(context->pamh, AUTHENTICATE_FAIL_DELAY_US);
	log_authentication(context, result, attempt.user.name,
			   attempt.profile == NULL ? "" : attempt.profile->policy.vendor,
			   &attempt.error);
	profile_free(attempt.profile);
	explicit_bzero(&attempt, sizeof(attempt));
	return result;
}
