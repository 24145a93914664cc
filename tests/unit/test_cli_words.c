/* SPDX-License-Identifier: BSD-3-Clause */
/* The small parts of the command line: arguments, times in words, the keyring's quota, git's
 * version. */
#include "tests/unit/unit.h"

#include <string.h>

#include "git-credential/command.h"
#include "git-credential/findings.h"
#include "git-credential/quota.h"
#include "common/words.h"

static const struct command login = {
	.name = "login",
	.options = OPTION_BIT(OPTION_USERNAME) | OPTION_BIT(OPTION_PASSWORD_STDIN),
	.takes_operand = true,
};

static void test_arguments_good(void **state)
{
	char *words[] = { (char[]){ "--username" }, (char[]){ "alice" }, (char[]){ "work" },
			  (char[]){ "--password-stdin" } };
	char *equals[] = { (char[]){ "--username=a=b" }, (char[]){ "--" }, (char[]){ "-x" } };
	struct arguments arguments;

	(void)state;
	assert_int_equal(arguments_parse(&login, 4, words, &arguments, NULL), 0);
	assert_string_equal(arguments.value[OPTION_USERNAME], "alice");
	assert_string_equal(arguments.operand, "work");
	assert_true(arguments.given[OPTION_PASSWORD_STDIN]);
	assert_int_equal(arguments_parse(&login, 3, equals, &arguments, NULL), 0);
	assert_string_equal(arguments.value[OPTION_USERNAME], "a=b");
	assert_string_equal(arguments.operand, "-x");
	assert_int_equal(arguments_parse(&login, 0, NULL, &arguments, NULL), 0);
	assert_null(arguments.operand);
}

static void test_arguments_bad(void **state)
{
	char *rows[][3] = {
		{ (char[]){ "--json" }, NULL, NULL },
		{ (char[]){ "--username" }, NULL, NULL },
		{ (char[]){ "--username=" }, NULL, NULL },
		{ (char[]){ "--username" }, (char[]){ "" }, NULL },
		{ (char[]){ "--user" }, (char[]){ "x" }, NULL },
		{ (char[]){ "--password-stdin=x" }, NULL, NULL },
		{ (char[]){ "--password-stdin" }, (char[]){ "--password-stdin" }, NULL },
		{ (char[]){ "-u" }, NULL, NULL },
		{ (char[]){ "-" }, NULL, NULL },
		{ (char[]){ "work" }, (char[]){ "more" }, NULL },
		{ (char[]){ "" }, NULL, NULL },
		{ (char[]){ "--=x" }, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arguments arguments;
		struct error error = { .code = ERROR_NONE };

		assert_int_equal(arguments_parse(&login, rows[i][1] ? 2 : 1, rows[i], &arguments,
						 &error),
				 -1);
		assert_int_equal(error.code, ERROR_USAGE);
	}
}

static void test_words(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {
		{ -5, "0 s" },         { 0, "0 s" },           { 119, "119 s" },
		{ 120, "2 min" },      { 1799, "29 min" },     { 7199, "119 min" },
		{ 7200, "2 h 0 min" }, { 11100, "3 h 5 min" }, { 172799, "47 h 59 min" },
		{ 172800, "2 days" },  { 2592000, "30 days" },
	};
	char out[WORDS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(words_duration(out, rows[i].seconds), rows[i].text);
	assert_string_equal(words_time(out, 0), "1970-01-01 00:00 UTC");
	assert_string_equal(words_time(out, 4102444800), "2100-01-01 00:00 UTC");
	words_time(out, INT64_MAX);
}

static void test_quota(void **state)
{
	static const char text[] = "    0:     4 3/3 1/1000000 24/25000000\n  100:     2 2/2 2/200 "
				   "44/20000\n59001:     9 9/9 3/200 1234/20000\n";
	static const char *const broken[] = { "",
					      "\n\n",
					      "59001\n",
					      "59001:\n",
					      "59001: 9 9/9 3/200\n",
					      "59001: 9 9/9 3-200 1/2\n",
					      "59001: 9 9/9 x/200 1/2\n",
					      "590010 9 9/9 3/200 1/2\n",
					      "590010: 9 9/9 3/200 1/2\n" };
	struct quota quota = { 0 };

	(void)state;
	assert_true(quota_parse(text, 59001, &quota));
	assert_int_equal(quota.keys, 3);
	assert_int_equal(quota.keys_maximum, 200);
	assert_int_equal(quota.bytes, 1234);
	assert_int_equal(quota.bytes_maximum, 20000);
	assert_false(quota_parse(text, 5900, &quota));
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_false(quota_parse(broken[i], 59001, &quota));
}

static void test_git_version(void **state)
{
	(void)state;
	assert_true(check_git_older("git version 2.39.5\n", 2, 46));
	assert_true(check_git_older("git version 1.99\n", 2, 46));
	assert_false(check_git_older("git version 2.46.0\n", 2, 46));
	assert_false(check_git_older("git version 2.55.0.rc1\n", 2, 46));
	assert_false(check_git_older("git version 3.0\n", 2, 46));
	assert_false(check_git_older("git version next\n", 2, 46));
	assert_false(check_git_older("", 2, 46));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("options with a value behind '=' or in the next word, the operand, and "
			  "'--'",
			  test_arguments_good),
		UNIT_TEST("a word that does not fit is a usage error", test_arguments_bad),
		UNIT_TEST("durations and times in words", test_words),
		UNIT_TEST("the user's line of /proc/key-users", test_quota),
		UNIT_TEST("git's version", test_git_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
