/* SPDX-License-Identifier: BSD-3-Clause */
/* Small, locale-free text helpers. */
#ifndef APITOKEN_TEXT_H
#define APITOKEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads decimal digits only (no sign, space or suffix) up to the end of the string. Returns 0 and *number within [minimum, maximum], or -1.
 */
int number_parse(const char *text, int64_t minimum, int64_t maximum, int64_t *number);

/*
 * Writes text (from outside: a vendor, a user, a network peer) for a log or a terminal: printable ASCII as is, every other byte as \xNN,
 * at most size - 1 bytes, "..." at the end where it was cut. NULL becomes "unknown". Returns out.
 */
char *text_printable(char *out, size_t size, const char *text, size_t length);

bool text_equal_ignoring_case(const char *a, const char *b); /* ASCII only */
bool text_starts_with(const char *text, const char *prefix);
/* True where every byte is 0x21..0x7E or a space: no control byte, no NUL before length, no non-ASCII. */
bool text_is_visible(const char *text, size_t length);
/* Copies with the NUL; returns 0, or -1 where it does not fit (then *out is ""). */
int text_copy(char *out, size_t size, const char *text);

#endif
