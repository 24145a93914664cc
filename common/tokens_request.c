/* SPDX-License-Identifier: BSD-3-Clause */
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>

#include "common/attempt.h"
#include "common/backoff.h"
#include "common/clock.h"
#include "common/keyring.h"
#include "common/lock.h"
#include "common/message.h"
#include "common/revoke.h"
#include "common/text.h"
#include "common/tokens_password.h"
#include "common/tokens_renew.h"

enum {
	MILLISECONDS = 1000,
	JITTER_MIN_MS = 100,   /* before a request is repeated */
	JITTER_MAX_MS = 600,
};

/* One renewal under way, under its lock. */
struct request {
	const struct renewal *renewal;
	const struct dialect *dialect;
	const char *description;
	int64_t deadline_ms; /* of all requests together */
	bool was_open;       /* this refresh token had gone out before, and no answer is known */
	bool is_known;       /* what became of it is known by now, and stored */
};

enum stored { STORED_SAME, STORED_NEWER, STORED_GONE };

/* What became of the record during the request. What is newer is taken over. */
static enum stored look_again(const struct renewal *renewal, struct record *record)
{
	struct error reason = { 0 };
	struct record stored;

	if (tokens_load(renewal->vendor->name, renewal->account, &stored, &reason) != 0)
		return reason.code == ERROR_NO_TOKEN ? STORED_GONE : STORED_SAME;
	if (renewal_is_same(record, &stored)) {
		record_release(&stored);
		return STORED_SAME;
	}
	renewal_replace(record, &stored);
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

/*
 * Nothing that happens here must lose the answer: the vendor has changed the refresh token by now.
 * Unless the record is gone, or newer: a new login wins over the old one's refresh.
 */
static enum stored store_answer(struct request *request, struct record *fresh,
				struct record *record)
{
	const struct renewal *renewal = request->renewal;
	const bool further = renewal->account != NULL;
	const enum stored stored = look_again(renewal, record);

	request->is_known = true;
	if (stored != STORED_SAME)
		return stored;
	/* Twice: what stood in the way may have been a moment's. */
	if (tokens_store(fresh, further, NULL) != 0 && tokens_store(fresh, further, NULL) != 0)
		request->is_known =
			keep_without_refresh(renewal, fresh,
					     "the kernel keyring had no room for the refresh token",
					     NULL) == 0;
	return stored;
}

/* What lost to a logout or to another login belongs to nobody: the vendor is told as it would be of that. */
static void tell_vendor(const struct renewal *renewal, enum stored stored,
			const struct record *fresh, const struct record *record)
{
	struct error error = { 0 };

	if (stored == STORED_NEWER && record->login_at != fresh->login_at)
		revoke_displaced(renewal->vendor, renewal->places, 0, fresh, record, &error);
	else if (stored == STORED_GONE && renewal->vendor->revoke_on_logout)
		revoke_record(renewal->vendor, renewal->places, 0, fresh, &error);
}

static bool is_by_password(const struct exchange *exchange)
{
	return exchange->operation == OPERATION_LOGIN;
}

static int keep_answer(struct request *request, const struct exchange *exchange,
		       struct exchange_answer *answer, struct record *record,
		       struct error *error)
{
	const struct renewal *renewal = request->renewal;
	struct record fresh;
	/* What a password got is a login of its own: nothing of the old one counts any more. */
	const struct record *old = is_by_password(exchange) ? NULL : record;
	enum stored stored;
	struct lock lock;

