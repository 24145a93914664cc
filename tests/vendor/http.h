/* SPDX-License-Identifier: BSD-3-Clause */
/* One HTTP(S) service on libmicrohttpd: a thread for each connection, the whole request read before it is handled. */
#ifndef APITOKEN_TESTS_VENDOR_HTTP_H
#define APITOKEN_TESTS_VENDOR_HTTP_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "fields.h"

enum { BODY_TEXT_MAX = 1 << 20 }; /* bytes of a body that are given as text; services that read body_file have no limit */

struct service;

struct request {
	const struct service *service;
	const char *method;
	const char *path;    /* without the query, % escapes decoded */
	char *target;        /* as it stood in the request line */
	const char *query;   /* behind the '?', "" where there is none */
	struct fields headers;
	int body_file;       /* a memory file at offset 0, or -1 for an empty body */
	int64_t body_length; /* bytes */
	char *body;          /* the first BODY_TEXT_MAX bytes and a NUL */
	char *user;          /* for the log: whose token or password it was, by request_set_user(); or NULL */
};

struct answer {
	unsigned status;
	struct fields headers;
	char *body;          /* malloc'd; freed with the answer */
	size_t length;
	int pipe;            /* >= 0: the rest of the body comes from here; closed with the answer */
	bool drop;           /* close the connection without an answer */
};

struct service {
	const char *name;
	/* Fills the answer (which begins as 404). Called without the state's lock. */
	void (*handle)(struct request *request, struct answer *answer);
	bool scripted;       /* listens to the scripted answers of the control port, and is recorded */
};

struct tls_files {
	char *certificate, *key; /* PEM text */
};

/* Starts listening on address:port (0: any free one). TLS where files is not NULL. Returns the port; exits the program on failure. */
uint16_t service_start(const struct service *service, const char *address, uint16_t port, const struct tls_files *files);
void services_stop(void);
/* Sleeps, but not beyond services_stop(). */
void service_sleep(int64_t milliseconds);

void request_set_user(struct request *request, const char *name);

void answer_header(struct answer *answer, const char *name, const char *value);
void answer_text(struct answer *answer, unsigned status, const char *type, const char *text);
/* Takes over the object. Never to be cached, as RFC 6749 section 5.1 wants it. */
void answer_json(struct answer *answer, unsigned status, struct json_object *object);
/* {"error":…,"error_description":…} of RFC 6749 section 5.2; description may be NULL. */
void answer_error(struct answer *answer, unsigned status, const char *error, const char *description);

#endif
