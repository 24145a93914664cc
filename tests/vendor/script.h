/* SPDX-License-Identifier: BSD-3-Clause */
/* "Answer the next N requests with this": queued by the control port, taken by the scripted services in order. */
#ifndef APITOKEN_TESTS_VENDOR_SCRIPT_H
#define APITOKEN_TESTS_VENDOR_SCRIPT_H

#include "http.h"

struct script_step {
	int64_t count;      /* requests it is for */
	unsigned status;    /* 0: the real answer, only later */
	int64_t delay;      /* ms */
	bool after;         /* do the real work first, then delay, and lose or replace its answer */
	bool drop;          /* close without an answer */
	char *path;         /* only requests for exactly this path; NULL: any */
	char *type;         /* of the body; NULL: application/json */
	char *body;
	struct fields headers;
};

/*
 * Queues what the form says: count, status, delay_ms, when=before|after, drop=1, path, content_type, body, and header = "Name: value"
 * any number of times. Returns 0 or -1. Wants the state's lock, as do the next two.
 */
int script_add(const struct fields *form);
/* *step is the one for this request: status 0 and no delay where there is none. Its strings are copies; script_apply() frees them. */
void script_next(const char *path, struct script_step *step);
void script_reset(void);
/* Puts the scripted answer (if any) in place of what is there, and releases the step. */
void script_apply(struct script_step *step, struct answer *answer);

#endif
