/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One HTTPS exchange; the only user of libcurl. Always: https, TLS 1.2 or newer, certificate and host name verified, HTTP/1.1, no redirect, no cookie, no cache, no retry, a fresh
 * connection, no proxy but the configured one, nothing from the environment.
 */
#ifndef APITOKEN_FETCH_HTTP_H
#define APITOKEN_FETCH_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/dialect.h"
#include "common/fetch/call.h"
#include "common/fetch/clock_doubt.h"
#include "common/secret.h"

enum {
	HTTP_BODY_MAX = 64 * 1024,    /* bytes of an answer's body */
	HTTP_HEADERS_MAX = 64 * 1024, /* bytes of all header lines of an answer, 1xx answers included */
	HTTP_RETRY_AFTER_MAX = 3600,  /* seconds: a longer Retry-After is cut to this */
	HTTP_TYPE_MAX = 128,          /* bytes with NUL of a content type */
};

/* How to reach the vendor; the same for all steps. Strings and bytes belong to the caller. */
struct http_route {
	const char *ca;         /* PEM; NULL: the system's hashed folder */
	size_t ca_length;
	const char *proxy;      /* NULL: none */
	const char *connect_to; /* "host:port" that takes the place of the URL's own; NULL: none */
	int64_t deadline_ms;    /* clock_monotonic_ms() scale */
};

struct http_answer {
	int status;
	char content_type[HTTP_TYPE_MAX]; /* "" where none, or more than one, was told */
	struct secret body;
	int64_t date;        /* UTC seconds of the Date header; 0: none */
	int64_t retry_after; /* seconds, 0: not told */
	char address[64];    /* the peer's, numeric */
};

struct http_failure {
	enum verdict verdict; /* VERDICT_UNAVAILABLE or VERDICT_CONFIGURATION */
	bool sent;            /* at least the head of the request went out */
	char cause[CLOCK_DOUBT_TEXT_MAX];      /* "unknown certificate authority": no host, no secret */
};

/* Sends it once. Returns 0 and *answer for any complete answer, or -1 and *failure. *answer is initialised here, the caller releases it. */
int http_exchange(const struct call *call, const struct http_route *route, struct http_answer *answer, struct http_failure *failure);
void http_answer_release(struct http_answer *answer);

#endif
