/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <security/_pam_types.h>

#include "pam_apitoken/result.h"

static void each_error_has_its_code(void **state)
{
	static const struct { enum error_code code; int result; } table[] = {
		{ ERROR_NONE, PAM_SYSTEM_ERR },
		{ ERROR_USAGE, PAM_SYSTEM_ERR },
		{ ERROR_NO_TOKEN, PAM_SYSTEM_ERR },
		{ ERROR_REFUSED, PAM_AUTH_ERR },
		{ ERROR_LOGIN_AGAIN, PAM_AUTHINFO_UNAVAIL },
		{ ERROR_UNAVAILABLE, PAM_AUTHINFO_UNAVAIL },
		{ ERROR_KEYRING, PAM_SYSTEM_ERR },
		{ ERROR_CONFIGURATION, PAM_SERVICE_ERR },
		{ ERROR_POLICY, PAM_SYSTEM_ERR },
		{ ERROR_MEMORY, PAM_BUF_ERR },
		{ ERROR_SYSTEM, PAM_SYSTEM_ERR },
	};

	(void)state;
	assert_int_equal(sizeof(table) / sizeof(table[0]), ERROR_SYSTEM + 1);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(table[i].code, (int)i);
		assert_int_equal(result_of(table[i].code), table[i].result);
	}
}

static void no_number_opens_the_door(void **state)
{
	(void)state;
	for (int code = -1000; code <= 1000; code++) {
		const int result = result_of((enum error_code)code);

		assert_int_not_equal(result, PAM_SUCCESS);
		assert_int_not_equal(result, PAM_IGNORE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("each error code has the PAM code of the result contract", each_error_has_its_code),
		UNIT_TEST("no error, not even an unknown one, becomes success or ignore", no_number_opens_the_door),
	};

	return cmocka_run_group_tests_name("pam_result", tests, NULL, NULL);
}