	if (exchange_record(exchange, answer, old, record->account, moment_now(), &fresh, error) !=
	    0) {
		record_release(record);
		return -1;
	}
	lock_acquire_swap(&lock, request->description);
	stored = store_answer(request, &fresh, record);
	lock_release(&lock);
	tell_vendor(renewal, stored, &fresh, record);
	/* Even if nothing could be stored, the token serves the call that asked. */
	if (stored == STORED_SAME)
		renewal_replace(record, &fresh);
	record_release(&fresh);
	return stored == STORED_GONE ? fail_logged_out(renewal, record, error) : 0;
}

/* A dead refresh token is not tried again by every process. */
static enum stored mark_ended(const struct request *request, struct record *record,
			      const char *what, const struct exchange_answer *answer)
{
	char note[RECORD_NOTE_MAX];
	enum stored stored;
	struct lock lock;

	snprintf(note, sizeof note, "%s (%.90s)", what,
		 answer->message[0] != '\0' ? answer->message : "no reason given");
	lock_acquire_swap(&lock, request->description);
	stored = look_again(request->renewal, record);
	if (stored == STORED_SAME)
		keep_without_refresh(request->renewal, record, note, NULL);
	lock_release(&lock);
	return stored;
}

static int send_password(struct request *request, struct record *record, struct error *error);

static const char *what_ended(const struct request *request, const struct exchange *exchange)
{
	if (is_by_password(exchange))
		return "the vendor refused the password that was kept";
	if (request->was_open)
		return "the answer to an earlier renewal was lost before it was stored, and the "
		       "vendor refuses its refresh token";
	return "the vendor has ended this login";
}

static int bury(struct request *request, const struct exchange *exchange,
		const struct exchange_answer *answer, struct record *record, struct error *error)
{
	const struct renewal *renewal = request->renewal;
	const enum stored stored =
		mark_ended(request, record, what_ended(request, exchange), answer);
	struct error reason = { 0 };

	request->is_known = true;
	if (stored == STORED_GONE)
		return fail_logged_out(renewal, record, error);
	if (stored == STORED_NEWER) {
		if (record_state(record, record_now(record)) != RECORD_EXPIRED)
			return 0;
		error_set(&reason, ERROR_UNAVAILABLE,
			  "%s: the login was replaced while its token was renewed: try again",
			  renewal->vendor->name);
	} else if (!is_by_password(exchange) && password_renewal_ready(renewal, record)) {
		return send_password(request, record, error);
	} else {
		renewal_explain_end(renewal, record, &reason);
	}
	return renewal_serve_or_fail(renewal, record, &reason, error);
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
	/* Also one that answers and says no, for example to the client: that does not change by the second. */
	if (code == ERROR_UNAVAILABLE || answer->status != 0 || is_by_password(exchange))
		backoff_begin(renewal->vendor->name, seconds, reason);
	reason->code = code;
	return renewal_serve_or_fail(renewal, record, reason, error);
}

static int take_verdict(struct request *request, const struct exchange *exchange,
			struct exchange_answer *answer, struct record *record,
			struct error *reason, struct error *error)
{
	if (reason->code == ERROR_NONE)
		return keep_answer(request, exchange, answer, record, error);
	if (reason->code == ERROR_LOGIN_AGAIN || reason->code == ERROR_REFUSED) {
		if (is_by_password(exchange))
			password_renewal_refused(request->renewal);
		return bury(request, exchange, answer, record, error);
	}
	request->is_known = !request->was_open;
	return back_off(request->renewal, exchange, answer, record, reason, error);
}

/* Not at the same moment as everybody else who lost an answer of this vendor. */
static bool pause_by_chance(void)
{
	struct timespec pause;
	unsigned int chance;

	if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
		return false;
	pause = timespec_of_ms(JITTER_MIN_MS + chance % (JITTER_MAX_MS - JITTER_MIN_MS));
	nanosleep(&pause, NULL);
	return true;
}

/* Whole seconds that are left for a second request, within the time that the first one had. */
static int seconds_left(const struct request *request)
{
	const int64_t left = (request->deadline_ms - clock_monotonic_ms()) / MILLISECONDS;

	return left < 0 ? 0 : (int)left;
}

/*
 * A refresh token is sent a second time only where its answer was lost and nobody has stored a newer
 * one; once, and not where this was the second time already.
 */
static bool may_repeat(struct request *request, const struct record *record)
{
	struct record stored;
	bool result;

	if (request->was_open || !request->renewal->vendor->refresh_retry ||
	    seconds_left(request) <= 1 || !pause_by_chance() || seconds_left(request) == 0 ||
	    tokens_load(request->renewal->vendor->name, request->renewal->account, &stored,
			NULL) != 0)
		return false;
	result = renewal_is_same(&stored, record);
	record_release(&stored);
	return result;
}

static int exchange_again(struct request *request, const struct exchange *first,
			  struct exchange_answer *answer, struct error *reason)
{
	struct vendor hurried = *first->vendor;
	struct exchange exchange = *first;

	hurried.timeout = seconds_left(request);
	exchange.vendor = &hurried;
	exchange_answer_release(answer);
	*reason = (struct error){ 0 };
	return exchange_run(&exchange, answer, reason);
}

static int run_exchange(struct request *request, const struct exchange *exchange,
			struct record *record, struct error *error)
{
	struct exchange_answer answer;
	struct error reason = { 0 };
	int result;

