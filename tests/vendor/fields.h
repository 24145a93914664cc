/* SPDX-License-Identifier: BSD-3-Clause */
/* Named values (headers, form fields, query fields) and the encodings they travel in. */
#ifndef APITOKEN_TESTS_VENDOR_FIELDS_H
#define APITOKEN_TESTS_VENDOR_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

/* New strings (free() them); the program ends where memory is short. copy_text(NULL) is NULL. */
char *copy_text(const char *text);
char *copy_bytes(const char *bytes, size_t length);

struct field {
	char *name;
	char *value;
};

struct fields {
	struct field *list;
	size_t count;
};

/* Copies length bytes of value and adds a NUL. */
void fields_add(struct fields *fields, const char *name, const char *value, size_t length);
/* The first value of that name (names compared exactly), or NULL. */
const char *fields_get(const struct fields *fields, const char *name);
/* The same with ASCII case ignored, as header names are. */
const char *fields_get_header(const struct fields *fields, const char *name);
/* True where any name stands twice. */
bool fields_repeated(const struct fields *fields);
void fields_free(struct fields *fields);

/*
 * Reads application/x-www-form-urlencoded (also a query string). Returns 0, or -1 on a broken % escape or an encoded NUL;
 * what was read before stays in *fields either way.
 */
int fields_read_form(struct fields *fields, const char *text, size_t length);
/* One form-encoded value in place ('+' and %XX). Returns its new length, or -1. */
long form_decode(char *text, size_t length);

/* Both return a new NUL-terminated string (free() it), or NULL on bad input. *length (may be NULL) counts bytes without the NUL. */
char *base64_decode(const char *text, size_t *length);
char *base64_encode(const void *bytes, size_t length);
/* base64url without padding, RFC 4648 section 5. */
char *base64url_encode(const void *bytes, size_t length);

/* "Basic BASE64(user:password)" of RFC 7617: 0 with two new strings, or -1. */
int basic_read(const char *authorization, char **user, char **password);
/* The token of "Bearer TOKEN" (scheme in any case, one space, RFC 6750), or NULL; points into authorization. */
const char *bearer_read(const char *authorization);

#endif
