/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What json-c cannot be asked: whether an object names a key twice (it silently keeps the last one, so that two readers of one answer may see different tokens), how many keys an object has,
 * and whether a key holds a NUL (json-c cuts it there, and it becomes another key).
 */
#ifndef APITOKEN_FETCH_UNIQUE_H
#define APITOKEN_FETCH_UNIQUE_H

#include <stdbool.h>
#include <stddef.h>

enum {
	JSON_DEPTH_MAX = 8,      /* objects and arrays inside each other */
	JSON_KEYS_MAX = 64,      /* of one object */
	JSON_KEY_BYTES_MAX = 128 /* of one key, escapes resolved; a longer one is told apart by its length and beginning */
};

/*
 * For a text that json-c has accepted. True where no object has a key twice (I-JSON, RFC 7493 section 2.3; escapes resolved first), none has more than JSON_KEYS_MAX
 * keys, no key holds a NUL, and nothing nests deeper than JSON_DEPTH_MAX.
 */
bool json_keys_are_unique(const char *text, size_t length);

#endif
