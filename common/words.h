/* SPDX-License-Identifier: BSD-3-Clause */
/* Times in words for people. */
#ifndef APITOKEN_WORDS_H
#define APITOKEN_WORDS_H

#include <stddef.h>
#include <stdint.h>

enum { WORDS_MAX = 48 }; /* bytes with NUL */

/* "45 s", "28 min", "3 h 5 min", "29 days"; seconds below 0 count as 0. Returns out. */
char *words_duration(char out[static WORDS_MAX], int64_t seconds);
/* "2026-11-21 20:57 UTC". Returns out. */
char *words_time(char out[static WORDS_MAX], int64_t utc);

#endif
