/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/files.h"
#include "tests/unit/mutations.h"

#include <unistd.h>

#include "common/policy.h"

static int load(const char *text, const char *service, struct policy *policy, struct error *error)
{
	*error = (struct error){ .code = ERROR_NONE };
	files_write("apitoken.conf", text);
	return policy_load(policy, files_top, service, error);
}

static void test_defaults(void **state)
{
	struct policy policy;
	struct error error;

	(void)state;
	unlink(files_at("apitoken.conf"));
	assert_int_equal(policy_load(&policy, files_top, "sshd", &error), 0);
	assert_string_equal(policy.vendor, "");
	assert_int_equal(policy.minimum_uid, 1000);
	assert_int_equal(policy.fetch_uid, 65534);
	assert_false(policy.store_required);
	assert_int_equal(policy.on_last_logout, LAST_LOGOUT_DELETE);
	assert_true(policy.notice);
	assert_string_equal(policy.prompt, "Password: ");
	assert_int_equal(policy_load(&policy, files_at("missing"), NULL, &error), 0);
	assert_int_equal(load("", NULL, &policy, &error), 0);
	assert_int_equal(policy.minimum_uid, 1000);
}

static void test_services(void **state)
{
	static const char text[] = "[pam:sshd]\nvendor = other\nstore = optional\n"
				   "[pam]\nvendor = acme\nminimum_uid = 2000\nstore = "
				   "required\nfetch_uid = 990\nprompt = Acme password:\n"
				   "on_last_logout = revoke\nnotice = no\n"
				   "[pam:cron]\nvendor = none\nprompt = x\n"
				   "on_last_logout = keep\n[pam:su]\non_last_logout = delete\nnotice = yes\n";
	struct policy policy;
	struct error error;

	(void)state;
	assert_int_equal(load(text, NULL, &policy, &error), 0);
	assert_string_equal(policy.vendor, "acme");
	assert_int_equal(policy.minimum_uid, 2000);
	assert_int_equal(policy.fetch_uid, 990);
	assert_true(policy.store_required);
	assert_string_equal(policy.prompt, "Acme password: ");
	assert_int_equal(load(text, "su", &policy, &error), 0);
	assert_string_equal(policy.vendor, "acme");
	assert_int_equal(load(text, "sshd", &policy, &error), 0);
	assert_string_equal(policy.vendor, "other");
	assert_false(policy.store_required);
	assert_int_equal(policy.minimum_uid, 2000);
	assert_int_equal(load(text, "cron", &policy, &error), 0);
	assert_string_equal(policy.vendor, "none");
	assert_string_equal(policy.prompt, "x ");
	assert_int_equal(policy.on_last_logout, LAST_LOGOUT_KEEP);
	assert_int_equal(load(text, "su", &policy, &error), 0);
	assert_int_equal(policy.on_last_logout, LAST_LOGOUT_DELETE);
	assert_true(policy.notice);
	assert_int_equal(load(text, "login", &policy, &error), 0);
	assert_int_equal(policy.on_last_logout, LAST_LOGOUT_REVOKE);
	assert_false(policy.notice);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *told;
	} cases[] = {
		{ "[pam]\nvendors = acme\n",
		  ":2: unknown key 'vendors' in section [pam]; see apitoken.conf(5)" },
		{ "[pam]\nvendor = Acme\n",
		  ":2: bad value of 'vendor'; expected the name of a vendor file" },
		{ "[pam]\nvendor = acme.conf\n", ":2: bad value of 'vendor'" },
		{ "[pam]\nminimum_uid = 0\n",
		  ":2: bad value of 'minimum_uid'; expected a plain number from 1 to 4294967294" },
		{ "[pam]\nminimum_uid = 4294967295\n", ":2: bad value" },
		{ "[pam]\nminimum_uid =\n", ":2: bad value" },
		{ "[pam]\nfetch_uid = 0\n", ":2: bad value of 'fetch_uid'" },
		{ "[pam]\nfetch_uid = nobody\n", ":2: bad value" },
		{ "[pam]\nstore = yes\n", ":2: bad value of 'store'; expected optional|required" },
		{ "[pam]\non_last_logout = yes\n",
		  ":2: bad value of 'on_last_logout'; expected delete|revoke|keep" },
		{ "[pam]\nprompt = \"Password: \"\n",
		  ":2: bad value of 'prompt'; expected the text without quotes" },
		{ "[pam:other]\nstore = yes\n", ":2: bad value of 'store'" },
		{ "[pam:]\nstore = optional\n", ":1: unknown section" },
		{ "[pam:a b]\nstore = optional\n", ":1: unknown section" },
		{ "[vendor]\n", ":1: unknown section [vendor]; expected [pam] or [pam:SERVICE]" },
		{ "vendor = acme\n", ":1: unknown section []" },
		{ "[pam]\nvendor = a\nvendor = b\n", ":3: 'vendor' stands in line 2 already" },
		{ "[pam]\n[pam]\n", ":2: section [pam] stands in line 1 already" },
	};
	struct policy policy = { .minimum_uid = 7 };
	struct error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (load(cases[i].text, "sshd", &policy, &error) == 0)
			fail_msg("accepted: %s", cases[i].text);
		assert_int_equal(error.code, ERROR_CONFIGURATION);
		assert_int_equal(policy.minimum_uid, 7);
		if (!strstr(error.text, cases[i].told) ||
		    strncmp(error.text, files_top, strlen(files_top)) != 0)
			fail_msg("'%s' does not tell '%s'", error.text, cases[i].told);
	}
}

