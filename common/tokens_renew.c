/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/tokens_renew.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "common/advice.h"
#include "common/backoff.h"
#include "common/keyring.h"
#include "common/lock.h"
#include "common/message.h"
#include "common/text.h"
#include "common/tokens_password.h"

enum { MILLISECONDS = 1000, LOCK_SPARE_SECONDS = 5 };

bool renewal_needed(const struct renewal *renewal, const struct record *record, int64_t now)
{
	const int64_t age = now - record->obtained_at;

	if (record_state_for(record, now, renewal->vendor->minimum_life) != RECORD_FRESH)
		return true;
	if (!renewal->force)
		return false;
	if (renewal->rejected != NULL && !secret_equal(&record->access_token, renewal->rejected))
		return false;
	return age < 0 || age >= FORCED_REFRESH_SECONDS;
}

/* Where no renewal was possible: a living token is better than none, unless it was rejected. */
static int serve_or_fail(const struct renewal *renewal, struct record *record,
			 const struct error *reason, struct error *error)
{
	if (!renewal->force && record_state(record, record_now(record)) != RECORD_EXPIRED)
		return 0;
	record_release(record);
	if (error != NULL)
		*error = *reason;
	return -1;
}

static void explain_end(const struct renewal *renewal, const struct record *record,
			struct error *reason)
{
	const char *name = renewal->vendor->name, *why = "this token cannot be renewed";
	char command[ADVICE_MAX];

	if (record->note[0] != '\0')
		why = record->note;
	else if (record->refresh_token.length > 0)
		why = "the login has ended";
	error_set(reason, ERROR_LOGIN_AGAIN, "%s: %s; log in again: %s", name, why,
		  advice_login(command, name, renewal->account));
}

static bool is_possible(const struct renewal *renewal, const struct record *record,
			struct error *reason)
{
	if (vendor_secret_hidden(renewal->vendor)) { /* a login by hand needs the secret, too */
		error_set(reason, ERROR_LOGIN_AGAIN,
			  "%s: only root can renew this token, because %s is not readable for you; "
			  "log in to this machine again", renewal->vendor->name,
			  renewal->vendor->client_secret_file);
		return false;
	}
	if (record_refreshable(record, record_now(record)) ||
	    password_renewal_ready(renewal, record))
		return true;
	explain_end(renewal, record, reason);
	return false;
}

static bool is_same(const struct record *a, const struct record *b)
{
	return a->generation == b->generation && a->login_at == b->login_at &&
	       secret_equal(&a->access_token, &b->access_token);
}

static void replace(struct record *record, struct record *newer)
{
	record_release(record);
	*record = *newer;
	record_init(newer); /* transferred */
}

enum stored { STORED_SAME, STORED_NEWER, STORED_GONE };

/* What became of the record during the request. What is newer is taken over. */
static enum stored look_again(const struct renewal *renewal, struct record *record)
{
	struct error reason = { 0 };
	struct record stored;

	if (tokens_load(renewal->vendor->name, renewal->account, &stored, &reason) != 0)
		return reason.code == ERROR_NO_TOKEN ? STORED_GONE : STORED_SAME;
	if (is_same(record, &stored)) {
		record_release(&stored);
		return STORED_SAME;
	}
	replace(record, &stored);
	return STORED_NEWER;
}

static int fail_logged_out(const struct renewal *renewal, struct record *record,
			   struct error *error)
{
	record_release(record);
	return error_set(error, ERROR_NO_TOKEN, "%s: logged out while its token was renewed",
			 renewal->vendor->name);
}

static int keep_without_refresh(const struct renewal *renewal, struct record *record,
				const char *note, struct error *error)
{
	secret_release(&record->refresh_token);
	record->refresh_expires_at = 0;
	text_copy(record->note, sizeof record->note, note);
	return tokens_store(record, renewal->account != NULL, error);
}

/* Nothing that happens here must lose the answer: the vendor has changed the refresh token by now. */
static int store_answer(const struct renewal *renewal, struct record *fresh,
			struct record *record, struct error *error)
{
	const enum stored stored = look_again(renewal, record);

	if (stored == STORED_GONE)
		return fail_logged_out(renewal, record, error);
	if (stored == STORED_NEWER)
		return 0; /* a new login wins over the old one's refresh */
	if (tokens_store(fresh, renewal->account != NULL, NULL) != 0)
		keep_without_refresh(renewal, fresh,
				     "the kernel keyring had no room for the refresh token", NULL);
	/* Even if nothing could be stored, the token serves the call that asked. */
	replace(record, fresh);
	return 0;
}

