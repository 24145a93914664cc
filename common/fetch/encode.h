/* SPDX-License-Identifier: BSD-3-Clause */
/* How bytes are written into requests: form fields, URLs, base64, JSON strings. All append to a secret and are byte exact. */
#ifndef APITOKEN_FETCH_ENCODE_H
#define APITOKEN_FETCH_ENCODE_H

#include <stddef.h>

#include "common/secret.h"

/* application/x-www-form-urlencoded (RFC 6749 Appendix B): letters, digits and "-._*" as they are, space as '+', every other byte as %XX. */
void encode_form(struct secret *out, const char *bytes, size_t length);
/* "&" where out holds something already, then NAME=VALUE, both encoded. */
void encode_form_field(struct secret *out, const char *name, const char *bytes, size_t length);
/* For URLs (RFC 3986 section 2.3): unreserved characters as they are, every other byte as %XX. */
void encode_percent(struct secret *out, const char *bytes, size_t length);
/* RFC 4648 section 4, with padding. */
void encode_base64(struct secret *out, const char *bytes, size_t length);
/* A JSON string with its quotes (RFC 8259 section 7). The bytes are to be UTF-8: see encode_is_utf8(). */
void encode_json_string(struct secret *out, const char *bytes, size_t length);

/* 1 for well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, up to U+10FFFF), else 0. */
int encode_is_utf8(const char *bytes, size_t length);

#endif
