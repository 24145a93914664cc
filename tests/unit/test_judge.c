/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/answers.h"

#include "common/fetch/judge.h"

#define JSON "application/json"
#define GRANT "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid user credentials\"}"
#define CLIENT "{\"error\":\"invalid_client\"}"
#define SET_UP "{\"error\":\"invalid_grant\",\"error_description\":\"Account is not fully set up\"}"
#define HTML "<html>error</html>"

/* status by body: what a login means under the rules of answers_oauth2 */
static void test_matrix(void **state)
{
	static const int statuses[] = { 200, 201, 202, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 409, 415, 422, 429, 500, 502, 503, 504 };
	static const struct {
		const char *type, *body;
		enum verdict expected; /* but 3xx: unavailable; 429 without a rule of its own: rate limited */
	} bodies[] = {
		{ "", "", VERDICT_UNAVAILABLE },
		{ JSON, "", VERDICT_UNAVAILABLE },
		{ JSON, "{}", VERDICT_UNAVAILABLE },
		{ "text/html", HTML, VERDICT_UNAVAILABLE },
		{ JSON, HTML, VERDICT_UNAVAILABLE },
		{ "text/html", GRANT, VERDICT_UNAVAILABLE },
		{ JSON, GRANT, VERDICT_REFUSED },
		{ JSON, SET_UP, VERDICT_ACCOUNT },
		{ JSON, CLIENT, VERDICT_CONFIGURATION },
		{ JSON, "{\"error\":\"unauthorized_client\"}", VERDICT_CONFIGURATION },
		{ JSON, "{\"error\":\"temporarily_unavailable\"}", VERDICT_UNAVAILABLE },
		{ JSON, "{\"error\":\"invalid_grant\",\"error\":\"invalid_grant\"}", VERDICT_UNAVAILABLE },
		{ JSON, "{\"error\":\"invalid_grant x\"}", VERDICT_UNAVAILABLE },
		{ JSON, "{\"error\":\"INVALID_GRANT\"}", VERDICT_UNAVAILABLE },
		{ JSON, "{\"error\":[\"invalid_grant\"]}", VERDICT_UNAVAILABLE },
		{ JSON, "{\"valid\":false}", VERDICT_UNAVAILABLE },
	};
	struct dialect dialect;

	(void)state;
	answers_dialect(&dialect, answers_oauth2, "");
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		for (size_t k = 0; k < sizeof(bodies) / sizeof(bodies[0]); k++) {
			struct sample sample = { .status = statuses[i], .type = bodies[k].type, .body = bodies[k].body };
			enum verdict expected = bodies[k].expected;
			struct outcome outcome;

			if (statuses[i] / 100 == 3)
				expected = VERDICT_UNAVAILABLE;
			else if (statuses[i] == 429 && expected == VERDICT_UNAVAILABLE)
				expected = VERDICT_RATE_LIMITED;
			answers_read(&dialect, &sample, &outcome);
			if (outcome.verdict != expected)
				fail_msg("%d %s: %s", statuses[i], bodies[k].body, verdict_word(outcome.verdict));
		}
	}
	dialect_release(&dialect);
}

/* glewlwyd answers a wrong password with an empty body: only a dialect that says so takes that for a refusal. */
static void test_conditions(void **state)
{
	static const char further[] = "[error empty]\nstatus = 401 403-404\nbody = empty\nmeans = refused\n"
				      "[error other]\nbody = other\nstatus = 418\nmeans = configuration\n"
				      "[error numbered]\ncode = 1207\nmeans = account\n"
				      "[error elsewhere]\nstep = refresh\nstatus = 500\nmeans = login_again\n"
				      "[error here]\nstep = other login\nstatus = 501\nbody = json\nmeans = login_again\n"
				      "[error last]\nstatus = 401\nmeans = rate_limited\n";
	static const struct {
		int status;
		const char *body;
		enum verdict expected;
		const char *rule;
	} rows[] = {
		{ 401, "", VERDICT_REFUSED, "empty" },
		{ 404, "", VERDICT_REFUSED, "empty" },
		{ 402, "", VERDICT_UNAVAILABLE, "" },
		{ 401, HTML, VERDICT_RATE_LIMITED, "last" },
		{ 401, "{}", VERDICT_RATE_LIMITED, "last" },
		{ 418, HTML, VERDICT_CONFIGURATION, "other" },
		{ 418, "", VERDICT_UNAVAILABLE, "" },
		{ 400, "{\"error\":1207}", VERDICT_ACCOUNT, "numbered" },
		{ 400, "{\"error\":\"1207\"}", VERDICT_ACCOUNT, "numbered" },
		{ 200, "{\"error\":1207}", VERDICT_ACCOUNT, "numbered" },
		{ 500, "{}", VERDICT_UNAVAILABLE, "" },
		{ 501, "{}", VERDICT_LOGIN_AGAIN, "here" },
		{ 501, "", VERDICT_UNAVAILABLE, "" },
	};
	struct dialect dialect;

	(void)state;
	answers_dialect(&dialect, answers_oauth2, further);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sample sample = { .status = rows[i].status, .type = JSON, .body = rows[i].body };
		struct outcome outcome;

		answers_read(&dialect, &sample, &outcome);
		if (outcome.verdict != rows[i].expected || strcmp(outcome.rule, rows[i].rule) != 0)
			fail_msg("%d %s: %s by %s", rows[i].status, rows[i].body, verdict_word(outcome.verdict), outcome.rule);
	}
	dialect_release(&dialect);
}

