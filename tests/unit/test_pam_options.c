/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <string.h>

#include "pam_apitoken/options.h"

enum { ARGUMENTS_MAX = 8 };

static int parse(const char *const *arguments, struct options *options, struct error *error)
{
	int count = 0;

	while (count < ARGUMENTS_MAX && arguments[count] != NULL)
		count++;
	memset(options, 0x55, sizeof(*options));
	*error = (struct error){ 0 };
	return options_parse(options, count, arguments, error);
}

static void nothing_means_the_defaults(void **state)
{
	static const char *const none[ARGUMENTS_MAX] = { NULL };
	struct options options;
	struct error error;

	(void)state;
	assert_int_equal(parse(none, &options, &error), 0);
	assert_null(options.vendor);
	assert_string_equal(options.configuration, "/etc/apitoken");
	assert_string_equal(options.libexec, APITOKEN_LIBEXECDIR);
	assert_false(options.debug);
	assert_false(options.use_first_pass);
	assert_false(options.try_first_pass);
}

static void every_argument_is_taken(void **state)
{
	static const char *const all[ARGUMENTS_MAX] = { "vendor=acme-2_x", "config=/srv/c", "libexec=/srv/l", "debug", "use_first_pass" };
	static const char *const other[ARGUMENTS_MAX] = { "try_first_pass", "vendor=none" };
	struct options options;
	struct error error;

	(void)state;
	assert_int_equal(parse(all, &options, &error), 0);
	assert_string_equal(options.vendor, "acme-2_x");
	assert_string_equal(options.configuration, "/srv/c");
	assert_string_equal(options.libexec, "/srv/l");
	assert_true(options.debug);
	assert_true(options.use_first_pass);
	assert_int_equal(parse(other, &options, &error), 0);
	assert_true(options.try_first_pass);
	assert_false(options.use_first_pass);
	assert_string_equal(options.vendor, "none");
}

static void whatever_is_not_understood_is_an_error_that_names_it(void **state)
{
	static const struct { const char *arguments[ARGUMENTS_MAX]; const char *named; } table[] = {
		{ { "" }, "\"\"" },
		{ { "Debug" }, "Debug" },
		{ { "debug=1" }, "debug=1" },
		{ { "debug " }, "debug " },
		{ { "debug", "debug" }, "debug" },
		{ { "vendor" }, "vendor" },
		{ { "vendor=" }, "vendor=" },
		{ { "vendor=Acme" }, "vendor=Acme" },
		{ { "vendor=../x" }, "vendor=../x" },
		{ { "vendor=a", "debug", "vendor=a" }, "vendor=a" },
		{ { "vendor =a" }, "vendor =a" },
		{ { "config=" }, "config=" },
		{ { "config=etc" }, "config=etc" },
		{ { "config=/a", "config=/a" }, "config=/a" },
		{ { "libexec=" }, "libexec=" },
		{ { "libexec=./x" }, "libexec=./x" },
		{ { "use_first_pass", "try_first_pass" }, "try_first_pass" },
		{ { "try_first_pass", "use_first_pass" }, "try_first_pass" },
		{ { "use_authtok" }, "use_authtok" },
		{ { "timeout=abc" }, "timeout=abc" },
		{ { "timeout=-1" }, "timeout=-1" },
		{ { "timeout=99999999999" }, "timeout=99999999999" },
		{ { "minimum_uid=0" }, "minimum_uid=0" },
		{ { "nullok" }, "nullok" },
		{ { "#" }, "#" },
		{ { "x\n\033[2J" }, "x\\x0a\\x1b[2J" },
	};
	struct options options;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(parse(table[i].arguments, &options, &error), -1);
		assert_int_equal(error.code, ERROR_CONFIGURATION);
		if (strstr(error.text, table[i].named) == NULL)
			fail_msg("\"%s\" does not name %s", error.text, table[i].named);
	}
}

static void a_folder_has_a_bound(void **state)
{
	char argument[5000] = "config=/";
	const char *const arguments[ARGUMENTS_MAX] = { argument };
	struct options options;
	struct error error;

	(void)state;
	memset(argument + 8, 'a', sizeof(argument) - 9);
	assert_int_equal(parse(arguments, &options, &error), -1);
	assert_true(strlen(error.text) < 200);
	assert_string_equal(options.configuration, "/etc/apitoken");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("no argument means the defaults", nothing_means_the_defaults),
		UNIT_TEST("every argument of the manual is taken", every_argument_is_taken),
		UNIT_TEST("unknown, repeated, empty and malformed arguments are errors that name them",
			  whatever_is_not_understood_is_an_error_that_names_it),
		UNIT_TEST("a folder's length has a bound", a_folder_has_a_bound),
	};

	return cmocka_run_group_tests_name("pam_options", tests, NULL, NULL);
}
