/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/tokens.h"

#include <string.h>

#include "common/advice.h"
#include "common/attempt.h"
#include "common/backoff.h"
#include "common/kept_password.h"
#include "common/keyring.h"
#include "common/lock.h"
#include "common/tokens_password.h"
#include "common/tokens_renew.h"

/* A record under another's name is no record of this vendor and account. */
static bool belongs(const struct record *record, const char *vendor, const char *account)
{
	return strcmp(record->vendor, vendor) == 0 &&
	       (account == NULL || strcmp(record->account, account) == 0);
}

static int explain_missing(const char *vendor, const char *account, struct error *error)
{
	char command[ADVICE_MAX];

	advice_login(command, vendor, account);
	if (account == NULL)
		return error_set(error, ERROR_NO_TOKEN,
				 "no token is stored for vendor '%s'; run: %s", vendor, command);
	return error_set(error, ERROR_NO_TOKEN,
			 "no token is stored for the account %s of vendor '%s'; run: %s", account,
			 vendor, command);
}

int tokens_load(const char *vendor, const char *account, struct record *record,
		struct error *error)
{
	char description[RECORD_DESCRIPTION_MAX];
	struct error reason = { 0 };
	struct secret payload;
	int result = -1;

	record_init(record);
	record_description(description, vendor, account);
	if (keyring_read(description, &payload, &reason) != 0) {
		if (reason.code == ERROR_NO_TOKEN)
			return explain_missing(vendor, account, error);
		if (error != NULL)
			*error = reason;
		return -1;
	}
	if (record_decode(&payload, record, error) == 0) {
		if (belongs(record, vendor, account)) {
			result = 0;
		} else {
			record_release(record);
			explain_missing(vendor, account, error);
		}
	}
	secret_release(&payload);
	return result;
}

/*
 * Seconds that a record is kept, and the password beside it. With a password the end of the refresh
 * life is not the end.
 */
static int64_t keep_seconds(const struct record *record, bool with_password)
{
	const int64_t now = record_now(record);
	const int64_t seconds = record_keep_seconds(record, now);

	return with_password && record_refreshable(record, now) ? seconds + RECORD_AFTERLIFE :
								  seconds;
}

int tokens_store(const struct record *record, bool further, struct error *error)
{
	char description[RECORD_DESCRIPTION_MAX];
	struct secret payload;
	int64_t seconds;
	int result;

	if (record_encode(record, &payload, error) != 0)
		return -1;
	record_description(description, record->vendor, further ? record->account : NULL);
	seconds = keep_seconds(record, kept_password_exists(description));
	result = keyring_store(description, &payload, seconds, error);
	if (result == 0)
		kept_password_extend(description, seconds);
	secret_release(&payload);
	return result;
}

int tokens_get(const struct vendor *vendor, const struct vendor_places *places,
	       const char *account, bool force, const struct secret *rejected,
	       struct record *record, struct error *error)
{
	const struct renewal renewal = {
		.vendor = vendor,
		.places = places,
		.account = account,
		.force = force,
		.rejected = rejected,
	};

	if (tokens_load(vendor->name, account, record, error) != 0)
		return -1;
	if (!renewal_needed(&renewal, record, record_now(record)))
		return 0;
	return renewal_run(&renewal, record, error);
}

/* What stands there now. Empty where it cannot be read, or is another vendor's under this name. */
static void look_at(const char *description, struct record *record)
{
	char vendor[VENDOR_NAME_MAX];
	struct secret payload;
	bool further;

	if (record == NULL)
		return;
	record_init(record);
	if (record_description_parse(description, vendor, &further) != 0 ||
	    keyring_read(description, &payload, NULL) != 0)
		return;
	if (record_decode(&payload, record, NULL) == 0 && strcmp(record->vendor, vendor) != 0)
		record_release(record);
	secret_release(&payload);
}

/* Never the password of an earlier login, or what became of it, beside the record of a newer one. */
static void replace_companions(const char *description, const struct secret *kept, int64_t seconds)
{
	attempt_end(description);
	kept_password_remove(description);
	if (kept != NULL)
		kept_password_store(description, kept, seconds, NULL);
}

int tokens_store_login(const struct record *record, const struct secret *payload,
		       const struct secret *kept, bool further, struct record *displaced,
		       struct error *error)
{
	const char *account = further ? record->account : NULL;
	const int64_t seconds = keep_seconds(record, kept != NULL);
	char description[RECORD_DESCRIPTION_MAX];
	struct lock lock;
	int result;

	record_description(description, record->vendor, account);
	lock_acquire_swap(&lock, description);
	look_at(description, displaced);
	result = keyring_store(description, payload, seconds, error);
	if (result == 0)
		replace_companions(description, kept, seconds);
	lock_release(&lock);
	if (result == 0)
		backoff_end(record->vendor); /* it has just answered */
	else if (displaced != NULL)
		record_release(displaced);
	return result;
}

