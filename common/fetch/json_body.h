/* SPDX-License-Identifier: BSD-3-Clause */
/* A JSON request body from fields with dotted names: "credentials.username" becomes {"credentials":{"username":...}}. */
#ifndef APITOKEN_FETCH_JSON_BODY_H
#define APITOKEN_FETCH_JSON_BODY_H

#include <stddef.h>

#include "common/error.h"
#include "common/secret.h"

enum { JSON_BODY_NESTING_MAX = 8 };

struct json_field {
	const char *path;           /* components apart by dots */
	const struct secret *value; /* always written as a string */
};

/*
 * Appends one object with the fields in their order. ERROR_CONFIGURATION for an empty component, a path that is also another's beginning, or one that stands
 * twice, or nesting too deep; ERROR_REFUSED for a value that is not UTF-8, which JSON cannot carry (RFC 8259 section 8.1).
 */
int json_body_build(struct secret *out, const struct json_field fields[], size_t count, struct error *error);

#endif
