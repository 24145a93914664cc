/* SPDX-License-Identifier: BSD-3-Clause */
/* What fetch found out: the content of its reply. */
#ifndef APITOKEN_FETCH_OUTCOME_H
#define APITOKEN_FETCH_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "common/dialect.h"
#include "common/message.h"
#include "common/secret.h"
#include "common/vendor.h"

enum {
	OUTCOME_MESSAGE_MAX = 256, /* bytes with NUL */
	OUTCOME_CODE_MAX = 64,
	OUTCOME_PATH_MAX = 128,
};

struct outcome {
	enum verdict verdict;
	char message[OUTCOME_MESSAGE_MAX]; /* printable, no secret; after success "", or what is worth knowing */
	int status;                        /* of the last answer, 0: none */
	bool unanswered;                   /* a request went out, and its answer did not come whole */
	char rule[DIALECT_NAME_MAX];
	char code[OUTCOME_CODE_MAX];       /* the vendor's error word */
	struct secret access_token, refresh_token;
	int64_t lifetime;                  /* seconds */
	char lifetime_from[OUTCOME_PATH_MAX];
	int64_t refresh_lifetime;          /* seconds, 0: unknown */
	int64_t retry_after;               /* seconds, 0: not told */
	char subject[ACCOUNT_MAX];
	char address[64];
};

/* VERDICT_UNAVAILABLE until something better is known. */
void outcome_init(struct outcome *outcome);
void outcome_release(struct outcome *outcome);
/* Sets verdict and message and drops any token: a failure has none. Returns -1. */
int outcome_fail(struct outcome *outcome, enum verdict verdict, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Puts it all into the reply. */
void outcome_put(const struct outcome *outcome, struct message *reply);

#endif
