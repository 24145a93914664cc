/* SPDX-License-Identifier: BSD-3-Clause */
/* What an answer that brought no token means: the dialect's ordered rules, first match wins. */
#ifndef APITOKEN_FETCH_JUDGE_H
#define APITOKEN_FETCH_JUDGE_H

#include <stdbool.h>

#include "common/dialect.h"

enum answer_body { ANSWER_EMPTY, ANSWER_JSON, ANSWER_OTHER }; /* struct dialect_rule.body */

struct finding {
	int status;
	enum answer_body body;
	const char *code;        /* the vendor's error word; "": none */
	const char *description; /* "": none */
};

/*
 * True for a status that may carry a token: the step's own list, else 200-299 without 202 (accepted, not done: RFC 9110 section 15.3.3) and 206 (a part). A redirect never is.
 */
bool judge_is_success(const struct dialect_step *step, int status);

/* The rule that says what the finding means; NULL where none matches: then it means "unavailable". All conditions of a rule must hold. */
const struct dialect_rule *judge(const struct dialect *dialect, const struct dialect_step *step, const struct finding *finding);

#endif
