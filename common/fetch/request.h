/* SPDX-License-Identifier: BSD-3-Clause */
/* The request that came over the socket, taken apart: see common/exchange.h for its fields. */
#ifndef APITOKEN_FETCH_REQUEST_H
#define APITOKEN_FETCH_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/dialect.h"
#include "common/error.h"
#include "common/fetch/variables.h"
#include "common/message.h"
#include "common/vendor.h"

struct request {
	char operation[DIALECT_NAME_MAX]; /* the step to begin with: login, refresh, revoke */
	int64_t timeout_ms;
	const char *ca; /* PEM, inside the message; NULL: the system's */
	size_t ca_length;
	char proxy[URL_MAX], connect_to[HOST_MAX]; /* "": none */
	bool keep_refresh;
	int64_t default_lifetime; /* seconds, 0: the dialect's */
	struct dialect dialect;
	struct variables variables;
};

/* message must outlive the request. The caller releases it, also after a failure. ERROR_CONFIGURATION, ERROR_MEMORY. */
int request_parse(const struct message *message, struct request *request, struct error *error);
void request_release(struct request *request);

#endif
