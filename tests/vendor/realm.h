/* SPDX-License-Identifier: BSD-3-Clause */
/* What Keycloak's realms have in common: the token endpoint with Keycloak's own statuses and words. */
#ifndef APITOKEN_TESTS_VENDOR_REALM_H
#define APITOKEN_TESTS_VENDOR_REALM_H

#include "endpoints.h"

struct realm {
	struct dialect dialect;
	const char *client; /* the only, public client; NULL: the two of endpoints.h */
	/* Fills the success answer: refreshed tells a refresh from a login. */
	struct json_object *(*success)(const struct issued *issued, bool refreshed);
	/* Answers and returns true where the request is refused before its grant is looked at; may be NULL. */
	bool (*refuse)(const struct request *request, const struct fields *form, struct answer *answer);
};

void realm_token(const struct realm *realm, struct request *request, struct answer *answer);
/* The members that every realm's answer has: tokens, token_type, session_state; expires_in is the caller's. */
struct json_object *realm_members(const struct issued *issued, const char *token_type);

#endif
