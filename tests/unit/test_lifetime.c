/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/fetch/lifetime.h"
#include "common/vendor.h"

enum { NOW = 1700000000, CAP = VENDOR_LIFETIME_MAX };

struct row {
	const char *json; /* the value as it stands in the answer */
	enum dialect_lifetime_kind kind;
	enum lifetime_result result;
	int64_t seconds;
};

static enum lifetime_result find(const char *json, enum dialect_lifetime_kind kind, int64_t reference, int64_t *seconds, char *from)
{
	char text[256];
	struct document *document;
	enum lifetime_result result;

	snprintf(text, sizeof(text), "{\"expires_in\":%s}", json);
	document = document_parse(text, strlen(text));
	assert_non_null(document);
	result = lifetime_find(document, "expires_in", kind, reference, seconds, from);
	document_release(document);
	return result;
}

static void check(const struct row rows[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t seconds = -77;
		char from[128] = "";
		enum lifetime_result result = find(rows[i].json, rows[i].kind, NOW, &seconds, from);

		if (result != rows[i].result || (result == LIFETIME_KNOWN && seconds != rows[i].seconds))
			fail_msg("%s as kind %d: result %d, %lld s", rows[i].json, (int)rows[i].kind, (int)result, (long long)seconds);
		if (result == LIFETIME_KNOWN)
			assert_string_equal(from, "expires_in");
		else
			assert_int_equal(seconds, -77);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_numbers(void **state)
{
	static const struct row rows[] = {
		{ "3600", LIFETIME_AUTO, LIFETIME_KNOWN, 3600 },
		{ "1", LIFETIME_AUTO, LIFETIME_KNOWN, 1 },
		{ "31536000", LIFETIME_AUTO, LIFETIME_KNOWN, CAP },
		{ "31536001", LIFETIME_AUTO, LIFETIME_KNOWN, CAP },
		{ "999999999", LIFETIME_AUTO, LIFETIME_KNOWN, CAP },
		{ "NaN", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "Infinity", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "-Infinity", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "3600.5", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "3600.0", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "3.6e3", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "1e400", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "-1e400", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "9223372036854775807", LIFETIME_SECONDS, LIFETIME_UNKNOWN, 0 },
		{ "9223372036854775808", LIFETIME_SECONDS, LIFETIME_UNKNOWN, 0 },
		{ "18446744073709551615", LIFETIME_SECONDS, LIFETIME_UNKNOWN, 0 },
		{ "99999999999999999999999", LIFETIME_SECONDS, LIFETIME_UNKNOWN, 0 },
		{ "99999999999999999999999", LIFETIME_EPOCH, LIFETIME_UNKNOWN, 0 },
		{ "-9223372036854775809", LIFETIME_SECONDS, LIFETIME_UNKNOWN, 0 },
		{ "true", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "[3600]", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "{\"s\":3600}", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "null", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
	};

	(void)state;
	CHECK(rows);
}

static void test_strings(void **state)
{
	static const struct row rows[] = {
		{ "\"3600\"", LIFETIME_AUTO, LIFETIME_KNOWN, 3600 },
		{ "\"03600\"", LIFETIME_AUTO, LIFETIME_KNOWN, 3600 },
		{ "\"3600abc\"", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "\" 3600\"", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "\"3600 \"", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "\"+3600\"", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "\"-3600\"", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "\"3600.0\"", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "\"0x10\"", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "\"\"", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "\"3600\\u0000\"", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "\"JAVA_TIMESTAMP\"", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "\"99999999999999999999999\"", LIFETIME_SECONDS, LIFETIME_UNKNOWN, 0 },
		{ "\"0\"", LIFETIME_AUTO, LIFETIME_ENDED, 0 },
	};

	(void)state;
	CHECK(rows);
}

static void test_ended_and_moments(void **state)
{
	static const struct row rows[] = {
		{ "0", LIFETIME_AUTO, LIFETIME_ENDED, 0 },
		{ "-1", LIFETIME_AUTO, LIFETIME_ENDED, 0 },
		{ "-9223372036854775807", LIFETIME_SECONDS, LIFETIME_ENDED, 0 },
		{ "0", LIFETIME_MILLISECONDS, LIFETIME_ENDED, 0 },
		{ "3600000", LIFETIME_MILLISECONDS, LIFETIME_KNOWN, 3600 },
		{ "1", LIFETIME_MILLISECONDS, LIFETIME_KNOWN, 1 },
		{ "900000", LIFETIME_MILLISECONDS, LIFETIME_KNOWN, 900 },
		{ "1700003600", LIFETIME_AUTO, LIFETIME_KNOWN, 3600 },
		{ "1700003600000", LIFETIME_AUTO, LIFETIME_KNOWN, 3600 },
		{ "\"1700003600000\"", LIFETIME_AUTO, LIFETIME_KNOWN, 3600 },
		{ "1700003600", LIFETIME_EPOCH, LIFETIME_KNOWN, 3600 },
		{ "1700003600999", LIFETIME_EPOCH_MILLISECONDS, LIFETIME_KNOWN, 3600 },
		{ "1700003600", LIFETIME_SECONDS, LIFETIME_KNOWN, CAP },
		{ "1700000000", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "1699999999", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "1000000000", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "1000000000000", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "0", LIFETIME_EPOCH, LIFETIME_UNKNOWN, 0 },
		{ "-5", LIFETIME_EPOCH, LIFETIME_UNKNOWN, 0 },
		{ "253402300799", LIFETIME_EPOCH, LIFETIME_KNOWN, CAP },
		{ "253402300800", LIFETIME_EPOCH, LIFETIME_UNKNOWN, 0 },
		{ "253402300800000", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "9223372036854775806", LIFETIME_AUTO, LIFETIME_UNKNOWN, 0 },
		{ "4102444800", LIFETIME_AUTO, LIFETIME_KNOWN, CAP }, /* the year 2100 */
		{ "2147483648", LIFETIME_AUTO, LIFETIME_KNOWN, CAP }, /* behind January 2038 */
	};

	(void)state;
	CHECK(rows);
}

/* Behind January 2038, and just before a moment. */
static void test_references(void **state)
{
	int64_t seconds = 0;

	(void)state;
	assert_int_equal(find("2147483748", LIFETIME_EPOCH, 2147483648, &seconds, NULL), LIFETIME_KNOWN);
	assert_int_equal(seconds, 100);
	assert_int_equal(find("4000000001", LIFETIME_EPOCH, 4000000000, &seconds, NULL), LIFETIME_KNOWN);
	assert_int_equal(seconds, 1);
	assert_int_equal(find("1700000000", LIFETIME_EPOCH, -1, &seconds, NULL), LIFETIME_UNKNOWN);
}

static void test_alternatives(void **state)
{
	static const struct {
		const char *text;
		enum lifetime_result result;
		int64_t seconds;
		const char *from;
	} rows[] = {
		{ "{\"expires_in\":3600,\"expires_at\":1700001800}", LIFETIME_KNOWN, 1800, "expires_at" },
		{ "{\"expires_in\":600,\"expires_at\":1700001800}", LIFETIME_KNOWN, 600, "expires_in" },
		{ "{\"expires_in\":\"junk\",\"expires_at\":1700001800}", LIFETIME_KNOWN, 1800, "expires_at" },
		{ "{\"expires_at\":1700001800}", LIFETIME_KNOWN, 1800, "expires_at" },
		{ "{\"expires_in\":3600,\"expires_at\":1600000000}", LIFETIME_KNOWN, 3600, "expires_in" },
		{ "{\"expires_in\":3600,\"expires_at\":0}", LIFETIME_ENDED, 0, "" },
		{ "{\"expires_in\":0,\"expires_at\":1700001800}", LIFETIME_ENDED, 0, "" },
		{ "{}", LIFETIME_UNKNOWN, 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct document *document = document_parse(rows[i].text, strlen(rows[i].text));
		int64_t seconds = 0;
		char from[128] = "";

		assert_int_equal(lifetime_find(document, "expires_in expires_at", LIFETIME_AUTO, NOW, &seconds, from), rows[i].result);
		if (rows[i].result == LIFETIME_KNOWN) {
			assert_int_equal(seconds, rows[i].seconds);
			assert_string_equal(from, rows[i].from);
		}
		document_release(document);
	}
}

static void test_moment(void **state)
{
	struct document_value value = { .kind = DOCUMENT_INTEGER, .integer = 1581273888 };

	(void)state;
	assert_int_equal(lifetime_moment(&value), 1581273888);
	value.integer = 1581273888123;
	assert_int_equal(lifetime_moment(&value), 1581273888);
	value.integer = 3600;
	assert_int_equal(lifetime_moment(&value), 0);
	value.integer = INT64_MAX;
	assert_int_equal(lifetime_moment(&value), 0);
	value.integer = -1;
	assert_int_equal(lifetime_moment(&value), 0);
	value.kind = DOCUMENT_OTHER;
	assert_int_equal(lifetime_moment(&value), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("BOD-09 NaN, fractions, huge and other numbers are unknown, never a life without end", test_numbers),
		UNIT_TEST("BOD-10 digits in a string count, junk does not", test_strings),
		UNIT_TEST("BOD-11 durations, milliseconds and moments; zero and less have ended; the cap holds", test_ended_and_moments),
		UNIT_TEST("BOD-11 moments beyond 2038 are measured right", test_references),
		UNIT_TEST("of several ends the earlier one counts", test_alternatives),
		UNIT_TEST("the moment of a login", test_moment),
	};

	return cmocka_run_group_tests_name("lifetime", tests, NULL, NULL);
}
