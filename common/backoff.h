/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A vendor that is away, or that wants fewer requests, is left alone for a while by all processes of a user: a key "apitoken:v1:NAME:away" beside the records, as private as
 * they are, that forgets itself at the end. It speaks of the vendor, not of an account. A login and a logout remove it.
 */
#ifndef APITOKEN_BACKOFF_H
#define APITOKEN_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"

enum {
	BACKOFF_SECONDS = 10,         /* after no answer, or one that is no verdict: six requests a minute at most */
	BACKOFF_LIMITED_SECONDS = 30, /* after "too many requests" that does not say how long */
	BACKOFF_MAX = 60,             /* a longer Retry-After (RFC 9110 section 10.2.3) is cut to this */
};

/* No request for seconds (1..BACKOFF_MAX), because of *reason, to whose text the time of the next try is added. A keyring that has no room for it does not matter. */
void backoff_begin(const char *vendor, int64_t seconds, struct error *reason);
/* Whether no request may be sent now; then *reason is filled: ERROR_UNAVAILABLE, why and when the next try is. */
bool backoff_active(const char *vendor, struct error *reason);
void backoff_end(const char *vendor);

#endif
