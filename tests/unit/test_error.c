/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/error.h"

static void test_set_fills_and_returns(void **state)
{
	struct error error = { .code = ERROR_MEMORY, .errnum = 7 };

	(void)state;
	errno = EAGAIN;
	assert_int_equal(error_set(&error, ERROR_POLICY, "host '%s' is %d", "a", 3), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(error.code, ERROR_POLICY);
	assert_int_equal(error.errnum, 0);
	assert_string_equal(error.text, "host 'a' is 3");
	assert_int_equal(error_set(NULL, ERROR_POLICY, "nobody asks"), -1);
	assert_int_equal(error_set_errno(NULL, ERROR_POLICY, 1, "nobody asks"), -1);
	assert_int_equal(error_prefix(NULL, "nobody asks"), -1);
}

static void test_errno_is_told_in_english(void **state)
{
	struct error error;

	(void)state;
	assert_int_equal(error_set_errno(&error, ERROR_SYSTEM, ENOENT, "/x: cannot be opened"), -1);
	assert_string_equal(error.text, "/x: cannot be opened: No such file or directory");
	assert_int_equal(error.errnum, ENOENT);
	error_set_errno(&error, ERROR_SYSTEM, 99999, "x");
	assert_string_equal(error.text, "x: error 99999");
}

static void test_text_stays_one_printable_line(void **state)
{
	struct error error;
	char every[256];
	size_t i;

	(void)state;
	for (i = 0; i < 255; i++)
		every[i] = (char)(i + 1);
	every[255] = '\0';
	error_set(&error, ERROR_SYSTEM, "%s", every);
	assert_int_equal(strlen(error.text), 255);
	for (i = 0; i < 255; i++)
		assert_int_equal(error.text[i],
				 i + 1 >= 0x20 && i + 1 <= 0x7e ? (int)(i + 1) : '?');
}

static void test_long_text_is_cut(void **state)
{
	struct error error;
	char text[2 * ERROR_TEXT_MAX];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set_errno(&error, ERROR_SYSTEM, EPERM, "%s", text);
	assert_int_equal(strlen(error.text), ERROR_TEXT_MAX - 1);
	error_prefix(&error, "before");
	assert_int_equal(strlen(error.text), ERROR_TEXT_MAX - 1);
	assert_memory_equal(error.text, "before: xxx", 11);
}

static void test_prefix_keeps_code_and_errnum(void **state)
{
	struct error error;

	(void)state;
	error_set_errno(&error, ERROR_CONFIGURATION, EACCES, "it cannot be read");
	assert_int_equal(error_prefix(&error, "vendor '%s'", "acme"), -1);
	assert_string_equal(error.text, "vendor 'acme': it cannot be read: Permission denied");
	assert_int_equal(error.code, ERROR_CONFIGURATION);
	assert_int_equal(error.errnum, EACCES);
	error_set(&error, ERROR_POLICY, "again: %s", error.text);
	assert_string_equal(error.text,
			    "again: vendor 'acme': it cannot be read: Permission denied");
}

static void test_exit_codes(void **state)
{
	static const int expected[] = { 0, 2, 3, 4, 4, 5, 5, 6, 7, 71, 71 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_int_equal(error_exit_code((enum error_code)i), expected[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("an error is filled and -1 returned, errno is left alone",
			  test_set_fills_and_returns),
		UNIT_TEST("an errno is told in English, whatever the locale",
			  test_errno_is_told_in_english),
		UNIT_TEST("an error text is one line of printable ASCII",
			  test_text_stays_one_printable_line),
		UNIT_TEST("a long error text is cut at its bound", test_long_text_is_cut),
		UNIT_TEST("a prefix keeps code and errno; the old text may be an argument",
			  test_prefix_keeps_code_and_errnum),
		UNIT_TEST("each error code has its exit code", test_exit_codes),
	};

	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
