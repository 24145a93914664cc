/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One chain of HTTPS exchanges with a vendor, run by fetch. This side flattens vendor, dialect and secrets into a request, and believes nothing in the reply that it has not checked.
 *
 * Request fields: operation (login, refresh, revoke), timeout_ms, uid (only from root: what fetch becomes), trust ("system", or the PEM bytes), proxy and connect_to (where set),
 * keep_refresh (1: the refresh token is wanted), default_lifetime (seconds, 0: the dialect's);
 * "entry" for each dialect entry in order (section NUL key NUL value), "variable" (name NUL value) for each variable, secrets included.
 * Reply fields: verdict, message (why, printable), status, rule (that matched), code (the vendor's error word), access_token, refresh_token, lifetime (seconds), lifetime_from (the path that
 * gave it, or "default"), refresh_lifetime (seconds; absent: unknown), subject, retry_after (seconds), unanswered (1: a request went out, and its answer did not come whole), address, sandbox ("landlock=7 filter=1": the walls that stood, for a look by hand).
 */
#ifndef APITOKEN_EXCHANGE_H
#define APITOKEN_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/clock.h"
#include "common/dialect.h"
#include "common/error.h"
#include "common/record.h"
#include "common/secret.h"
#include "common/vendor.h"

enum { FETCH_UID_DEFAULT = 65534 }; /* "nobody": what fetch becomes where no fetch_uid is configured */

enum operation { OPERATION_LOGIN, OPERATION_REFRESH, OPERATION_REVOKE };

struct exchange {
	enum operation operation;
	const struct vendor *vendor;
	const struct dialect *dialect;          /* vendor_dialect() */
	const struct vendor_places *places;     /* for fetch */
	uid_t fetch_uid;                        /* what fetch becomes where the effective uid is 0; 0: FETCH_UID_DEFAULT */
	const char *username;                   /* the vendor's; NULL at refresh where the dialect needs none */
	const struct secret *password;          /* login; else NULL */
	const struct secret *otp;               /* NULL: none */
	const struct secret *access_token;      /* revoke; else NULL */
	const struct secret *refresh_token;     /* refresh, revoke; else NULL */
};

struct exchange_answer {
	enum verdict verdict;
	int status;                  /* HTTP status, 0: there was no answer */
	bool unanswered;             /* the request went out, or may have, and no whole answer came: what the vendor did is not known */
	int64_t lifetime;            /* seconds, 1..VENDOR_LIFETIME_MAX */
	int64_t refresh_lifetime;    /* seconds, 0: unknown or none */
	int64_t retry_after;         /* seconds, 0: not told */
	struct secret access_token;  /* checked characters and size */
	struct secret refresh_token; /* SECRET_NONE: none came */
	char subject[ACCOUNT_MAX];   /* "": the dialect reads none */
	char message[256];           /* printable, no secret; after success "", or what is worth a warning */
	char rule[DIALECT_NAME_MAX], code[64], lifetime_from[128];
	char address[64], sandbox[64]; /* printable; "": not told */
};

/*
 * Runs it. Returns 0 only for VERDICT_SUCCESS with a sound access token (revoke: without). Otherwise -1 and both are filled:
 * error->code is ERROR_REFUSED (refused, account), ERROR_LOGIN_AGAIN, ERROR_CONFIGURATION, ERROR_UNAVAILABLE (rate limited too), ERROR_SYSTEM, ERROR_MEMORY;
 * answer->verdict tells more. *answer is initialised here and released by exchange_answer_release(). At most one POST carries the password, whatever happens.
 */
int exchange_run(const struct exchange *exchange, struct exchange_answer *answer, struct error *error);
void exchange_answer_release(struct exchange_answer *answer);

/*
 * A record from a login's answer (generation 1) or from a refresh of old (generation + 1, login_at kept, the old refresh token kept where none came: RFC 6749 section 6).
 * Lifetimes are counted from now; old's own times are moved onto the clock of now, where it was set since. Dialect refresh = none, or vendor refresh = none: the refresh token is not kept. The answer's secrets are moved, not copied.
 */
int exchange_record(const struct exchange *exchange, struct exchange_answer *answer, const struct record *old, const char *account, struct moment now,
		    struct record *record, struct error *error);

/* 0 where the token's characters fit the dialect (RFC 6750 b64token, or visible) and its length is 1..TOKEN_MAX. */
int token_check(const char *bytes, size_t length, bool visible);

#endif
