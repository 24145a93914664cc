/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "common/exchange.h"
#include "common/exchange_parts.h"
#include "common/text.h"

/* An answer without a refresh token leaves the old one valid (RFC 6749 section 6); one with it replaces it. Returns true where the old one stays. */
static bool take_refresh_token(const struct exchange *exchange, struct exchange_answer *answer, const struct record *old, struct record *record)
{
	if (!exchange_keeps_refresh(exchange))
		return false;
	if (answer->refresh_token.bytes != NULL) {
		secret_move(&record->refresh_token, &answer->refresh_token);
		return false;
	}
	if (old == NULL || old->refresh_token.bytes == NULL)
		return false;
	secret_set(&record->refresh_token, old->refresh_token.bytes, old->refresh_token.length);
	return true;
}

/* UTC seconds; 0: unknown, or no refresh token. */
static int64_t refresh_end(const struct exchange *exchange, const struct exchange_answer *answer, const struct record *old, bool old_stays,
			   struct moment now, const struct record *record)
{
	const struct dialect *dialect = exchange->dialect;
	int64_t from_login = record->login_at + dialect->refresh_lifetime;
	int64_t end = 0;

	if (record->refresh_token.bytes == NULL)
		return 0;
	if (answer->refresh_lifetime > 0)
		end = record->obtained_at + answer->refresh_lifetime;
	else if (old_stays)
		end = record_local_at(old, old->refresh_expires_at, now);
	else if (dialect->refresh_lifetime > 0)
		end = record->obtained_at + dialect->refresh_lifetime;
	if (dialect->refresh_anchored_at_login && dialect->refresh_lifetime > 0 && (end == 0 || end > from_login))
		end = from_login;
	return end;
}

int exchange_record(const struct exchange *exchange, struct exchange_answer *answer, const struct record *old, const char *account, struct moment now,
		    struct record *record, struct error *error)
{
	bool old_stays;

	record_init(record);
	if (text_copy(record->vendor, sizeof(record->vendor), exchange->vendor->name) < 0 ||
	    text_copy(record->account, sizeof(record->account), account) < 0)
		return error_set(error, ERROR_CONFIGURATION, "the account's name is longer than %d bytes", ACCOUNT_MAX - 1);
	/* An answer to a refresh need not say again what was granted (RFC 6749 section 6). */
	text_copy(record->warning, sizeof(record->warning), old != NULL && answer->message[0] == '\0' ? old->warning : answer->message);
	record->generation = old == NULL ? 1 : old->generation + 1;
	record_set_obtained(record, now);
	record->login_at = old == NULL ? record->obtained_at : record_local_at(old, old->login_at, now);
	record->access_expires_at = record->obtained_at + answer->lifetime;
	old_stays = take_refresh_token(exchange, answer, old, record);
	secret_move(&record->access_token, &answer->access_token);
	record->refresh_expires_at = refresh_end(exchange, answer, old, old_stays, now, record);
	if (old_stays && !secret_ok(&record->refresh_token)) {
		record_release(record);
		return error_set(error, ERROR_MEMORY, "out of memory");
	}
	return 0;
}