static void test_prompt_length(void **state)
{
	struct policy policy;
	struct error error;
	char text[256] = "[pam]\nprompt = ";
	size_t begin = strlen(text);

	(void)state;
	memset(text + begin, 'x', 126);
	assert_int_equal(load(text, NULL, &policy, &error), 0);
	assert_int_equal(strlen(policy.prompt), 127);
	text[begin + 126] = 'x';
	assert_int_equal(load(text, NULL, &policy, &error), -1);
	assert_non_null(strstr(error.text, "at most 126 bytes"));
}

static void test_unsafe_file(void **state)
{
	struct policy policy;
	struct error error;

	(void)state;
	assert_int_equal(load("[pam]\nvendor = acme\n", NULL, &policy, &error), 0);
	assert_int_equal(chmod(files_at("apitoken.conf"), 0666), 0);
	assert_int_equal(policy_load(&policy, files_top, NULL, &error), -1);
	assert_non_null(strstr(error.text, "written by others"));
	unlink(files_at("apitoken.conf"));
	assert_int_equal(symlink("elsewhere", files_at("apitoken.conf")), 0);
	assert_int_equal(policy_load(&policy, files_top, NULL, &error), -1);
	unlink(files_at("apitoken.conf"));
}

static void test_control_bytes(void **state)
{
	static const char *const keys[] = { "vendor = acm", "prompt = Pass", "minimum_uid = 10",
					    "fetch_uid = 10", "store = required" };
	struct policy policy;
	struct error error;
	char text[64];
	size_t i;
	int byte;

	(void)state;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		for (byte = 1; byte < 0x80; byte = byte == 0x1f ? 0x7f : byte + 1) {
			snprintf(text, sizeof(text), "[pam]\n%s%cx\n", keys[i], byte);
			if (load(text, NULL, &policy, &error) == 0)
				fail_msg("%s took byte %d", keys[i], byte);
		}
	}
}

static int parse_whole(const char *text, size_t length)
{
	FILE *file = fopen(files_at("apitoken.conf"), "w");
	struct policy policy;

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	return policy_load(&policy, files_top, "s", NULL);
}

static void test_mutations(void **state)
{
	(void)state;
	mutations_all(parse_whole, "[pam]\nfetch_uid=9\n[pam:s]\nprompt=x\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("without a file, or a key, there are defaults", test_defaults),
		UNIT_TEST("a service's section is over [pam], wherever it stands", test_services),
		UNIT_TEST("everything else is refused with file, line and what was expected",
			  test_refused),
		UNIT_TEST("a prompt has a longest length and ends in one space",
			  test_prompt_length),
		UNIT_TEST("an unsafe file is refused, not skipped", test_unsafe_file),
		UNIT_TEST("NET-13 no key of the policy takes a control byte", test_control_bytes),
		UNIT_TEST("prefixes and mutations of a good file do no harm", test_mutations),
	};

	return cmocka_run_group_tests_name("policy", tests, files_make, files_remove);
}
