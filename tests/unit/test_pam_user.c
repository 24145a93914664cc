/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <string.h>

#include "pam_apitoken/user.h"

static void names_that_may_go_to_a_vendor(void **state)
{
	static const char *const names[] = { "alice", "Alice", "ALICE", "a", "alice.smith", "alice-smith", "alice_smith", "alice+x", "_svc",
					     "-x", "..", "alice%20", "al'ice", "al\"ice", "alice$", "0", "a&b=c", "~alice", "*" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!user_name_allowed(names[i]))
			fail_msg("%s is refused", names[i]);
	}
}

static void names_that_never_leave_the_machine(void **state)
{
	static const char *const names[] = {
		"", " ", "alice@evil", "@", "alice@", "@alice", "EVIL\\alice", "alice\\", "a/b", "/", "../alice", "alice:0", ":",
		"alice ", " alice", "al ice", "alice\n", "alice\r", "alice\t", "\033[2J", "alice\177", "\001", "alice\200", "\377",
		"al\303\251", "\320\260lice", "alice\342\200\256", "\357\274\241lice", "ali\314\201ce", "alice\303\200", "root\n", "\b\n\r",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (user_name_allowed(names[i]))
			fail_msg("name %zu is allowed", i);
	}
}

static void a_name_has_at_most_255_bytes(void **state)
{
	char name[1024];

	(void)state;
	for (size_t length = 1; length < sizeof(name); length++) {
		memset(name, 'a', length);
		name[length] = '\0';
		assert_int_equal(user_name_allowed(name), length <= 255);
	}
}

static void the_policy_excludes(void **state)
{
	struct policy policy = { .vendor = "acme", .minimum_uid = 1000 };
	struct user user = { .name = "alice", .uid = 1000, .gid = 1000 };
	struct error error = { 0 };

	(void)state;
	assert_int_equal(user_admit(&user, &policy, &error), PAM_SUCCESS);
	user.uid = 999;
	assert_int_equal(user_admit(&user, &policy, &error), PAM_USER_UNKNOWN);
	assert_non_null(strstr(error.text, "minimum_uid"));
	user.uid = (uid_t)-2;
	assert_int_equal(user_admit(&user, &policy, &error), PAM_SUCCESS);
	memcpy(policy.vendor, "none", 5);
	assert_int_equal(user_admit(&user, &policy, &error), PAM_USER_UNKNOWN);
	memcpy(policy.vendor, "nones", 6);
	assert_int_equal(user_admit(&user, &policy, &error), PAM_SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("names of visible ASCII may go to a vendor as they are", names_that_may_go_to_a_vendor),
		UNIT_TEST("names with @ \\ / : white space, control or non-ASCII bytes never do", names_that_never_leave_the_machine),
		UNIT_TEST("a name has at most 255 bytes", a_name_has_at_most_255_bytes),
		UNIT_TEST("minimum_uid and vendor = none exclude", the_policy_excludes),
	};

	return cmocka_run_group_tests_name("pam_user", tests, NULL, NULL);
}
