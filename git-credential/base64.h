/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef APITOKEN_BASE64_H
#define APITOKEN_BASE64_H

#include "common/secret.h"

enum { BASE64_GROUP = 4 };
/* Bytes that length bytes take in base64. */
#define BASE64_SIZE(length) (((length) + 2) / 3 * BASE64_GROUP)

/* Appends in to out as base64 with padding (RFC 4648 section 4). */
void base64_append(struct secret *out, const struct secret *in);

#endif
