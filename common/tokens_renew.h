/* SPDX-License-Identifier: BSD-3-Clause */
/* One renewal; only common/tokens*.c includes this. */
#ifndef APITOKEN_TOKENS_RENEW_H
#define APITOKEN_TOKENS_RENEW_H

#include <stdbool.h>

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

#endif
