/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * URLs that the configuration does not tell, from the issuer's own document (OpenID Connect Discovery 1.0 section 4; RFC 8414). It is got without any secret, it must name the issuer
 * that was configured, and its URLs must lead to that issuer's host and port, or to a host that the administrator has named: a document decides nowhere else where a password goes.
 */
#ifndef APITOKEN_FETCH_DISCOVERY_H
#define APITOKEN_FETCH_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "common/fetch/http.h"
#include "common/fetch/outcome.h"
#include "common/fetch/request.h"

/* True where only the document tells this step's URL: an issuer is configured, and a variable that [discovery] tells has no value. */
bool discovery_tells(const struct request *request, const struct dialect_step *step);
/* True where something that a step of the request's operation needs, its URL or its assertion's audience, stands in the document alone. */
bool discovery_is_needed(const struct request *request);
/* The ports of the issuer and of the hosts beside it; at most maximum are written. Returns how many, or -1. */
int discovery_ports(const struct request *request, unsigned int ports[], size_t maximum, struct error *error);
/* Gets the document and sets the variables. Returns 0, or -1 with the outcome's verdict and message. */
int discovery_run(struct request *request, const struct http_route *route, struct outcome *outcome);

#endif
