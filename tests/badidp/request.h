/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads requests well enough to know where they end, logs them whole, and counts the canary in everything that comes. */
#ifndef APITOKEN_TESTS_BADIDP_REQUEST_H
#define APITOKEN_TESTS_BADIDP_REQUEST_H

#include "transport.h"

enum { REQUEST_MAX = 16 << 20 }; /* bytes */

struct inbox {
	char *bytes;   /* received and not yet part of a logged request */
	size_t length, size;
	size_t watched; /* bytes of these that the canary was looked for in */
};

/* The secret to watch for; call it once, before connections. */
void request_watch_for(const char *canary, size_t length);
/* The client's next request, only its head where head_only. Returns 0, or -1 where the client ended or broke it off. */
int request_read(struct transport *transport, struct inbox *inbox, bool head_only);
void inbox_free(struct inbox *inbox);

#endif
