/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing JSON (RFC 8259): strings only need escapes; nothing here reads JSON. */
#ifndef APITOKEN_JSON_TEXT_H
#define APITOKEN_JSON_TEXT_H

#include "common/secret.h"

enum { JSON_TEXT_GROWTH = 6 }; /* the most bytes that one byte becomes: \u00XX */

/*
 * Appends text as a JSON string with its quotes. Control characters are escaped; bytes that are no
 * UTF-8 (RFC 3629) become U+FFFD, so that the result is always valid.
 */
void json_text_append(struct secret *out, const char *text, size_t length);
/* Appends ,"name":"value" (the comma only behind an earlier member). NULL becomes null. For
 * building one object after its '{'. */
void json_text_member(struct secret *out, const char *name, const char *value);
/* The same for a whole number, and for true and false. */
void json_text_number(struct secret *out, const char *name, long long value);
void json_text_boolean(struct secret *out, const char *name, int value);
/* Appends ,"name": and leaves the value to the caller. */
void json_text_name(struct secret *out, const char *name);
/* Appends a comma where an element or member stands before. */
void json_text_comma(struct secret *out);

#endif
