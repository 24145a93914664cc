/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "pam_apitoken/password.h"

static const char dummy[] = "\b\n\r\177INCORRECT";

/* On the heap and of this very size, so that a read past the end is seen by the sanitizers. */
static char *filled(size_t length, char byte)
{
	char *bytes = malloc(length == 0 ? 1 : length);

	assert_non_null(bytes);
	memset(bytes, byte, length);
	return bytes;
}

static char *sshd_dummy(size_t length)
{
	char *bytes = filled(length, 'x');

	for (size_t i = 0; i < length; i++)
		bytes[i] = dummy[i % (sizeof(dummy) - 1)];
	return bytes;
}

static int check(size_t length, struct error *error)
{
	char *bytes = filled(length, 'p');
	const int result = password_check(bytes, length, error);

	free(bytes);
	return result;
}

static void lengths_1_to_511_may_be_sent(void **state)
{
	(void)state;
	for (size_t length = 0; length <= 1025; length++) {
		struct error error = { 0 };
		const int result = check(length, &error);

		assert_int_equal(result, length >= 1 && length <= 511 ? 0 : -1);
		assert_int_equal(error.code, result == 0 ? ERROR_NONE : ERROR_REFUSED);
	}
	assert_int_equal(check(64 * 1024, NULL), -1);
}

static void sshd_dummies_of_every_length_are_known(void **state)
{
	(void)state;
	for (size_t length = 1; length <= 600; length++) {
		char *bytes = sshd_dummy(length);
		struct error error = { 0 };

		assert_true(password_is_sshd_dummy(bytes, length));
		assert_int_equal(password_check(bytes, length, &error), -1);
		assert_int_equal(error.code, ERROR_REFUSED);
		free(bytes);
	}
}

static void one_other_byte_anywhere_makes_it_a_password(void **state)
{
	(void)state;
	for (size_t length = 1; length <= 60; length++) {
		for (size_t changed = 0; changed < length; changed++) {
			char *bytes = sshd_dummy(length);

			bytes[changed] = (char)(bytes[changed] ^ 1);
			assert_false(password_is_sshd_dummy(bytes, length));
			assert_int_equal(password_check(bytes, length, NULL), 0);
			free(bytes);
		}
	}
	assert_false(password_is_sshd_dummy("INCORRECT", 9));
	assert_false(password_is_sshd_dummy("", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("of the lengths 0 to 1025 and 65536 only 1 to 511 may be sent", lengths_1_to_511_may_be_sent),
		UNIT_TEST("sshd's dummy password is known at each length from 1 to 600", sshd_dummies_of_every_length_are_known),
		UNIT_TEST("a password that differs from the dummy in one byte is a password", one_other_byte_anywhere_makes_it_a_password),
	};

	return cmocka_run_group_tests_name("pam_password", tests, NULL, NULL);
}
