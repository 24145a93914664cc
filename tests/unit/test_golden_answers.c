/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Recorded and documented answers of vendors, read as fetch reads them. Keys in tests/golden/answers beside Test and Vendor:
 * Step (login), Status (several: each of them), Type (content type; application/json), Date (UTC seconds), Body-File (below tests/golden: exact bytes);
 * expected: Verdict, Rule, Code, Lifetime, Lifetime-From, Refresh-Lifetime, Access-Token, Refresh-Token ("none"), Subject, Message (a part of it).
 */
#include "tests/unit/golden.h"

#include "common/fetch/answer.h"
#include "common/text.h"

static const char known[] = "Test Vendor Step Status Type Date Body-File Verdict Rule Code Lifetime Lifetime-From Refresh-Lifetime Access-Token "
			    "Refresh-Token Subject Message";

static const char *get_or(const struct golden *golden, const char *key, const char *fallback)
{
	const char *value = golden_get(golden, key);

	return value == NULL ? fallback : value;
}

static void expect_text(const struct golden *golden, const char *key, const char *got)
{
	const char *wanted = golden_get(golden, key);

	if (wanted != NULL && strcmp(wanted, got) != 0)
		fail_msg("%s: %s is \"%s\", expected \"%s\"", golden->path, key, got, wanted);
}

static void expect_number(const struct golden *golden, const char *key, int64_t got)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)got);
	expect_text(golden, key, text);
}

static void expect(const struct golden *golden, const struct outcome *outcome)
{
	const char *part = golden_get(golden, "Message");

	if (strcmp(verdict_word(outcome->verdict), get_or(golden, "Verdict", "none")) != 0)
		fail_msg("%s: %s (%s), expected %s", golden->path, verdict_word(outcome->verdict), outcome->message, get_or(golden, "Verdict", "a verdict"));
	expect_text(golden, "Rule", outcome->rule);
	expect_text(golden, "Code", outcome->code);
	expect_number(golden, "Lifetime", outcome->lifetime);
	expect_text(golden, "Lifetime-From", outcome->lifetime_from);
	expect_number(golden, "Refresh-Lifetime", outcome->refresh_lifetime);
	expect_text(golden, "Access-Token", outcome->access_token.bytes == NULL ? "none" : outcome->access_token.bytes);
	expect_text(golden, "Refresh-Token", outcome->refresh_token.bytes == NULL ? "none" : outcome->refresh_token.bytes);
	expect_text(golden, "Subject", outcome->subject);
	if (part != NULL && strstr(outcome->message, part) == NULL)
		fail_msg("%s: \"%s\" does not hold \"%s\"", golden->path, outcome->message, part);
	assert_true(outcome->verdict == VERDICT_SUCCESS || (outcome->message[0] != '\0' && outcome->access_token.bytes == NULL));
}

static void read_body(const struct golden *golden, struct secret *body)
{
	const char *file = golden_get(golden, "Body-File");
	size_t length = strlen(golden->body);
	char *path, *bytes;

	if (file == NULL) {
		assert_int_equal(secret_set(body, golden->body, length), 0);
		return;
	}
	path = golden_path("tests/golden", file);
	bytes = golden_file(path, &length);
	assert_int_equal(secret_set(body, bytes, length), 0);
	free(bytes);
	free(path);
}

static void judge_status(const struct golden *golden, const struct vendor *vendor, const struct dialect *dialect, int64_t status)
{
	struct answer_context context = {
		.dialect = dialect, .step = dialect_step_find(dialect, get_or(golden, "Step", "login")), .host = "vendor.test",
		.keep_refresh = dialect->refresh != REFRESH_NONE, .default_lifetime = vendor->default_lifetime, .now = 1700000000,
	};
	struct http_answer answer = { .status = (int)status };
	struct outcome outcome;

	assert_non_null(context.step);
	context.needs_token = strcmp(context.step->name, "revoke") != 0;
	assert_int_equal(number_parse(get_or(golden, "Date", "1700000000"), 0, INT64_MAX, &answer.date), 0);
	assert_int_equal(text_copy(answer.content_type, sizeof(answer.content_type), get_or(golden, "Type", "application/json")), 0);
	read_body(golden, &answer.body);
	outcome_init(&outcome);
	answer_read(&context, &answer, &outcome);
	expect(golden, &outcome);
	outcome_release(&outcome);
	secret_release(&answer.body);
}

static void test_answer(void **state)
{
	const struct golden *golden = *state;
	char statuses[64], *rest = statuses;
	struct dialect dialect;
	struct vendor vendor;
	const char *word;

	golden_vendor(golden_get(golden, "Vendor"), &vendor, &dialect);
	snprintf(statuses, sizeof(statuses), "%s", get_or(golden, "Status", "200"));
	while ((word = strsep(&rest, " ")) != NULL) {
		int64_t status;

		assert_int_equal(number_parse(word, 100, 599, &status), 0);
		judge_status(golden, &vendor, &dialect, status);
	}
	dialect_release(&dialect);
	vendor_release(&vendor);
}

int main(void)
{
	return golden_run("tests/golden/answers", known, test_answer);
}
