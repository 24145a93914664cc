/* SPDX-License-Identifier: BSD-3-Clause */
/* One renewal; only common/tokens*.c includes this. */
#ifndef APITOKEN_TOKENS_RENEW_H
#define APITOKEN_TOKENS_RENEW_H

#include <stdbool.h>

#include "common/dialect.h"
#include "common/tokens.h"

struct renewal {
	const struct vendor *vendor;
	const struct vendor_places *places;
	const char *account; /* NULL: the bare record */
	bool force;
	const struct secret *rejected; /* NULL: none */
};

/* Whether the record must be renewed before it is handed out. */
bool renewal_needed(const struct renewal *renewal, const struct record *record, int64_t now);
/*
 * Renews *record, or leaves it where its token still lives and may be served as it is. 0, or -1 and
 * *record is released.
 */
int renewal_run(const struct renewal *renewal, struct record *record, struct error *error);
/*
 * The request itself, by whoever has the lock and has read *record again under it: write-ahead, room, one exchange (a second one where the answer was lost), store. Ctrl-C, a closed
 * terminal or a stop do not come in between. As renewal_run().
 */
int renewal_request(const struct renewal *renewal, const struct dialect *dialect, const char *description, struct record *record, struct error *error);

/* Where no renewal was possible: a living token is better than none, unless it was rejected. 0, or -1, *record is released and *error is *reason. */
int renewal_serve_or_fail(const struct renewal *renewal, struct record *record, const struct error *reason, struct error *error);
/* Why the record cannot be renewed, and what to do. */
void renewal_explain_end(const struct renewal *renewal, const struct record *record, struct error *reason);
bool renewal_is_same(const struct record *a, const struct record *b);
/* Puts *newer, which becomes empty, in the place of *record. */
void renewal_replace(struct record *record, struct record *newer);

#endif
