/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What git writes to a credential helper's standard input (gitcredentials(7), git-credential(1)
 * "INPUT/OUTPUT FORMAT"): lines "key=value\n", ended by a blank line or the end of the input. One
 * strict reader: LF alone ends a line, one CR before it is dropped, NUL is refused everywhere,
 * other control bytes where the value decides who gets a token, and a second protocol, host,
 * username or path is refused instead of replacing the first.
 */
#ifndef APITOKEN_GIT_REQUEST_H
#define APITOKEN_GIT_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/host.h"
#include "common/secret.h"
#include "common/vendor.h"

enum {
	GIT_LINE_MAX = 65535,          /* bytes with LF, as git documents it */
	GIT_REQUEST_MAX = 1024 * 1024, /* bytes of a whole request */
	GIT_REQUEST_SECONDS = 120, /* for all of it, so that no half request keeps us for ever */
};

struct git_request {
	bool has_protocol, has_host, has_username, has_path;
	bool https;          /* protocol is exactly "https" */
	char host[HOST_MAX]; /* canonical; "": missing, empty, or nothing a token is given to */
	char username[ACCOUNT_MAX]; /* "": none */
	bool username_too_long;     /* then it is no account of ours */
	bool authtype, state;       /* capabilities that git offered */
	bool asked_again; /* our state came back: the server rejected what was answered before */
	bool offers_any, offers_bearer, offers_basic; /* from wwwauth[] */
	struct secret password;                       /* SECRET_NONE: none */
	struct secret credential; /* SECRET_NONE: none, or git did not offer authtype first */
};

/* The state[] line that marks a first answer, and comes back with the second question. */
#define GIT_STATE "apitoken:1"

void git_request_init(struct git_request *request);
void git_request_release(struct git_request *request);

/* Takes one line without its LF. 0: go on, 1: it was blank, the request is complete, -1: refused
 * (ERROR_POLICY, ERROR_MEMORY). */
int git_request_line(struct git_request *request, const char *line, size_t length,
		     struct error *error);
/*
 * Reads a whole request until the deadline (clock_monotonic_ms() scale). *request is initialised
 * here; the caller releases it. -1: ERROR_POLICY (malformed, too large, too slow), ERROR_SYSTEM,
 * ERROR_MEMORY.
 */
int git_request_read(struct git_request *request, int descriptor, int64_t deadline_ms,
		     struct error *error);
/* True where protocol and host name something that a token may be given to: the host's owner is
 * another question. */
bool git_request_answerable(const struct git_request *request);

#endif
