/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/answers.h"

#include <stdlib.h>

static const char good[] = "{\"access_token\":\"tok.en-1_~+/==\",\"token_type\":\"Bearer\",\"expires_in\":3600,\"refresh_token\":\"r3fresh\"}";

static struct dialect dialect;

static int setup(void **state)
{
	(void)state;
	answers_dialect(&dialect, answers_oauth2, "");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dialect_release(&dialect);
	return 0;
}

static void test_success(void **state)
{
	const struct sample sample = { .status = 200, .type = "application/json;charset=UTF-8", .body = good };
	struct outcome outcome;

	(void)state;
	assert_int_equal(answers_read(&dialect, &sample, &outcome), 0);
	assert_string_equal(outcome.access_token.bytes, "tok.en-1_~+/==");
	assert_string_equal(outcome.refresh_token.bytes, "r3fresh");
	assert_int_equal(outcome.lifetime, 3600);
	assert_string_equal(outcome.lifetime_from, "expires_in");
	assert_int_equal(outcome.refresh_lifetime, 0);
	assert_string_equal(outcome.message, "");
	outcome_release(&outcome);
}

/* Each subset of an answer's members: success only where the token is among them. */
static void test_subsets(void **state)
{
	static const char *const members[] = { "\"token_type\":\"Bearer\"", "\"expires_in\":3600", "\"refresh_token\":\"r\"", "\"scope\":\"a\"",
					       "\"success\":true", "\"access_token\":\"t\"" };

	(void)state;
	for (unsigned int set = 0; set < 64; set++) {
		char body[256] = "{";
		enum verdict expected = (set & 32) != 0 ? VERDICT_SUCCESS : VERDICT_UNAVAILABLE;

		for (unsigned int i = 0; i < 6; i++) {
			if ((set & (1U << i)) != 0)
				snprintf(body + strlen(body), sizeof(body) - strlen(body), "%s%s", strlen(body) > 1 ? "," : "", members[i]);
		}
		snprintf(body + strlen(body), sizeof(body) - strlen(body), "}");
		assert_int_equal(answers_verdict(&dialect, body), expected);
	}
}

static void test_unfinished_statuses(void **state)
{
	(void)state;
	for (int status = 100; status < 600; status++) {
		struct sample sample = { .status = status, .type = "application/json", .body = good };
		bool expected = status >= 200 && status <= 299 && status != 202 && status != 206;
		struct outcome outcome;

		assert_int_equal(answers_read(&dialect, &sample, &outcome) == 0, expected);
		assert_int_equal(outcome.status, status);
		outcome_release(&outcome);
	}
}

