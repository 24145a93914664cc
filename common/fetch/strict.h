/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What json-c lets through, even when asked to be strict, and what it cannot be asked: an object that names a key twice (it silently keeps the last one, so that two
 * readers of one answer may see different tokens), a NUL in a key (it cuts the key there), keys in single quotes, control characters in strings, the number of keys.
 */
#ifndef APITOKEN_FETCH_STRICT_H
#define APITOKEN_FETCH_STRICT_H

#include <stdbool.h>
#include <stddef.h>

enum {
	JSON_DEPTH_MAX = 8,      /* objects and arrays inside each other */
	JSON_KEYS_MAX = 64,      /* of one object */
	JSON_KEY_BYTES_MAX = 128 /* of one key, escapes resolved; a longer one is told apart by its length and beginning */
};

/*
 * For a text that json-c has accepted. True where no object has a key twice (I-JSON, RFC 7493 section 2.3; escapes resolved first), none has more than JSON_KEYS_MAX
 * keys, no key holds a NUL, nothing nests deeper than JSON_DEPTH_MAX, strings hold no control characters, and outside of strings stands nothing but JSON's own characters.
 */
bool json_is_strict(const char *text, size_t length);

#endif
