/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The password that "keep_password = yes" keeps beside a record, so that a vendor without refresh can be asked again until logout. A key of its own in @u, with
 * the same permission, timeout and checks as a record's; never part of the record, so that nothing that reads tokens ever holds it.
 *
 * Payload: "version=1\n", "account=NAME\n", "checksum=" (16 hex digits of SHA-256 over the account's line and the password) "\n", then the password to the end.
 * Functions take the record's description; the password's has "apitoken:password:v1:" for "apitoken:v1:".
 */
#ifndef APITOKEN_KEPT_PASSWORD_H
#define APITOKEN_KEPT_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/record.h"
#include "common/secret.h"
#include "common/vendor.h"

enum {
	KEPT_PASSWORD_PAYLOAD_MAX = PASSWORD_MAX + ACCOUNT_MAX + 64,              /* bytes */
	LOGIN_PAYLOAD_MAX = RECORD_PAYLOAD_MAX + 1 + KEPT_PASSWORD_PAYLOAD_MAX, /* bytes */
};

/* *payload is initialised here, the caller releases it. ERROR_POLICY (an empty or too long password, a control character in the account), ERROR_MEMORY. */
int kept_password_encode(const char *account, const struct secret *password, struct secret *payload, struct error *error);
/* The password, if it is this account's; *password is initialised here. ERROR_NO_TOKEN for anything else, and for what is damaged. */
int kept_password_decode(const struct secret *payload, const char *account, struct secret *password, struct error *error);

/*
 * A login on its way from authenticate to stash: the record's payload, and where a password is to be kept a NUL, which no record holds, and the password's payload.
 * join: *login is initialised here; kept may be SECRET_NONE. split: *record and *kept are initialised here, *kept is SECRET_NONE where there is none. 0, or -1: out of memory.
 */
int kept_password_join(const struct secret *record, const struct secret *kept, struct secret *login);
int kept_password_split(const struct secret *login, struct secret *record, struct secret *kept);

/* Keeps an encoded password in place of what was kept before, for so many seconds. ERROR_KEYRING. */
int kept_password_store(const char *record_description, const struct secret *payload, int64_t seconds, struct error *error);
/* Whether one is kept: by its key alone, without reading it. */
bool kept_password_exists(const char *record_description);
/* Reads the account's; *password is initialised here. ERROR_NO_TOKEN, ERROR_KEYRING. */
int kept_password_read(const char *record_description, const char *account, struct secret *password, struct error *error);
/* Lets the one that is kept live for so many seconds from now. Where none is kept (a logout was quicker), none comes back. */
void kept_password_extend(const char *record_description, int64_t seconds);
/* Forgets it; nothing happens where none is kept. */
void kept_password_remove(const char *record_description);

#endif
