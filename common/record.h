/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The token record: what one key in the user's keyring holds.
 *
 * Payload: lines "key=value\n" in this order: version=1, generation, vendor, account, login_at, obtained_at, access_expires_at, refresh_expires_at (0: unknown or none), access_token,
 * refresh_token (absent: none), note (why there is no refresh token; absent: none), warning (of the vendor's answer; absent: none), checksum (16 hex digits of SHA-256 over all bytes before that line).
 * Behind obtained_at may stand obtained_uptime: the same moment in milliseconds of CLOCK_BOOTTIME (a key never outlives the boot).
 * Times are UTC seconds by this machine's clock at obtained_at; record_now() is the present on that scale, however the clock was set since. Unknown keys are skipped on reading (a newer program wrote them); a record of another version is refused.
 */
#ifndef APITOKEN_RECORD_H
#define APITOKEN_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/secret.h"
#include "common/vendor.h"

enum {
	RECORD_VERSION = 1,
	RECORD_PAYLOAD_MAX = TOKENS_MAX + 1536, /* bytes */
	RECORD_DESCRIPTION_MAX = 80,            /* bytes with NUL */
	RECORD_NOTE_MAX = 200,                  /* bytes with NUL */
	RECORD_WARNING_MAX = 256,               /* bytes with NUL */
	RECORD_REFRESH_CAP = 30 * 86400,        /* seconds: longest time a record is kept for its refresh token */
	RECORD_RENEW_SECONDS = 30,              /* a token that is younger is not renewed for want of life, unless that is half of all it has */
	RECORD_AFTERLIFE = 86400,               /* seconds a record outlives an access token without refresh, so that tools can say "log in again" */
};

struct record {
	char vendor[VENDOR_NAME_MAX];
	char account[ACCOUNT_MAX];  /* the vendor username */
	uint64_t generation;        /* 1 at login, + 1 at each refresh */
	int64_t login_at;           /* when the password was given */
	int64_t obtained_at;        /* when this access token came */
	int64_t obtained_uptime;    /* the same, milliseconds since the boot; 0: unknown (the record of an older program) */
	int64_t access_expires_at;
	int64_t refresh_expires_at; /* 0: unknown, or no refresh token */
	struct secret access_token;
	struct secret refresh_token; /* SECRET_NONE where there is none */
	char note[RECORD_NOTE_MAX];  /* why there is no refresh token, for people; "": nothing to say */
	char warning[RECORD_WARNING_MAX]; /* what the answer was worth a warning for, as a smaller scope; "": nothing */
};

enum record_state { RECORD_FRESH, RECORD_RENEW, RECORD_EXPIRED };

void record_init(struct record *record);
void record_release(struct record *record);
/* *payload is initialised here. ERROR_UNAVAILABLE where both tokens together exceed TOKENS_MAX; ERROR_MEMORY. */
int record_encode(const struct record *record, struct secret *payload, struct error *error);
/* ERROR_NO_TOKEN with the reason for anything that is not a whole, sound record of our version. *record is initialised here. */
int record_decode(const struct secret *payload, struct record *record, struct error *error);

/* "apitoken:v1:NAME", or with account (not NULL) "apitoken:v1:NAME:" and 16 hex digits of the account's SHA-256. */
void record_description(char out[static RECORD_DESCRIPTION_MAX], const char *vendor, const char *account);
/* Takes a description apart: 0 and the vendor name (further: whether it is a further account's), -1 where it is not ours. */
int record_description_parse(const char *description, char vendor[static VENDOR_NAME_MAX], bool *further);

/* Puts "now" into obtained_at and obtained_uptime. */
void record_set_obtained(struct record *record, struct moment now);
/*
 * The present on the scale of the record's times: obtained_at and what has passed since, sleep included. A clock that was set meanwhile changes nothing.
 * Without obtained_uptime it is the clock. now is what all functions below want.
 */
int64_t record_now(const struct record *record);
int64_t record_now_at(const struct record *record, struct moment now);
/* One of the record's times as this machine's clock would tell it today, for whoever compares it with that clock: 0 (unknown) stays, else at least 1. */
int64_t record_local(const struct record *record, int64_t time);
int64_t record_local_at(const struct record *record, int64_t time, struct moment now);
/* Whether the access token came at that moment or later. */
bool record_obtained_since(const struct record *record, struct moment since);

/* Seconds the key is kept from now on: end of the refresh life, capped; without refresh RECORD_AFTERLIFE after the end of the access token, or after now where that is past. At least 1. */
int64_t record_keep_seconds(const struct record *record, int64_t now);
/*
 * Judged by the record's times, not by the key: EXPIRED when now + skew has reached the end, or lies before the beginning (a clock that was set back), with skew = min(60 s, life/10), whether or not a refresh may be tried
 * (record_refreshable() tells); else RENEW when less than minimum_life (seconds) is left and a refresh token lives. Where tokens do not live RECORD_RENEW_SECONDS
 * longer than minimum_life, half of their life is the most that is asked for, so that no token is renewed at each call.
 */
enum record_state record_state_for(const struct record *record, int64_t now, int64_t minimum_life);
/* The same with VENDOR_MINIMUM_LIFE_DEFAULT. */
enum record_state record_state(const struct record *record, int64_t now);
/* Whether a refresh may be tried: there is a refresh token and its end, where known, is not past. */
bool record_refreshable(const struct record *record, int64_t now);
/* The end of the access token with the skew taken off: what tools are told. */
int64_t record_told_expiry(const struct record *record);

#endif
