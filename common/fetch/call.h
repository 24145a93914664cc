/* SPDX-License-Identifier: BSD-3-Clause */
/* One HTTP request as it will be sent, built from a dialect's step and the values of this login. */
#ifndef APITOKEN_FETCH_CALL_H
#define APITOKEN_FETCH_CALL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/dialect.h"
#include "common/error.h"
#include "common/fetch/variables.h"
#include "common/host.h"
#include "common/secret.h"

enum {
	CALL_BODY_MAX = 64 * 1024,  /* bytes: two tokens, each byte three times */
	CALL_FIELD_MAX = 12 * 1024,  /* bytes of one value, before it is encoded: above TOKEN_MAX */
	CALL_HEADER_MAX = 16 * 1024, /* bytes of one header line */
	CALL_HEADERS_MAX = DIALECT_PARTS_MAX + 3,
};

struct call {
	struct url url;
	struct secret target; /* the URL that is sent, with its query */
	bool get;
	struct secret headers[CALL_HEADERS_MAX]; /* "Name: value" */
	size_t headers_count;
	struct secret body;   /* of a POST; may be empty */
};

/*
 * The caller releases *call also after a failure. ERROR_CONFIGURATION: a URL that is not https, a control byte in a header or URL, a template that does not fit; ERROR_REFUSED: a value
 * that this vendor's encoding cannot carry.
 *
 * Client authentication (RFC 6749 section 2.3.1) happens only where client_secret is set: as HTTP Basic with id and secret raw or form-encoded, then client_id is left out of the
 * fields (one method for a request), or as the fields client_id and client_secret. Fields whose value is empty are left out (section 3.2).
 */
int call_build(struct call *call, const struct dialect_step *step, const struct variables *variables, struct error *error);
/* Fills the URL template text of the step and judges it: where its connection will go. */
int call_url(const struct dialect_step *step, const char *text, const struct variables *variables,
	     struct url *url, struct error *error);
void call_release(struct call *call);

#endif
