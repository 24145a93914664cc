/* SPDX-License-Identifier: BSD-3-Clause */
/* A client that proves itself by a signature: private_key_jwt of OpenID Connect, RFC 7523 section 2.2. The only user of libcrypto. */
#ifndef APITOKEN_FETCH_ASSERTION_H
#define APITOKEN_FETCH_ASSERTION_H

#include <stdint.h>

#include "common/error.h"
#include "common/fetch/variables.h"
#include "common/secret.h"

enum {
	ASSERTION_MAX = 8 * 1024,    /* bytes of a signed assertion */
	ASSERTION_SECONDS = 60,      /* its life */
	ASSERTION_KEY_BITS_MIN = 2048,
};

/*
 * A JWT signed with RS256 by the key in {client_secret} (PEM, RSA, not encrypted). Claims (section 3): iss {assertion_issuer}, sub {assertion_subject}, where not set
 * {client_id}; aud {assertion_audience}, where not set the one that is given; iat now, exp ASSERTION_SECONDS later; jti random. *jwt is initialised here and the caller's. ERROR_CONFIGURATION where the key is none,
 * ERROR_MEMORY, ERROR_SYSTEM.
 */
int assertion_build(struct secret *jwt, const char *audience, const struct variables *variables, int64_t now, struct error *error);

#endif
