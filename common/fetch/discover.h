/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The token endpoint from the issuer's own document (OpenID Connect Discovery 1.0 section 4, RFC 8414), where a vendor file names the issuer and no token_url.
 * It must lie at the issuer's own host and port: a password goes nowhere else.
 */
#ifndef APITOKEN_FETCH_DISCOVER_H
#define APITOKEN_FETCH_DISCOVER_H

#include <stdbool.h>

#include "common/dialect.h"
#include "common/fetch/http.h"
#include "common/fetch/outcome.h"
#include "common/fetch/request.h"

/* True where the step's URL needs a token_url that is not there, and an issuer is. */
bool discover_is_due(const struct request *request, const struct dialect_step *step);
/* Asks, and sets the variable token_url. Returns 0, or -1 with the outcome's verdict and message. */
int discover(struct request *request, const struct http_route *route, struct outcome *outcome);

#endif
