/* SPDX-License-Identifier: BSD-3-Clause */
/* What a user's programs ask for: a token that is good, renewed when it must be. Runs as the user. */
#ifndef APITOKEN_TOKENS_H
#define APITOKEN_TOKENS_H

#include <stdbool.h>

#include "common/error.h"
#include "common/exchange.h"
#include "common/record.h"
#include "common/vendor.h"

enum {
	FORCED_REFRESH_SECONDS = 30,  /* a forced refresh happens at most this often for a record */
};

/* The bare record of vendor, or with account the further account's. ERROR_NO_TOKEN, ERROR_KEYRING. The caller releases. */
int tokens_load(const char *vendor, const char *account, struct record *record, struct error *error);
/*
 * A record whose access token may be handed out: the stored one where it is fresh (vendor->minimum_life), else renewed under the lock (lock, re-read, one request, store, release). A token that still lives is
 * served when the vendor cannot be reached, and after that no process asks for a while (backoff.h). force: renew although it looks good (a server rejected it), at most once in FORCED_REFRESH_SECONDS; rejected (may be NULL)
 * is the token that was rejected: where the stored one differs already, nothing is renewed.
 * ERROR_NO_TOKEN, ERROR_LOGIN_AGAIN, ERROR_UNAVAILABLE, ERROR_KEYRING, ERROR_CONFIGURATION.
 */
int tokens_get(const struct vendor *vendor, const struct vendor_places *places, const char *account, bool force, const struct secret *rejected,
	       struct record *record, struct error *error);
/* Password login of the user's own programs: exchange, then store. further: keep as a further account. displaced: as in tokens_store_login(). */
int tokens_login(const struct vendor *vendor, const struct vendor_places *places, const char *username, const struct secret *password, bool further,
		 struct record *record, struct record *displaced, struct error *error);
/*
 * Removes the record of this description, and the password that is kept beside it (also where the record went by itself); a refresh that is under way brings neither back. removed (may be NULL)
 * becomes exactly the record that was taken out, for revoke_record(); it is empty where that could not be read, and after a failure. The caller releases it. ERROR_NO_TOKEN, ERROR_KEYRING.
 */
int tokens_remove(const char *description, struct record *removed, struct error *error);
/*
 * Stores the encoded record of a login: it replaces what is there, and a refresh of an older login that is under way does not replace it. kept: the password to be kept beside it,
 * encoded by kept_password_encode(); NULL: none, and one that an earlier login left is forgotten. Where the password has no room the login is good without it. displaced (may be NULL)
 * becomes the record that stood there, for revoke_displaced(); it is empty where there was none, where it could not be read, and after a failure. The caller releases it.
 */
int tokens_store_login(const struct record *record, const struct secret *payload, const struct secret *kept, bool further, struct record *displaced, struct error *error);
/* Whether the record's token can be renewed without a person: with its refresh token, or with the password that is kept. */
bool tokens_renewable(const struct vendor *vendor, const struct record *record, bool further);
/* Writes the record into the keyring. */
int tokens_store(const struct record *record, bool further, struct error *error);
/*
 * Marks the access token dead where it equals rejected, and keeps the refresh token, so that the next get renews. 0 also where nothing matched, where the token came less
 * than FORCED_REFRESH_SECONDS ago, or where there is neither a refresh token nor a kept password (then the access token is all there is).
 */
int tokens_reject(const char *vendor, const char *account, const struct secret *rejected, struct error *error);

#endif
