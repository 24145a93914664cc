/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The write-ahead of a refresh: before a refresh token goes out, a small key "DESCRIPTION:sent" beside the record says which one (its generation and a fingerprint), and it is taken away when what
 * became of it is known and stored, or with the login at its end (a logout, a newer login). Whoever finds it there for the record's own refresh token knows that an earlier answer is missing: its process was killed, the connection
 * broke, or the answer could not be stored. As private as the record, kept as long, and of no meaning for any newer one; only a renewal looks at it.
 */
#ifndef APITOKEN_ATTEMPT_H
#define APITOKEN_ATTEMPT_H

#include <stdbool.h>

#include "common/error.h"
#include "common/record.h"

/* Says that the record's refresh token goes out now. ERROR_KEYRING. Not between keyring_reserve() and keyring_store(). description: the record's. */
int attempt_begin(const char *description, const struct record *record, struct error *error);
/* Whether the record's refresh token went out before, and nothing is known of an answer. */
bool attempt_is_open(const char *description, const struct record *record);
/* What became of it is known. Harmless where there is none. */
void attempt_end(const char *description);

#endif