static void test_content_types(void **state)
{
	static const struct {
		const char *type;
		bool good;
	} rows[] = {
		{ "application/json", true }, { "application/json; charset=utf-8", true }, { "application/json;charset=x", true }, { "APPLICATION/JSON", true },
		{ "application/problem+json", true }, { "application/vnd.api+json", true }, { "", false }, { "text/html", false }, { "text/plain", false },
		{ "text/json", false }, { "application/jsonp", false }, { "xapplication/json", false }, { "+json", false }, { "json", false },
		{ "application/json, text/html", false }, { "application/x-www-form-urlencoded", false }, { ";application/json", false },
		{ "text/html; application/json", false }, { " application/json", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sample sample = { .status = 200, .type = rows[i].type, .body = good };
		struct outcome outcome;

		if ((answers_read(&dialect, &sample, &outcome) == 0) != rows[i].good)
			fail_msg("%s", rows[i].type);
		outcome_release(&outcome);
	}
	assert_true(answer_type_is_json("text/plain; x", "text/html text/plain"));
	assert_false(answer_type_is_json("text/plai", "text/html text/plain"));
}

static void test_html(void **state)
{
	static const char *const bodies[] = { "<html><body>Log in to the network</body></html>", "", " ", "access_token=t&token_type=bearer", "OK" };
	static const char *const types[] = { "application/json", "text/html", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		for (size_t k = 0; k < sizeof(types) / sizeof(types[0]); k++) {
			struct sample sample = { .status = 200, .type = types[k], .body = bodies[i] };
			struct outcome outcome;

			answers_read(&dialect, &sample, &outcome);
			assert_int_equal(outcome.verdict, VERDICT_UNAVAILABLE);
		}
	}
}

static void test_error_beside_token(void **state)
{
	static const struct {
		const char *error;
		enum verdict expected;
	} rows[] = {
		{ "\"\"", VERDICT_SUCCESS },
		{ "null", VERDICT_SUCCESS },
		{ "\"invalid_grant\"", VERDICT_REFUSED },
		{ "\"invalid_client\"", VERDICT_CONFIGURATION },
		{ "\"bad_verification_code\"", VERDICT_UNAVAILABLE },
		{ "\" \"", VERDICT_UNAVAILABLE },
		{ "\"\\u0000\"", VERDICT_UNAVAILABLE },
		{ "\"invalid_grant\\u0000\"", VERDICT_UNAVAILABLE },
		{ "0", VERDICT_UNAVAILABLE },
		{ "true", VERDICT_UNAVAILABLE },
		{ "{}", VERDICT_UNAVAILABLE },
		{ "[]", VERDICT_UNAVAILABLE },
		{ "{\"code\":\"invalid_grant\"}", VERDICT_UNAVAILABLE },
	};
	char body[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(body, sizeof(body), "{\"access_token\":\"t\",\"error\":%s}", rows[i].error);
		if (answers_verdict(&dialect, body) != rows[i].expected)
			fail_msg("%s", body);
		snprintf(body, sizeof(body), "{\"error\":%s}", rows[i].error);
		assert_int_equal(answers_verdict(&dialect, body), rows[i].expected == VERDICT_SUCCESS ? VERDICT_UNAVAILABLE : rows[i].expected);
	}
}

static void test_token_kinds(void **state)
{
	static const char *const bad[] = { "null", "\"\"", "{}", "{\"a\":1}", "[]", "[\"t\"]", "0", "12345", "1.5", "true", "false", "NaN" };
	char body[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(body, sizeof(body), "{\"access_token\":%s,\"token_type\":\"Bearer\",\"expires_in\":60}", bad[i]);
		if (answers_verdict(&dialect, body) != VERDICT_UNAVAILABLE)
			fail_msg("%s", body);
		/* a refresh token of the wrong kind spoils the whole answer; null and "" are none */
		snprintf(body, sizeof(body), "{\"access_token\":\"t\",\"refresh_token\":%s}", bad[i]);
		if (answers_verdict(&dialect, body) != (i < 2 ? VERDICT_SUCCESS : VERDICT_UNAVAILABLE))
			fail_msg("%s", body);
	}
}

static void test_nul_in_token(void **state)
{
	static const char *const bad[] = { "\\u0000abc", "ab\\u0000c", "abc\\u0000", "\\u0000" };
	char body[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(body, sizeof(body), "{\"access_token\":\"%s\"}", bad[i]);
		assert_int_equal(answers_verdict(&dialect, body), VERDICT_UNAVAILABLE);
		snprintf(body, sizeof(body), "{\"access_token\":\"t\",\"refresh_token\":\"%s\"}", bad[i]);
		assert_int_equal(answers_verdict(&dialect, body), VERDICT_UNAVAILABLE);
	}
}

static bool is_token_byte(unsigned int byte)
{
	return byte != 0 && byte < 0x80 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/", (int)byte) != NULL;
}

/* Each byte, in each position of a three-byte token; '=' may stand at the end only. */
static void test_token_bytes(void **state)
{
	(void)state;
	for (unsigned int byte = 0; byte < 256; byte++) {
		for (unsigned int position = 0; position < 3; position++) {
			char body[64] = "{\"access_token\":\"abc\"}";
			struct sample sample = { .status = 200, .type = "application/json", .body = body };
			bool expected = is_token_byte(byte) || (byte == '=' && position == 2);
			struct outcome outcome;

			body[17 + position] = (char)byte;
			sample.length = strlen("{\"access_token\":\"abc\"}");
			if ((answers_read(&dialect, &sample, &outcome) == 0) != expected)
				fail_msg("raw byte %02x at %u", byte, position);
			outcome_release(&outcome);
			snprintf(body, sizeof(body), "{\"access_token\":\"%s\\u%04x%s\"}", position > 0 ? "a" : "", byte, position < 2 ? "c" : "");
			if ((answers_verdict(&dialect, body) == VERDICT_SUCCESS) != expected)
				fail_msg("escaped %02x at %u", byte, position);
		}
	}
}

/* The same, in a refresh token and with the wider set. */
static void test_visible_bytes(void **state)
{
	struct dialect visible;

	(void)state;
	answers_dialect(&visible, answers_oauth2, "[dialect]\ntoken_chars = visible\n");
	for (unsigned int byte = 1; byte < 256; byte++) {
		bool expected = byte > 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
		char body[96];

		snprintf(body, sizeof(body), "{\"access_token\":\"a\\u%04xc\"}", byte);
		assert_int_equal(answers_verdict(&visible, body) == VERDICT_SUCCESS, expected);
		snprintf(body, sizeof(body), "{\"access_token\":\"t\",\"refresh_token\":\"a\\u%04xc\"}", byte);
		assert_int_equal(answers_verdict(&visible, body) == VERDICT_SUCCESS, expected);
		assert_int_equal(answers_verdict(&dialect, body) == VERDICT_SUCCESS, is_token_byte(byte));
	}
	dialect_release(&visible);
}

/* {"access_token":"aaa...","refresh_token":"rrr..."}; the caller frees. */
static char *body_of_sizes(size_t access, size_t refresh)
{
	size_t size = access + refresh + 64;
	char *body = malloc(size);
	int start;

	assert_non_null(body);
	start = snprintf(body, size, "{\"access_token\":\"");
	memset(body + start, 'a', access);
	start += (int)access;
	start += snprintf(body + start, size - (size_t)start, "\",\"refresh_token\":\"");
	memset(body + start, 'r', refresh);
	start += (int)refresh;
	snprintf(body + start, size - (size_t)start, "\"}");
	return body;
}

/* The message is of the failure. */
static enum verdict verdict_of_sizes(size_t access, size_t refresh, char message[static 256])
{
	char *body = body_of_sizes(access, refresh);
	struct sample sample = { .status = 200, .type = "application/json", .body = body };
	struct outcome outcome;

	answers_read(&dialect, &sample, &outcome);
	snprintf(message, 256, "%s", outcome.message);
	if (outcome.verdict == VERDICT_SUCCESS) {
		assert_int_equal(outcome.access_token.length, access);
		assert_int_equal(outcome.refresh_token.length, refresh);
	}
	outcome_release(&outcome);
	free(body);
	return outcome.verdict;
}

static void test_sizes(void **state)
{
	static const size_t sizes[] = { 4096, 4097, 8999, 9000, 9001, 16000, 19000, 32767, 32768, 60000, 1048576 };
	char message[256];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		bool expected = sizes[i] <= TOKENS_MAX;

		assert_int_equal(verdict_of_sizes(sizes[i], 0, message), expected ? VERDICT_SUCCESS : VERDICT_UNAVAILABLE);
		if (!expected)
			assert_non_null(strstr(message, "9000"));
	}
	assert_int_equal(verdict_of_sizes(4500, 4500, message), VERDICT_SUCCESS);
	assert_int_equal(verdict_of_sizes(4501, 4500, message), VERDICT_UNAVAILABLE);
	assert_non_null(strstr(message, "9001 bytes together; more than 9000 do not fit into a keyring"));
	assert_int_equal(verdict_of_sizes(1, 9000, message), VERDICT_UNAVAILABLE);
}