static void test_success_list(void **state)
{
	static const char token[] = "{\"access_token\":\"t\"}";
	static const struct {
		int status;
		bool success;
	} rows[] = { { 200, false }, { 201, true }, { 202, true }, { 302, false }, { 422, true }, { 423, false } };
	struct dialect dialect;

	(void)state;
	answers_dialect(&dialect, answers_oauth2, "[step login]\nsuccess = 201-202 302 422\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sample sample = { .status = rows[i].status, .type = JSON, .body = token };
		struct outcome outcome;

		assert_int_equal(answers_read(&dialect, &sample, &outcome) == 0, rows[i].success);
		outcome_release(&outcome);
		assert_int_equal(judge_is_success(&dialect.steps[0], rows[i].status), rows[i].success);
	}
	dialect_release(&dialect);
}

/* A line for a log: what the vendor sent stays printable and short, and what looks like no word stays out. */
static void test_messages(void **state)
{
	static const struct {
		const char *body, *message, *code;
	} rows[] = {
		{ GRANT, "vendor.test refused the login: status 400, invalid_grant, rule grant", "invalid_grant" },
		{ "{\"error\":\"x\\u001b[31m\"}", "vendor.test gave no verdict: status 400", "" },
		{ "{\"error\":\"two words\"}", "vendor.test gave no verdict: status 400", "" },
		{ "{\"error\":\"hunter-CANARY\"}", "vendor.test gave no verdict: status 400", "" },
		{ "{\"error\":\"x.hunter-CANARY.y\"}", "vendor.test gave no verdict: status 400", "" },
		{ "{\"error\":\"other\",\"error_description\":\"hunter-CANARY\"}", "vendor.test gave no verdict: status 400, other", "other" },
	};
	struct dialect dialect;
	struct variables sent;

	(void)state;
	answers_dialect(&dialect, answers_oauth2, "");
	variables_init(&sent, &dialect);
	assert_int_equal(variables_set(&sent, "password", "hunter-CANARY", 13, NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct answer_context context = { .dialect = &dialect, .step = &dialect.steps[0], .sent = &sent, .host = "vendor.test",
							.needs_token = true, .now = ANSWERS_NOW };
		struct http_answer answer = { .status = 400, .content_type = JSON };
		struct outcome outcome;

		assert_int_equal(secret_set(&answer.body, rows[i].body, strlen(rows[i].body)), 0);
		outcome_init(&outcome);
		assert_int_equal(answer_read(&context, &answer, &outcome), -1);
		assert_string_equal(outcome.message, rows[i].message);
		assert_string_equal(outcome.code, rows[i].code);
		http_answer_release(&answer);
	}
	variables_release(&sent);
	dialect_release(&dialect);
}

static void test_retry_after(void **state)
{
	static const int statuses[] = { 200, 400, 429, 500, 503 };
	struct dialect dialect;

	(void)state;
	answers_dialect(&dialect, answers_oauth2, "");
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		struct sample sample = { .status = statuses[i], .type = JSON, .body = "{}", .retry_after = 30 };
		struct outcome outcome;

		answers_read(&dialect, &sample, &outcome);
		assert_int_equal(outcome.retry_after, statuses[i] == 429 || statuses[i] == 503 ? 30 : 0);
	}
	dialect_release(&dialect);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("NET-14 PAM-02 status by body: only the vendor's own error word refuses a password", test_matrix),
		UNIT_TEST("NET-14 rules: first match, all conditions, empty bodies only where the dialect says so", test_conditions),
		UNIT_TEST("the dialect's list of success statuses, never a redirect", test_success_list),
		UNIT_TEST("messages hold the vendor's word, and neither its text nor a secret", test_messages),
		UNIT_TEST("Retry-After counts with 429 and 503 only", test_retry_after),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
