/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/text.h"

static void test_numbers(void **state)
{
	static const char *const bad[] = { "",
					   " ",
					   "-1",
					   "+1",
					   " 1",
					   "1 ",
					   "1a",
					   "0x10",
					   "1.0",
					   "1e3",
					   "9223372036854775808",
					   "99999999999999999999999",
					   "\xd9\xa1" };
	int64_t number = 42;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(number_parse(bad[i], INT64_MIN, INT64_MAX, &number), -1);
	assert_int_equal(number_parse("9", 10, 20, &number), -1);
	assert_int_equal(number_parse("21", 10, 20, &number), -1);
	assert_int_equal(number, 42);
	assert_int_equal(number_parse("9223372036854775807", 0, INT64_MAX, &number), 0);
	assert_true(number == INT64_MAX);
	assert_int_equal(number_parse("0", 0, 0, &number), 0);
	assert_int_equal(number, 0);
}

static void test_printable(void **state)
{
	char out[64], small[6];

	(void)state;
	assert_string_equal(text_printable(out, sizeof(out), "a\nb\x1b[1m\0c\xff", 10),
			    "a\\x0ab\\x1b[1m\\x00c\\xff");
	assert_string_equal(text_printable(out, sizeof(out), NULL, 99), "unknown");
	assert_string_equal(text_printable(out, sizeof(out), "", 0), "");
	assert_string_equal(text_printable(small, sizeof(small), "abcde", 5), "abcde");
	assert_string_equal(text_printable(small, sizeof(small), "abcdef", 6), "ab...");
	assert_string_equal(text_printable(small, sizeof(small), "a\n", 2), "a\\x0a");
	assert_string_equal(text_printable(small, sizeof(small), "ab\n", 3), "ab...");
	assert_string_equal(text_printable(small, 3, "abc", 3), "ab");
	assert_string_equal(text_printable(small, 1, "abc", 3), "");
	small[0] = 'x';
	text_printable(small, 0, "abc", 3);
	assert_int_equal(small[0], 'x');
}

static void test_small_ones(void **state)
{
	char out[4] = "zzz";

	(void)state;
	assert_true(text_equal_ignoring_case("Bearer", "bEARER"));
	assert_false(text_equal_ignoring_case("Bearer", "Bearer "));
	assert_false(text_equal_ignoring_case("", "x"));
	assert_false(text_equal_ignoring_case(
		"[", "{")); /* apart by 0x20 like letters, and no letters */
	assert_true(text_starts_with("host a", "host "));
	assert_false(text_starts_with("hos", "host "));
	assert_true(text_is_visible(" ~", 2));
	assert_false(text_is_visible("\x7f", 1));
	assert_false(text_is_visible("\xc3\xa4", 2));
	assert_false(text_is_visible("a\0b", 3));
	assert_int_equal(text_copy(out, sizeof(out), "abc"), 0);
	assert_string_equal(out, "abc");
	assert_int_equal(text_copy(out, sizeof(out), "abcd"), -1);
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("numbers are plain digits within their bounds", test_numbers),
		UNIT_TEST("foreign text is written printable and cut with a mark", test_printable),
		UNIT_TEST("comparing, judging and copying text", test_small_ones),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
