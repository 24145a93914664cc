/* SPDX-License-Identifier: BSD-3-Clause */
/* The vendor's endpoints: one function for each path, in the shape of one vendor's document. All are called with the state's lock held. */
#ifndef APITOKEN_TESTS_VENDOR_ENDPOINTS_H
#define APITOKEN_TESTS_VENDOR_ENDPOINTS_H

#include "http.h"
#include "state.h"

/* The public client of the oauth2 and keycloak endpoints, and the one whose secret is options.client_secret. */
#define CLIENT_PUBLIC "apitoken"
#define CLIENT_CONFIDENTIAL "apitoken-confidential"

enum client_verdict { CLIENT_OK, CLIENT_MISSING, CLIENT_UNKNOWN, CLIENT_BAD_SECRET, CLIENT_TWO_METHODS };
/*
 * Reads the client from Basic or from the form and judges it. *id is a new string (NULL where none came), free() it; *basic tells whether
 * Basic was used. Knows the two clients above.
 */
enum client_verdict client_judge(const struct request *request, const struct fields *form, char **id, bool *basic);
/* Finds Basic's id and secret as options.basic_encoding has them: 0 with two new strings, or -1. */
int client_basic(const struct request *request, char **id, char **secret);

/* True where Content-Type is this type, with or without parameters. */
bool request_has_type(const struct request *request, const char *type);
#define FORM_TYPE "application/x-www-form-urlencoded"

/* expires_in as options.expiry wants it: adds nothing where it is "absent". */
void add_expires_in(struct json_object *answer, const char *name, const struct token *token);
/* Life that is left, or that it was born with, in whole seconds. */
int64_t token_seconds(const struct token *token);

/* oauth2.c: strict RFC 6749 and RFC 7009 */
void oauth2_token(struct request *request, struct answer *answer);
void oauth2_revoke(struct request *request, struct answer *answer);
/* realm.c: Keycloak's realm "test"; apiax.c and vyopta.c: realms as their documents have them */
void keycloak_token(struct request *request, struct answer *answer);
void keycloak_logout(struct request *request, struct answer *answer);
void keycloak_revoke(struct request *request, struct answer *answer);
void apiax_token(struct request *request, struct answer *answer);
void vyopta_token(struct request *request, struct answer *answer);
/* amino.c */
void amino_tokens(struct request *request, struct answer *answer);
void amino_login(struct request *request, struct answer *answer);
void amino_operator(struct request *request, struct answer *answer);
void amino_exchange(struct request *request, struct answer *answer);

/* ---- services: each answers whole requests, and takes the lock itself ---- */
void vendor_handle(struct request *request, struct answer *answer);   /* vendor.c: all of the above */
void git_handle(struct request *request, struct answer *answer);      /* git.c: options below */
void registry_handle(struct request *request, struct answer *answer); /* registry.c */
void control_handle(struct request *request, struct answer *answer);  /* control.c */

/* The folder with bare repositories that the git service serves; NULL: none. */
extern const char *git_repositories;

/*
 * Whose living access token came in the Authorization header (as Bearer, or as Basic's password): a name that stays valid while the lock is
 * held, or NULL. Either way of bringing it may be forbidden.
 */
const char *authorized_user(const struct request *request, bool bearer, bool basic);
/* GET /api/whoami, on every TLS service: true where it was that. Takes the lock. */
bool whoami_handle(struct request *request, struct answer *answer);

#endif
