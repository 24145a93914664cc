/* SPDX-License-Identifier: BSD-3-Clause */
/* Signs that this machine's clock is wrong, in words that have "clock?" in them, so that a log can be searched for it. */
#ifndef APITOKEN_FETCH_CLOCK_DOUBT_H
#define APITOKEN_FETCH_CLOCK_DOUBT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CLOCK_DOUBT_SECONDS = 300, /* clocks that differ by less do no harm; RFC 7519 section 4.1.4 allows "a few minutes" */
	CLOCK_DOUBT_TEXT_MAX = 160,
};

/* A certificate is out of its time. problem: "the certificate has expired"; now: UTC seconds by this machine's clock. The whole sentence goes into out. */
void clock_doubt_certificate(char out[static CLOCK_DOUBT_TEXT_MAX], const char *problem, int64_t now);
/* True, with a sentence in out, where the vendor's clock (its Date header, UTC seconds; 0: not told) and this machine's are more than CLOCK_DOUBT_SECONDS apart. */
bool clock_doubt_date(char out[static CLOCK_DOUBT_TEXT_MAX], const char *host, int64_t date, int64_t now);

#endif
