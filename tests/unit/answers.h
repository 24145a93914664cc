/* SPDX-License-Identifier: BSD-3-Clause */
/* A dialect from lines of text, and an HTTP answer read with it: for the tests of fetch's judgement. */
#ifndef APITOKEN_TESTS_ANSWERS_H
#define APITOKEN_TESTS_ANSWERS_H

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/fetch/answer.h"
#include "common/ini.h"

enum { ANSWERS_NOW = 1800000000 };

/* What most vendors speak. */
static const char answers_oauth2[] =
	"[step login]\nurl = https://vendor.test/token\nfield.password = {password}\n"
	"[answer]\naccess_token = access_token\nrefresh_token = refresh_token\nlifetime = expires_in expires_at\n"
	"refresh_lifetime = refresh_expires_in\ntoken_type = token_type\nerror = error\nerror_description = error_description\nsubject = sub\n"
	"login_time = login_timestamp\ntoken_type_missing = bearer\n"
	"[error account]\ncode = invalid_grant\ntext = not fully set up\nmeans = account\n"
	"[error grant]\ncode = invalid_grant\nmeans = refused\n"
	"[error client]\ncode = invalid_client unauthorized_client unsupported_grant_type invalid_scope invalid_request\nmeans = configuration\n"
	"[error rate]\nstatus = 429\nmeans = rate_limited\n";

static int answers_set(const struct ini_entry *entry, void *context, struct error *error)
{
	return dialect_set(context, entry, error);
}

/* further may be "". Its rules stand behind the first ones. */
static inline void answers_dialect(struct dialect *dialect, const char *text, const char *further)
{
	struct error error = { .code = ERROR_NONE };

	dialect_init(dialect);
	if (ini_parse("test", text, strlen(text), answers_set, dialect, &error) < 0 ||
	    ini_parse("further", further, strlen(further), answers_set, dialect, &error) < 0)
		fail_msg("%s", error.text);
}

struct sample {
	int status;
	const char *type; /* content type */
	const char *body;
	size_t length;    /* of the body; 0: strlen() */
	int64_t date, retry_after;
	int64_t now;      /* by this machine's clock; 0: ANSWERS_NOW */
};

/* *outcome is initialised here. */
static inline int answers_read_step(const struct dialect *dialect, const char *step, const struct sample *sample, struct outcome *outcome)
{
	const struct answer_context context = {
		.dialect = dialect, .step = dialect_step_find(dialect, step), .host = "vendor.test", .keep_refresh = true, .needs_token = true,
		.now = sample->now == 0 ? ANSWERS_NOW : sample->now,
	};
	struct http_answer answer = { .status = sample->status, .date = sample->date, .retry_after = sample->retry_after };
	int result;

	snprintf(answer.content_type, sizeof(answer.content_type), "%s", sample->type);
	assert_int_equal(secret_set(&answer.body, sample->body, sample->length == 0 ? strlen(sample->body) : sample->length), 0);
	outcome_init(outcome);
	result = answer_read(&context, &answer, outcome);
	assert_int_equal(result == 0, outcome->verdict == VERDICT_SUCCESS);
	if (result < 0) {
		assert_null(outcome->access_token.bytes);
		assert_null(outcome->refresh_token.bytes);
		assert_string_not_equal(outcome->message, "");
	}
	http_answer_release(&answer);
	return result;
}

static inline int answers_read(const struct dialect *dialect, const struct sample *sample, struct outcome *outcome)
{
	return answers_read_step(dialect, "login", sample, outcome);
}

/* The verdict on a 200 with that JSON body. */
static inline enum verdict answers_verdict(const struct dialect *dialect, const char *body)
{
	const struct sample sample = { .status = 200, .type = "application/json", .body = body };
	struct outcome outcome;

	answers_read(dialect, &sample, &outcome);
	outcome_release(&outcome);
	return outcome.verdict;
}

#endif