static bool is_by_password(const struct exchange *exchange)
{
	return exchange->operation == OPERATION_LOGIN;
}

static int keep_answer(const struct renewal *renewal, const struct exchange *exchange,
		       struct exchange_answer *answer, struct record *record,
		       struct error *error)
{
	char description[RECORD_DESCRIPTION_MAX];
	struct record fresh;
	/* What a password got is a login of its own: nothing of the old one counts any more. */
	const struct record *old = is_by_password(exchange) ? NULL : record;
	struct lock lock;
	int result;

	if (exchange_record(exchange, answer, old, record->account, moment_now(), &fresh, error) !=
	    0) {
		record_release(record);
		return -1;
	}
	record_description(description, renewal->vendor->name, renewal->account);
	lock_acquire_swap(&lock, description);
	result = store_answer(renewal, &fresh, record, error);
	lock_release(&lock);
	record_release(&fresh);
	return result;
}

/* A dead refresh token is not tried again by every process. */
static enum stored mark_ended(const struct renewal *renewal, struct record *record,
			      const char *what, const struct exchange_answer *answer)
{
	char description[RECORD_DESCRIPTION_MAX], note[RECORD_NOTE_MAX];
	enum stored stored;
	struct lock lock;

	snprintf(note, sizeof note, "the vendor %s (%.140s)", what,
		 answer->message[0] != '\0' ? answer->message : "no reason given");
	record_description(description, renewal->vendor->name, renewal->account);
	lock_acquire_swap(&lock, description);
	stored = look_again(renewal, record);
	if (stored == STORED_SAME)
		keep_without_refresh(renewal, record, note, NULL);
	lock_release(&lock);
	return stored;
}

static int exchange_password(const struct renewal *renewal, const struct dialect *dialect,
			     struct record *record, struct error *error);

static int bury(const struct renewal *renewal, const struct exchange *exchange,
		const struct exchange_answer *answer, struct record *record, struct error *error)
{
	const char *what = is_by_password(exchange) ? "refused the password that was kept" :
						      "has ended this login";
	const enum stored stored = mark_ended(renewal, record, what, answer);
	struct error reason = { 0 };

	if (stored == STORED_GONE)
		return fail_logged_out(renewal, record, error);
	if (stored == STORED_NEWER) {
		if (record_state(record, record_now(record)) != RECORD_EXPIRED)
			return 0;
		error_set(&reason, ERROR_UNAVAILABLE,
			  "%s: the login was replaced while its token was renewed: try again",
			  renewal->vendor->name);
	} else if (!is_by_password(exchange) && password_renewal_ready(renewal, record)) {
		return exchange_password(renewal, exchange->dialect, record, error);
	} else {
		explain_end(renewal, record, &reason);
	}
	return serve_or_fail(renewal, record, &reason, error);
}

/* No process asks a vendor that is away again and again; and a password is not sent in vain again and again. */
static int back_off(const struct renewal *renewal, const struct exchange *exchange,
		    const struct exchange_answer *answer, struct record *record,
		    struct error *reason, struct error *error)
{
	const enum error_code code = reason->code;
	int64_t seconds = answer->retry_after;

	if (seconds == 0)
		seconds = answer->verdict == VERDICT_RATE_LIMITED ? BACKOFF_LIMITED_SECONDS :
								    BACKOFF_SECONDS;
	if (code == ERROR_UNAVAILABLE || is_by_password(exchange))
		backoff_begin(renewal->vendor->name, seconds, reason);
	reason->code = code;
	return serve_or_fail(renewal, record, reason, error);
}

static int run_exchange(const struct renewal *renewal, const struct exchange *exchange,
			struct record *record, struct error *error)
{
	struct exchange_answer answer;
	struct error reason = { 0 };
	int result;

	if (exchange_run(exchange, &answer, &reason) == 0) {
		result = keep_answer(renewal, exchange, &answer, record, error);
	} else if (reason.code == ERROR_LOGIN_AGAIN || reason.code == ERROR_REFUSED) {
		if (is_by_password(exchange))
			password_renewal_refused(renewal);
		result = bury(renewal, exchange, &answer, record, error);
	} else {
		result = back_off(renewal, exchange, &answer, record, &reason, error);
	}
	exchange_answer_release(&answer);
	return result;
}

