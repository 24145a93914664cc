/* SPDX-License-Identifier: BSD-3-Clause */
/* The value of a WWW-Authenticate header: RFC 9110 section 11.6.1. */
#ifndef APITOKEN_CHALLENGE_H
#define APITOKEN_CHALLENGE_H

#include <stdbool.h>
#include <stddef.h>

/* True where one of the challenges is of that scheme (lower case). A value may hold several, and
 * quoted strings may hold commas. */
bool challenge_offers(const char *value, size_t length, const char *scheme);

#endif
