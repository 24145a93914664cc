/* SPDX-License-Identifier: BSD-3-Clause */
/* What "apitoken status" knows: a row for each record, and for each configured vendor without one.
 */
#ifndef APITOKEN_STATUS_H
#define APITOKEN_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/record.h"
#include "common/secret.h"
#include "common/vendor.h"
#include "git-credential/lookup.h"

enum { STATUS_NOTE_MAX = ERROR_TEXT_MAX + ACCOUNT_MAX + 128 }; /* bytes with NUL */

struct status_row {
	char name[VENDOR_NAME_MAX];
	bool stored;   /* there is a record, sound or not */
	bool further;  /* of a further account */
	bool password_kept; /* beside the record */
	bool readable; /* the record is sound: what follows to the next blank line is from it */
	char account[ACCOUNT_MAX]; /* printable */
	uint64_t generation;
	int64_t login_at, obtained_at, access_expires_at, refresh_expires_at;
	char reason[RECORD_NOTE_MAX]; /* why there is no refresh token, where the record tells */
	char warning[RECORD_WARNING_MAX]; /* of the vendor's answer */
	bool refresh_token;           /* there is one, and its end is not past */
	bool unanswered;              /* it went out before, and its answer was lost */
	bool over;                    /* the access token is handed out no more */

	bool configured; /* vendor is loaded */
	struct vendor vendor;
	char note[STATUS_NOTE_MAX]; /* what is wrong or missing and what to type; "": nothing */
	bool renewable;             /* without a person */
};

struct status {
	struct lookup lookup;
	struct status_row *rows;
	size_t count;
	int64_t now;
};

/* Collects everything; one broken record or file is a note in its row. 0 or -1 (no memory, no
 * HOME). status_release() in both cases. */
int status_collect(struct status *status, struct error *error);
void status_release(struct status *status);

/* Both append the whole report to out. */
void status_table(const struct status *status, struct secret *out);
void status_json(const struct status *status, struct secret *out);

#endif
