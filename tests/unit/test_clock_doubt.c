/* SPDX-License-Identifier: BSD-3-Clause */
/* Signs of a wrong clock: a certificate out of its time, a vendor's Date, and what is believed of a clock that cannot be right. */
#include "tests/unit/answers.h"

#include <curl/curl.h>

#include "common/clock.h"
#include "common/fetch/cause.h"
#include "common/fetch/clock_doubt.h"

enum { EXPIRED = 10, NOT_YET_VALID = 9 }; /* openssl/x509_vfy.h */

static const int64_t year_2038 = 2147483647, year_2100 = 4102444800, before_us = 1767225599;

static void test_certificates(void **state)
{
	static const struct {
		int64_t now;
		long verify;
		const char *text;
	} rows[] = {
		{ 0, NOT_YET_VALID,
		  "the certificate is not valid yet: clock? this machine says 1970-01-01 00:00 UTC, which is before apitoken was written: set its clock" },
		{ before_us, NOT_YET_VALID,
		  "the certificate is not valid yet: clock? this machine says 2025-12-31 23:59 UTC, which is before apitoken was written: set its clock" },
		{ before_us + 1, EXPIRED, "the certificate has expired: clock? this machine says 2026-01-01 00:00 UTC" },
		{ year_2038 + 1, EXPIRED, "the certificate has expired: clock? this machine says 2038-01-19 03:14 UTC" },
		{ year_2100, NOT_YET_VALID, "the certificate is not valid yet: clock? this machine says 2100-01-01 00:00 UTC" },
		{ INT64_MAX, EXPIRED, "the certificate has expired: clock? this machine says 9223372036854775807 s" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_failure failure;

		cause_describe(CURLE_PEER_FAILED_VERIFICATION, rows[i].verify, 0, rows[i].now, &failure);
		assert_int_equal(failure.verdict, VERDICT_UNAVAILABLE);
		assert_string_equal(failure.cause, rows[i].text);
	}
}

/* Whoever searches a log for "clock?" finds nothing else. */
static void test_only_time_is_about_time(void **state)
{
	struct http_failure failure;

	(void)state;
	for (long verify = 0; verify < 100; verify++) {
		cause_describe(CURLE_PEER_FAILED_VERIFICATION, verify, 0, 0, &failure);
		assert_int_equal(strstr(failure.cause, "clock?") != NULL, verify == EXPIRED || verify == NOT_YET_VALID);
	}
	for (int code = 1; code < CURL_LAST; code++) {
		cause_describe(code, code == CURLE_PEER_FAILED_VERIFICATION ? 0 : EXPIRED, 0, 0, &failure);
		assert_null(strstr(failure.cause, "clock?"));
	}
}

static struct outcome read_at(int status, const char *body, int64_t date)
{
	const struct sample sample = { .status = status, .type = "application/json", .body = body, .date = date };
	struct dialect dialect;
	struct outcome outcome;

	answers_dialect(&dialect, answers_oauth2, "");
	answers_read(&dialect, &sample, &outcome);
	dialect_release(&dialect);
	outcome_release(&outcome);
	return outcome;
}

static void test_vendor_clock(void **state)
{
	static const char good[] = "{\"access_token\":\"t\",\"expires_in\":600}";
	struct outcome outcome;

	(void)state;
	for (int64_t apart = -CLOCK_DOUBT_SECONDS; apart <= CLOCK_DOUBT_SECONDS; apart += 100)
		assert_string_equal(read_at(200, good, ANSWERS_NOW + apart).message, "");
	assert_string_equal(read_at(200, good, 0).message, "");
	outcome = read_at(200, good, ANSWERS_NOW + 86400);
	assert_int_equal(outcome.verdict, VERDICT_SUCCESS);
	assert_int_equal(outcome.lifetime, 600);
	assert_string_equal(outcome.message, "clock? this machine's is 86400 s behind that of vendor.test");
	assert_string_equal(read_at(200, good, ANSWERS_NOW - 301).message, "clock? this machine's is 301 s ahead of that of vendor.test");
}

/* An assertion that tells the wrong time is a client that is not accepted. */
static void test_refusals(void **state)
{
	struct outcome outcome = read_at(401, "{\"error\":\"invalid_client\"}", ANSWERS_NOW + 4000);

	(void)state;
	assert_int_equal(outcome.verdict, VERDICT_CONFIGURATION);
	assert_non_null(strstr(outcome.message, "invalid_client"));
	assert_non_null(strstr(outcome.message, "; clock? this machine's is 4000 s behind that of vendor.test"));
	assert_null(strstr(read_at(401, "{\"error\":\"invalid_client\"}", ANSWERS_NOW + 10).message, "clock?"));
	assert_null(strstr(read_at(400, "{\"error\":\"invalid_grant\"}", ANSWERS_NOW + 4000).message, "clock?"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("a certificate out of its time raises a doubt about the clock, from 1970 to beyond 2038", test_certificates),
		UNIT_TEST("no other failure does", test_only_time_is_about_time),
		UNIT_TEST("a vendor whose clock is five minutes away is worth a warning, and its token's life is its own", test_vendor_clock),
		UNIT_TEST("a client that is not accepted may have told the wrong time; a refused password has not", test_refusals),
	};

	return cmocka_run_group_tests_name("clock_doubt", tests, NULL, NULL);
}
