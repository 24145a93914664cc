/* SPDX-License-Identifier: BSD-3-Clause */
/* How long a token lives, from what vendors write about it: seconds, milliseconds, moments, numbers in strings, or nonsense. */
#ifndef APITOKEN_FETCH_LIFETIME_H
#define APITOKEN_FETCH_LIFETIME_H

#include <stdint.h>

#include "common/dialect.h"
#include "common/fetch/document.h"

enum lifetime_result {
	LIFETIME_KNOWN,
	LIFETIME_UNKNOWN, /* nothing usable was told */
	LIFETIME_ENDED,   /* a duration of zero or less */
};

/*
 * One value as seconds from the answer's moment on (reference, UTC seconds). Integers and strings of digits only count; fractions, NaN, other text and what is
 * beyond 64 bits are unknown. auto: from 1e12 on milliseconds since 1970, from 1e9 on seconds since 1970, else a duration in seconds. A moment that is not
 * behind the reference is unknown (vendors print the login time there). rfc3339 takes strings like 2026-11-21T21:19:34Z alone, auto takes them too. More than VENDOR_LIFETIME_MAX is cut to it.
 */
enum lifetime_result lifetime_of(const struct document_value *value, enum dialect_lifetime_kind kind, int64_t reference, int64_t *seconds);

/* A moment (UTC seconds) that an answer tells, like its login time: seconds or milliseconds since 1970, or RFC 3339. 0: unknown. */
int64_t lifetime_moment(const struct document_value *value);

/*
 * All alternatives that stand in the document; where several are usable, the earlier end. from (128 bytes, may be NULL) gets the path that gave it.
 * LIFETIME_ENDED where any of them says so.
 */
enum lifetime_result lifetime_find(const struct document *document, const char *paths, enum dialect_lifetime_kind kind, int64_t reference,
				   int64_t *seconds, char *from);

#endif
