/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/secret.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static void test_append_up_to_the_maximum(void **state)
{
	struct secret secret;

	(void)state;
	assert_int_equal(secret_init(&secret, 8), 0);
	secret_append_text(&secret, "abc");
	secret_append_format(&secret, "%d", 12345);
	assert_true(secret_ok(&secret));
	assert_int_equal(secret.length, 8);
	assert_string_equal(secret.bytes, "abc12345");
	secret_release(&secret);
	assert_null(secret.bytes);
	secret_release(&secret);
}

static void test_overflow_is_sticky(void **state)
{
	struct secret secret;

	(void)state;
	assert_int_equal(secret_init(&secret, 4), 0);
	secret_append_text(&secret, "abcde");
	assert_false(secret_ok(&secret));
	secret_append_text(&secret, "a");
	assert_false(secret_ok(&secret));
	assert_int_equal(secret.length, 0);
	secret_clear(&secret);
	assert_true(secret_ok(&secret));
	secret_append_format(&secret, "%s", "12345");
	assert_false(secret_ok(&secret));
	assert_string_equal(secret.bytes, "");
	secret_release(&secret);
}

static void test_short_memory_is_sticky(void **state)
{
	struct secret secret;

	(void)state;
	assert_int_equal(secret_init(&secret, SIZE_MAX), -1);
	secret_append_text(&secret, "a");
	secret_append_format(&secret, "a");
	assert_false(secret_ok(&secret));
	secret_clear(&secret);
	secret_release(&secret);
}

static void test_clear_wipes_every_byte(void **state)
{
	struct secret secret;

	(void)state;
	assert_int_equal(secret_init(&secret, 64), 0);
	secret_append_text(&secret, "correct horse battery staple");
	secret_clear(&secret);
	assert_int_equal(secret.length, 0);
	for (size_t i = 0; i <= secret.maximum; i++)
		assert_int_equal(secret.bytes[i], 0);
	secret_release(&secret);
}

static void test_set_holds_nul_bytes(void **state)
{
	struct secret secret;

	(void)state;
	assert_int_equal(secret_set(&secret, "a\0b", 3), 0);
	assert_int_equal(secret.length, 3);
	assert_int_equal(secret.maximum, 3);
	assert_memory_equal(secret.bytes, "a\0b", 4);
	secret_release(&secret);
	assert_int_equal(secret_set(&secret, NULL, 0), 0);
	assert_true(secret_ok(&secret));
	secret_release(&secret);
}

static void test_equal_compares_length_and_bytes(void **state)
{
	struct secret a, b, c, none = SECRET_NONE;

	(void)state;
	assert_int_equal(secret_set(&a, "token-1", 7), 0);
	assert_int_equal(secret_set(&b, "token-1", 7), 0);
	assert_int_equal(secret_set(&c, "token-2", 7), 0);
	assert_true(secret_equal(&a, &b));
	assert_false(secret_equal(&a, &c));
	b.length = 6;
	assert_false(secret_equal(&a, &b));
	assert_false(secret_equal(&a, &none));
	assert_true(secret_equal(&none, &none));
	secret_release(&a);
	secret_release(&b);
	secret_release(&c);
}

static void test_move_leaves_none_behind(void **state)
{
	struct secret from, to;

	(void)state;
	assert_int_equal(secret_set(&from, "token", 5), 0);
	secret_move(&to, &from);
	assert_null(from.bytes);
	assert_string_equal(to.bytes, "token");
	secret_release(&to);
	secret_release(&from);
}

static void test_protected_process(void **state)
{
	const pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		struct rlimit limit = { 1, 1 };

		if (secret_protect_process() != 0 || prctl(PR_GET_DUMPABLE) != 0 ||
		    getrlimit(RLIMIT_CORE, &limit) != 0)
			_exit(1);
		_exit(limit.rlim_cur == 0 && limit.rlim_max == 0 ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("a secret takes bytes up to its maximum", test_append_up_to_the_maximum),
		UNIT_TEST("a secret that overflowed stays failed", test_overflow_is_sticky),
		UNIT_TEST("a secret without memory stays failed", test_short_memory_is_sticky),
		UNIT_TEST("clearing a secret wipes every byte", test_clear_wipes_every_byte),
		UNIT_TEST("a secret holds NUL bytes", test_set_holds_nul_bytes),
		UNIT_TEST("secrets compare by length and bytes",
			  test_equal_compares_length_and_bytes),
		UNIT_TEST("a moved secret leaves nothing behind", test_move_leaves_none_behind),
		UNIT_TEST("a protected process leaves no core dump and cannot be traced",
			  test_protected_process),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