static int store_login(const struct exchange *exchange, const struct record *record, bool further,
		       struct record *displaced, struct error *error)
{
	struct secret payload, kept = SECRET_NONE;
	int result;

	if (record_encode(record, &payload, error) != 0)
		return -1;
	if (exchange->vendor->keep_password)
		kept_password_encode(record->account, exchange->password, &kept, NULL);
	result = tokens_store_login(record, &payload, secret_ok(&kept) ? &kept : NULL, further,
				    displaced, error);
	secret_release(&kept);
	secret_release(&payload);
	return result;
}

static int exchange_password(const struct exchange *exchange, bool further, struct record *record,
			     struct record *displaced, struct error *error)
{
	struct exchange_answer answer;
	int result;

	result = exchange_run(exchange, &answer, error);
	if (result == 0)
		result = exchange_record(exchange, &answer, NULL, exchange->username, moment_now(),
					 record, error);
	exchange_answer_release(&answer);
	if (result != 0)
		return -1;
	if (store_login(exchange, record, further, displaced, error) == 0)
		return 0;
	record_release(record);
	return -1;
}

int tokens_login(const struct vendor *vendor, const struct vendor_places *places,
		 const char *username, const struct secret *password, bool further,
		 struct record *record, struct record *displaced, struct error *error)
{
	char description[RECORD_DESCRIPTION_MAX];
	struct dialect dialect;
	const struct exchange exchange = {
		.operation = OPERATION_LOGIN,
		.vendor = vendor,
		.dialect = &dialect,
		.places = places,
		.username = username,
		.password = password,
	};
	int result = -1;

	record_init(record);
	if (displaced != NULL)
		record_init(displaced);
	if (vendor_dialect(vendor, places, &dialect, error) != 0)
		return -1;
	record_description(description, vendor->name, further ? username : NULL);
	/* Each password that is sent costs a session at the vendor: first see that it can be kept. */
	if (keyring_reserve(description, RECORD_PAYLOAD_MAX, error) == 0) {
		result = exchange_password(&exchange, further, record, displaced, error);
		keyring_unreserve();
	}
	dialect_release(&dialect);
	return result;
}

bool tokens_renewable(const struct vendor *vendor, const struct record *record, bool further)
{
	const struct renewal renewal = { .vendor = vendor,
					 .account = further ? record->account : NULL };

	return record_refreshable(record, record_now(record)) || password_renewal_ready(&renewal, record);
}

static int mark_dead(const char *vendor, const char *account, const struct secret *rejected,
		     struct error *error)
{
	char description[RECORD_DESCRIPTION_MAX];
	struct error reason = { 0 };
	struct record record;
	int64_t age;
	int result = 0;

	if (tokens_load(vendor, account, &record, &reason) != 0) {
		if (reason.code == ERROR_NO_TOKEN)
			return 0;
		if (error != NULL)
			*error = reason;
		return -1;
	}
	record_description(description, vendor, account);
	age = record_now(&record) - record.obtained_at;
	/*
	 * Without a refresh token or a password it is all there is; and a server that rejects every token must not
	 * cause a refresh each time.
	 */
	if (secret_equal(&record.access_token, rejected) &&
	    (record.refresh_token.length > 0 || kept_password_exists(description)) &&
	    age >= FORCED_REFRESH_SECONDS) {
		record.access_expires_at = record.obtained_at;
		result = tokens_store(&record, account != NULL, error);
	}
	record_release(&record);
	return result;
}

int tokens_reject(const char *vendor, const char *account, const struct secret *rejected,
		  struct error *error)
{
	char description[RECORD_DESCRIPTION_MAX];
	struct lock lock;
	int result;

	record_description(description, vendor, account);
	lock_acquire_swap(&lock, description);
	result = mark_dead(vendor, account, rejected, error);
	lock_release(&lock);
	return result;
}

int tokens_remove(const char *description, struct record *removed, struct error *error)
{
	char vendor[VENDOR_NAME_MAX];
	struct lock lock;
	bool further;
	int result;

	if (removed != NULL)
		record_init(removed);
	if (record_description_parse(description, vendor, &further) != 0)
		return error_set(error, ERROR_NO_TOKEN, "this is no record's name");
	lock_acquire_swap(&lock, description);
	look_at(description, removed);
	kept_password_remove(description);
	attempt_end(description);
	result = keyring_remove(description, error);
	lock_release(&lock);
	if (result != 0 && removed != NULL)
		record_release(removed);
	backoff_end(vendor);
	return result;
}
