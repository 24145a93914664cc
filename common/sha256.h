/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SHA-256 (FIPS 180-4). Own code because the cached path may link neither OpenSSL nor anything else; it names accounts and finds torn
 * records, it does not authenticate anything.
 */
#ifndef APITOKEN_SHA256_H
#define APITOKEN_SHA256_H

#include <stddef.h>

enum { SHA256_BYTES = 32 };

void sha256(const void *bytes, size_t length, unsigned char digest[static SHA256_BYTES]);
/* The first digits hexadecimal digits (2 to 64, even) of the digest, NUL-terminated: out has digits + 1 bytes. */
void sha256_hex(const void *bytes, size_t length, char *out, size_t digits);

#endif
