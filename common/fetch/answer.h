/* SPDX-License-Identifier: BSD-3-Clause */
/* From an HTTP answer to an outcome: a token object that is sound in every part, or a verdict with its reason. */
#ifndef APITOKEN_FETCH_ANSWER_H
#define APITOKEN_FETCH_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/dialect.h"
#include "common/fetch/http.h"
#include "common/fetch/outcome.h"
#include "common/fetch/variables.h"

enum { LIFETIME_DEFAULT = 300 }; /* seconds, where neither answer nor dialect nor vendor file tells any */

struct answer_context {
	const struct dialect *dialect;
	const struct dialect_step *step;
	const struct variables *sent; /* an error word that repeats one of these secrets is not shown; NULL: none */
	const char *host;         /* for messages */
	bool keep_refresh;        /* whether a refresh token is wanted; otherwise it is not even looked at */
	bool needs_token;         /* false: the status alone decides (revoke) */
	int64_t default_lifetime; /* seconds, 0: the dialect's */
	int64_t now;              /* UTC seconds by this machine's clock */
};

/* True for application/json, anything that ends in "+json", and the types of the step's accept_type; parameters like charset do not matter. */
bool answer_type_is_json(const char *content_type, const char *accept_types);

/* Returns 0 with the outcome's verdict VERDICT_SUCCESS, or -1 with another. */
int answer_read(const struct answer_context *context, const struct http_answer *answer, struct outcome *outcome);

#endif