static int exchange_password(const struct renewal *renewal, const struct dialect *dialect,
			     struct record *record, struct error *error)
{
	struct exchange exchange = {
		.vendor = renewal->vendor,
		.dialect = dialect,
		.places = renewal->places,
		.username = record->account,
	};
	struct secret password;
	struct error reason = { 0 };
	int result;

	if (password_renewal_prepare(renewal, record, &exchange, &password, &reason) == 0) {
		result = run_exchange(renewal, &exchange, record, error);
	} else {
		explain_end(renewal, record, &reason);
		result = serve_or_fail(renewal, record, &reason, error);
	}
	secret_release(&password);
	return result;
}

static int exchange_refresh(const struct renewal *renewal, const struct dialect *dialect,
			    struct record *record, struct error *error)
{
	const struct exchange exchange = {
		.operation = OPERATION_REFRESH,
		.vendor = renewal->vendor,
		.dialect = dialect,
		.places = renewal->places,
		.username = record->account,
		.refresh_token = &record->refresh_token,
	};

	return run_exchange(renewal, &exchange, record, error);
}

/* Ctrl-C, a closed terminal or a stop must not fall between the vendor's answer and the store. */
static int refresh_undisturbed(const struct renewal *renewal, const struct dialect *dialect,
			       struct record *record, struct error *error)
{
	static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	sigset_t signals, before;
	int result;

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
		sigaddset(&signals, held[i]);
	sigprocmask(SIG_BLOCK, &signals, &before);
	result = record_refreshable(record, record_now(record)) ?
			 exchange_refresh(renewal, dialect, record, error) :
			 exchange_password(renewal, dialect, record, error);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}

/* What the winner stored while we waited is ours too, however short it lives. */
static bool is_enough(const struct renewal *renewal, const struct record *stored,
		      const struct record *before, struct moment asked)
{
	if (is_same(stored, before))
		return false;
	return record_state_for(stored, record_now(stored), renewal->vendor->minimum_life) ==
		       RECORD_FRESH ||
	       record_obtained_since(stored, asked);
}

static int run_locked(const struct renewal *renewal, const struct dialect *dialect,
		      const char *description, struct record *record, struct moment asked,
		      struct error *error)
{
	struct error reason = { 0 };
	struct record stored;
	bool enough;
	int result;

	if (tokens_load(renewal->vendor->name, renewal->account, &stored, error) != 0) {
		record_release(record); /* logged out while we waited */
		return -1;
	}
	enough = is_enough(renewal, &stored, record, asked);
	replace(record, &stored);
	if (enough)
		return 0;
	if (!is_possible(renewal, record, &reason) ||
	    backoff_active(renewal->vendor->name, &reason) ||
	    keyring_reserve(description, RECORD_PAYLOAD_MAX, &reason) != 0)
		return serve_or_fail(renewal, record, &reason, error);
	result = refresh_undisturbed(renewal, dialect, record, error);
	keyring_unreserve();
	return result;
}

static int run_with_dialect(const struct renewal *renewal, const struct dialect *dialect,
			    struct record *record, struct error *error)
{
	/* No holder that runs has the lock for longer than the vendor may take. */
	const int64_t deadline =
		clock_monotonic_ms() + (renewal->vendor->timeout + LOCK_SPARE_SECONDS) * MILLISECONDS;
	const struct moment asked = moment_now();
	char description[RECORD_DESCRIPTION_MAX];
	struct error reason = { 0 };
	struct lock lock;
	int result;

	record_description(description, renewal->vendor->name, renewal->account);
	if (lock_acquire(&lock, description, deadline, &reason) != 0)
		return serve_or_fail(renewal, record, &reason, error);
	result = run_locked(renewal, dialect, description, record, asked, error);
	lock_release(&lock);
	return result;
}

int renewal_run(const struct renewal *renewal, struct record *record, struct error *error)
{
	struct error reason = { 0 };
	struct dialect dialect;
	int result;

	if (!is_possible(renewal, record, &reason) ||
	    vendor_dialect(renewal->vendor, renewal->places, &dialect, &reason) != 0)
		return serve_or_fail(renewal, record, &reason, error);
	result = run_with_dialect(renewal, &dialect, record, error);
	dialect_release(&dialect);
	return result;
}