static void test_duplicates(void **state)
{
	static const char *const bad[] = {
		"{\"access_token\":\"a\",\"access_token\":\"b\"}", "{\"access_token\":\"a\",\"access_token\":\"a\"}",
		"{\"error\":\"x\",\"access_token\":\"a\",\"error\":\"\"}", "{\"error\":\"\",\"access_token\":\"a\",\"error\":null}",
		"{\"access_token\":\"a\",\"expires_in\":1,\"expires_in\":99999}", "{\"access_token\":\"a\",\"\\u0061ccess_token\":\"b\"}",
		"{\"access_token\":\"a\",\"refresh_token\":\"b\",\"refresh_token\":\"c\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(answers_verdict(&dialect, bad[i]), VERDICT_UNAVAILABLE);
}

static void test_truncation(void **state)
{
	(void)state;
	for (size_t length = 1; length < sizeof(good) - 1; length++) {
		struct sample sample = { .status = 200, .type = "application/json", .body = good, .length = length };
		struct outcome outcome;

		answers_read(&dialect, &sample, &outcome);
		assert_int_equal(outcome.verdict, VERDICT_UNAVAILABLE);
	}
}

static void test_token_type(void **state)
{
	static const struct {
		const char *type;
		enum verdict lenient, strict;
	} rows[] = {
		{ "\"Bearer\"", VERDICT_SUCCESS, VERDICT_SUCCESS },
		{ "\"bearer\"", VERDICT_SUCCESS, VERDICT_SUCCESS },
		{ "\"BEARER\"", VERDICT_SUCCESS, VERDICT_SUCCESS },
		{ "null", VERDICT_SUCCESS, VERDICT_UNAVAILABLE },
		{ "\"\"", VERDICT_UNAVAILABLE, VERDICT_UNAVAILABLE },
		{ "\"mac\"", VERDICT_UNAVAILABLE, VERDICT_UNAVAILABLE },
		{ "\"DPoP\"", VERDICT_UNAVAILABLE, VERDICT_UNAVAILABLE },
		{ "\"Bearer \"", VERDICT_UNAVAILABLE, VERDICT_UNAVAILABLE },
		{ "\"bearer\\u0000\"", VERDICT_UNAVAILABLE, VERDICT_UNAVAILABLE },
		{ "1", VERDICT_UNAVAILABLE, VERDICT_UNAVAILABLE },
		{ "[\"Bearer\"]", VERDICT_UNAVAILABLE, VERDICT_UNAVAILABLE },
	};
	struct dialect strict;
	char body[128];

	(void)state;
	answers_dialect(&strict, answers_oauth2, "[answer login]\ntoken_type_missing = refused\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(body, sizeof(body), "{\"access_token\":\"t\",\"token_type\":%s}", rows[i].type);
		assert_int_equal(answers_verdict(&dialect, body), rows[i].lenient);
		assert_int_equal(answers_verdict(&strict, body), rows[i].strict);
	}
	assert_int_equal(answers_verdict(&dialect, "{\"access_token\":\"t\"}"), VERDICT_SUCCESS);
	assert_int_equal(answers_verdict(&strict, "{\"access_token\":\"t\"}"), VERDICT_UNAVAILABLE);
	dialect_release(&strict);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("a whole answer becomes a whole outcome", test_success),
		UNIT_TEST("PAM-02 every subset of an answer's members: success only with the token", test_subsets),
		UNIT_TEST("PAM-02 a token in 1xx, 202, 206, 3xx, 4xx, 5xx is no success", test_unfinished_statuses),
		UNIT_TEST("BOD-01 only JSON content types carry tokens", test_content_types),
		UNIT_TEST("BOD-01 a captive portal's page is no answer", test_html),
		UNIT_TEST("BOD-02 an error beside a token is a failure; an empty one is none", test_error_beside_token),
		UNIT_TEST("BOD-03 a token is a string; BOD-15 a malformed refresh token spoils the answer", test_token_kinds),
		UNIT_TEST("BOD-04 a NUL anywhere in a token is refused", test_nul_in_token),
		UNIT_TEST("BOD-05 each of 256 bytes in each position of a token, raw and escaped", test_token_bytes),
		UNIT_TEST("BOD-05 the wider set is visible ASCII without quote and backslash, and only by the dialect", test_visible_bytes),
		UNIT_TEST("BOD-06 tokens up to 9,000 bytes together, never cut", test_sizes),
		UNIT_TEST("BOD-07 a field that stands twice spoils the answer", test_duplicates),
		UNIT_TEST("BOD-17 an answer cut at any byte is refused", test_truncation),
		UNIT_TEST("BOD-14 token types: Bearer in any case, missing as the dialect says", test_token_type),
	};

	return cmocka_run_group_tests_name("answer", tests, setup, teardown);
}
