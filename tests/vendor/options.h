/* SPDX-License-Identifier: BSD-3-Clause */
/* What a test may change while the vendor runs: POST /options on the control port, or --set NAME=VALUE at the start. */
#ifndef APITOKEN_TESTS_VENDOR_OPTIONS_H
#define APITOKEN_TESTS_VENDOR_OPTIONS_H

#include <json-c/json.h>
#include <stdint.h>

enum { OPTION_TEXT_MAX = 512 };

struct options {
	int64_t access_seconds;       /* life of an access token; 0: the dialect's own */
	int64_t refresh_seconds;      /* life of a refresh token; 0: the dialect's own */
	int64_t access_length;        /* characters */
	int64_t refresh_length;       /* characters */
	int64_t reuse_grace_seconds;  /* a rotated refresh token still works that long; then its use ends the login */
	int64_t refresh_ends_access;  /* 1: a refresh ends the older access tokens, as GitLab does */
	char rotation[OPTION_TEXT_MAX];     /* rotate | reusable (new one, old one stays good) | keep (answer has none) */
	char refresh_token[OPTION_TEXT_MAX]; /* given | absent (a login gives no refresh token) */
	char expiry[OPTION_TEXT_MAX];       /* normal | string | java_timestamp (epoch ms) | absent */
	int64_t keycloak_status;      /* of a wrong password: 401 (before 26.6) or 400 */
	char vyopta_refresh[OPTION_TEXT_MAX]; /* refused | works */
	char vyopta_host[OPTION_TEXT_MAX];  /* the Host header it insists on; without a port any port will do; "any" */
	char amino_data[OPTION_TEXT_MAX];   /* object | array */
	char amino_user_id[OPTION_TEXT_MAX]; /* string | number */
	char amino_content_type[OPTION_TEXT_MAX]; /* form | json | any */
	char amino_refresh[OPTION_TEXT_MAX]; /* top | nested | refused */
	char amino_exchange[OPTION_TEXT_MAX]; /* userstat | data | rfc: shape of the two-step exchange's answer */
	char amino_expiry[OPTION_TEXT_MAX]; /* normal | birth: expires_at_timestamp == login_timestamp, as one sample has it */
	char client_secret[OPTION_TEXT_MAX]; /* of the confidential clients */
	char basic_encoding[OPTION_TEXT_MAX]; /* form (RFC 6749 section 2.3.1) | raw: how client id and secret come in Basic */
	char git_challenge[OPTION_TEXT_MAX]; /* basic | bearer | both | none: WWW-Authenticate of a 401 */
	char git_accept[OPTION_TEXT_MAX];   /* both | bearer | basic */
	char registry_issuer[OPTION_TEXT_MAX];
	int64_t registry_seconds;     /* life of a registry token */
};

extern struct options options;

/* Back to the values above that are named first, then to whatever options_keep() saw. */
void options_reset(void);
/* The present values become the ones that options_reset() restores. */
void options_keep(void);
/* Returns 0, or -1 where the name is unknown or the value is none of those allowed. */
int options_set(const char *name, const char *value);
struct json_object *options_json(void);

#endif
