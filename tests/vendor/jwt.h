/* SPDX-License-Identifier: BSD-3-Clause */
/* Signs JSON Web Tokens with RS256, the certificate beside them in x5c, as docker-registry's auth.token wants it. */
#ifndef APITOKEN_TESTS_VENDOR_JWT_H
#define APITOKEN_TESTS_VENDOR_JWT_H

#include <json-c/json.h>

/* Reads DIR/registry-signing.pem and .key (RSA) once. Exits the program on failure. */
void jwt_load(const char *folder);
/* Returns the token (free() it). Does not take over the claims. */
char *jwt_sign(struct json_object *claims);

#endif