	if (exchange_run(exchange, &answer, &reason) != 0 && answer.unanswered &&
	    !is_by_password(exchange)) {
		const bool repeat = may_repeat(request, record);

		request->was_open = true;
		if (repeat)
			exchange_again(request, exchange, &answer, &reason);
	}
	result = take_verdict(request, exchange, &answer, record, &reason, error);
	exchange_answer_release(&answer);
	return result;
}

static int send_password(struct request *request, struct record *record, struct error *error)
{
	const struct renewal *renewal = request->renewal;
	struct exchange exchange = {
		.vendor = renewal->vendor,
		.dialect = request->dialect,
		.places = renewal->places,
		.username = record->account,
	};
	struct secret password;
	struct error reason = { 0 };
	int result;

	if (password_renewal_prepare(renewal, record, &exchange, &password, &reason) == 0) {
		result = run_exchange(request, &exchange, record, error);
	} else {
		renewal_explain_end(renewal, record, &reason);
		result = renewal_serve_or_fail(renewal, record, &reason, error);
	}
	secret_release(&password);
	return result;
}

static int send_refresh(struct request *request, struct record *record, struct error *error)
{
	const struct exchange exchange = {
		.operation = OPERATION_REFRESH,
		.vendor = request->renewal->vendor,
		.dialect = request->dialect,
		.places = request->renewal->places,
		.username = record->account,
		.refresh_token = &record->refresh_token,
	};

	return run_exchange(request, &exchange, record, error);
}

/* The write-ahead, then room for the answer: the vendor may change the refresh token with the first byte it reads. */
static int prepare(struct request *request, const struct record *record, struct error *reason)
{
	if (attempt_begin(request->description, record, reason) != 0 &&
	    !request->renewal->vendor->refresh_retry)
		return -1; /* what is not written cannot be remembered */
	if (keyring_reserve(request->description, RECORD_PAYLOAD_MAX, reason) == 0)
		return 0;
	if (!request->was_open)
		attempt_end(request->description);
	return -1;
}

static int refresh(struct request *request, struct record *record, struct error *error)
{
	struct error reason = { 0 };
	int result;

	if (prepare(request, record, &reason) != 0)
		return renewal_serve_or_fail(request->renewal, record, &reason, error);
	result = send_refresh(request, record, error);
	keyring_unreserve();
	if (request->is_known)
		attempt_end(request->description);
	return result;
}

static int log_in_again(struct request *request, struct record *record, struct error *error)
{
	struct error reason = { 0 };
	int result;

	if (keyring_reserve(request->description, RECORD_PAYLOAD_MAX, &reason) != 0)
		return renewal_serve_or_fail(request->renewal, record, &reason, error);
	result = send_password(request, record, error);
	keyring_unreserve();
	return result;
}

/* For this vendor, what went out once is not sent again. The record in the keyring keeps it: a logout may still tell the vendor. */
static void leave_alone(struct record *record)
{
	secret_release(&record->refresh_token);
	text_copy(record->note, sizeof record->note,
		  "the answer to an earlier renewal was lost before it was stored, and "
		  "refresh_retry = 0 keeps its refresh token from being sent again");
}

static int run(struct request *request, struct record *record, struct error *error)
{
	const struct renewal *renewal = request->renewal;
	struct error reason = { 0 };

	if (!record_refreshable(record, record_now(record)))
		return log_in_again(request, record, error);
	request->was_open = attempt_is_open(request->description, record);
	if (!request->was_open || renewal->vendor->refresh_retry)
		return refresh(request, record, error);
	leave_alone(record);
	if (password_renewal_ready(renewal, record))
		return log_in_again(request, record, error);
	renewal_explain_end(renewal, record, &reason);
	return renewal_serve_or_fail(renewal, record, &reason, error);
}

int renewal_request(const struct renewal *renewal, const struct dialect *dialect,
		    const char *description, struct record *record, struct error *error)
{
	static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	struct request request = {
		.renewal = renewal,
		.dialect = dialect,
		.description = description,
		.deadline_ms = clock_monotonic_ms() + renewal->vendor->timeout * MILLISECONDS,
	};
	sigset_t signals, before;
	int result;

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
		sigaddset(&signals, held[i]);
	sigprocmask(SIG_BLOCK, &signals, &before);
	result = run(&request, record, error);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}
