/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/tokens_renew.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/advice.h"
#include "common/backoff.h"
#include "common/lock.h"
#include "common/message.h"
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
	return age >= FORCED_REFRESH_SECONDS;
}

/* Where no renewal was possible: a living token is better than none, unless it was rejected. */
int renewal_serve_or_fail(const struct renewal *renewal, struct record *record,
			  const struct error *reason, struct error *error)
{
	if (!renewal->force && record_state(record, record_now(record)) != RECORD_EXPIRED)
		return 0;
	record_release(record);
	if (error != NULL)
		*error = *reason;
	return -1;
}

void renewal_explain_end(const struct renewal *renewal, const struct record *record,
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
	renewal_explain_end(renewal, record, reason);
	return false;
}

bool renewal_is_same(const struct record *a, const struct record *b)
{
	return a->generation == b->generation && a->login_at == b->login_at &&
	       secret_equal(&a->access_token, &b->access_token);
}

void renewal_replace(struct record *record, struct record *newer)
{
	record_release(record);
	*record = *newer;
	record_init(newer); /* transferred */
}

/* What the winner stored while we waited is ours too, however short it lives. */
static bool is_enough(const struct renewal *renewal, const struct record *stored,
		      const struct record *before, struct moment asked)
{
	if (renewal_is_same(stored, before))
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

	if (tokens_load(renewal->vendor->name, renewal->account, &stored, error) != 0) {
		record_release(record); /* logged out while we waited */
		return -1;
	}
	enough = is_enough(renewal, &stored, record, asked);
	renewal_replace(record, &stored);
	if (enough)
		return 0;
	if (!is_possible(renewal, record, &reason) ||
	    backoff_active(renewal->vendor->name, &reason))
		return renewal_serve_or_fail(renewal, record, &reason, error);
	return renewal_request(renewal, dialect, description, record, error);
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
		return renewal_serve_or_fail(renewal, record, &reason, error);
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
		return renewal_serve_or_fail(renewal, record, &reason, error);
	result = run_with_dialect(renewal, &dialect, record, error);
	dialect_release(&dialect);
	return result;
}
