/* SPDX-License-Identifier: BSD-3-Clause */
/* Records in real kernel keyrings: every act is a process of alice, and of nobody else. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "common/keyring_kernel.h"
#include "common/message.h"
#include "tests/unit/keyring_acts.h"

static void store_and_read(void *nothing)
{
	struct keyring_item items[4];
	struct secret payload;
	struct error error = { 0 };
	char text[128], wanted[128];

	(void)nothing;
	expect_failure(ERROR_NO_TOKEN);
	store(3000, 'a');
	expect(3000, 'a');
	CHECK(keyctl_describe(found(), text, sizeof text) > 0);
	snprintf(wanted, sizeof wanted, "user;%u;%u;003f0000;apitoken:v1:unit-test", alice, alice);
	CHECK(strcmp(text, wanted) == 0);
	CHECK(has_timeout(found()));
	CHECK(keyring_list(items, 4, &error) == 1);
	CHECK(items[0].serial == found());
	CHECK(strcmp(items[0].description, description) == 0);
	CHECK_OK(keyring_read_serial(items[0].serial, &payload, &error));
	CHECK(payload.length == 3000);
	secret_release(&payload);
	store(10, 'b');
	expect(10, 'b');
	CHECK(has_timeout(found()));
	CHECK_OK(keyring_remove(description, &error));
	expect_failure(ERROR_NO_TOKEN);
	CHECK(keyring_remove(description, &error) == -1 && error.code == ERROR_NO_TOKEN);
	CHECK(keyring_list(items, 4, &error) == 0);
}

static void test_store_and_read(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, store_and_read, NULL);
}

static void list_only_ours(void *nothing)
{
	static const char *const names[] = { "apitoken:v1:b", "apitoken:v1:a:0123456789abcdef" };
	struct keyring_item items[KEYRING_LIST_MAX];
	struct secret payload;
	struct error error = { 0 };

	(void)nothing;
	fill(&payload, 5, 'x');
	store(5, 'x');
	for (size_t i = 0; i < 2; i++)
		CHECK_OK(keyring_store(names[i], &payload, HOUR, &error));
	CHECK(add_key("user", "krb5cc", "x", 1, KEY_SPEC_USER_KEYRING) > 0);
	/* Ours by name, but with the permissions that a key gets by default. */
	CHECK(add_key("user", "apitoken:v1:open", "x", 1, KEY_SPEC_USER_KEYRING) > 0);
	CHECK(keyring_list(items, KEYRING_LIST_MAX, &error) == 3);
	CHECK(keyring_list(items, 2, &error) == 2);
	CHECK(keyring_read("apitoken:v1:open", &payload, &error) == -1);
	CHECK(error.code == ERROR_KEYRING);
}

/* A key that stays is not one that went away while it was looked at: the ring is not read again for it. */
static void list_beside_a_long_name(void *nothing)
{
	char name[500] = "";
	struct keyring_item items[4];
	struct key_facts facts;
	struct error error = { 0 };
	int32_t serial;

	(void)nothing;
	memset(name, 'x', sizeof name - 1);
	serial = add_key("user", name, "x", 1, KEY_SPEC_USER_KEYRING);
	CHECK(serial > 0);
	CHECK(key_facts(serial, &facts) == -1 && errno == EMSGSIZE);
	CHECK(keyring_list(items, 4, &error) == 0);
	store(5, 'x');
	CHECK(keyring_list(items, 4, &error) == 1);
}

static void test_list_beside_a_long_name(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, list_beside_a_long_name, NULL);
}

static void test_list_only_ours(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, list_only_ours, NULL);
}

static void store_sizes(void *nothing)
{
	static const size_t sizes[] = { 1, 4095, 4096, 4097, 9000 };

	(void)nothing;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		store(sizes[i], 'o');
		expect(sizes[i], 'o');
		store(sizes[i], 'n'); /* over the old one of the same size */
		expect(sizes[i], 'n');
		CHECK(has_timeout(found()));
	}
}

static void test_sizes(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, store_sizes, NULL);
}

static void read_too_long(void *nothing)
{
	static char payload[RECORD_PAYLOAD_MAX + 1];
	const int32_t serial = add_key("user", description, payload, sizeof payload,
				       KEY_SPEC_PROCESS_KEYRING);

	(void)nothing;
	CHECK(keyctl_setperm(serial, KEYRING_PERMISSION) == 0);
	CHECK(keyctl_link(serial, KEY_SPEC_USER_KEYRING) == 0);
	expect_failure(ERROR_NO_TOKEN);
	store(10, 'n');
	expect(10, 'n');
}

static void test_too_long(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, read_too_long, NULL);
}


static void wait_for_expiry(void)
{
	const int64_t end = clock_monotonic_ms() + 20000;
	struct secret payload;
	struct error error = { 0 };

	while (keyring_read(description, &payload, &error) == 0) {
		secret_release(&payload);
		CHECK(clock_monotonic_ms() < end);
		usleep(20000);
	}
	CHECK(error.code == ERROR_NO_TOKEN);
}

static void let_expire(void *nothing)
{
	struct keyring_item items[4];
	struct secret payload;
	struct error error = { 0 };

	(void)nothing;
	fill(&payload, 10, 'x');
	CHECK_OK(keyring_store(description, &payload, 1, &error));
	wait_for_expiry();
	CHECK(keyring_list(items, 4, &error) == 0);
	store(10, 'y');
	expect(10, 'y');
	/* A placeholder that is filled has its timeout set again, also below the shortest. */
	CHECK_OK(keyring_reserve(description, 100, &error));
	CHECK_OK(keyring_store(description, &payload, -5, &error));
	wait_for_expiry();
}

static void test_expiry(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, let_expire, NULL);
}


static void use_ring(void)
{
	store(100, 'a');
	expect(100, 'a');
	store(100, 'b');
	expect(100, 'b');
}

static void under_revoked_session(void *nothing)
{
	(void)nothing;
	CHECK(keyctl_join_session_keyring(NULL) > 0);
	CHECK(keyctl_revoke(KEY_SPEC_SESSION_KEYRING) == 0);
	CHECK(add_key("user", "x", "x", 1, KEY_SPEC_SESSION_KEYRING) == -1);
	use_ring();
}

static void test_revoked_session(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, under_revoked_session, NULL);
}

static void under_fresh_session(void *nothing)
{
	(void)nothing;
	use_ring();
	CHECK(keyctl_join_session_keyring(NULL) > 0);
	expect(100, 'b');
	use_ring();
}

static void test_fresh_session(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, under_fresh_session, NULL);
}

static void in_user_namespace(void *nothing)
{
	(void)nothing;
	store(100, 'a');
	if (unshare(CLONE_NEWUSER) != 0)
		_exit(77);
	expect_failure(ERROR_NO_TOKEN);
}

static void test_user_namespace(void **state)
{
	const pid_t actor = fork();
	int status;

	(void)state;
	if (actor == 0) {
		if (keyrings_missing() != NULL)
			_exit(77);
		become_user(alice);
		in_user_namespace(NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(actor, &status, 0), actor);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("# skipped: no user namespaces or keyrings here\n");
		skip();
	}
	assert_int_equal(status, 0);
}


static int forbid_keyrings(unsigned int errnum)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), /* seccomp_data.nr */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_keyctl, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_add_key, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | errnum),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { sizeof code / sizeof code[0], code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

static void without_keyrings(void *errnum)
{
	struct keyring_item items[4];
	struct error error = { 0 };

	CHECK(forbid_keyrings(*(unsigned int *)errnum) == 0);
	CHECK(try_store(10, 'x', &error) == -1 && error.code == ERROR_KEYRING);
	CHECK(strlen(error.text) > 20 && strchr(error.text, '\n') == NULL);
	CHECK(keyring_reserve(description, 10, &error) == -1 && error.code == ERROR_KEYRING);
	CHECK(keyring_list(items, 4, &error) == -1 && error.code == ERROR_KEYRING);
	CHECK(keyring_remove(description, &error) == -1 && error.code == ERROR_KEYRING);
	expect_failure(ERROR_KEYRING);
}

static void test_without_keyrings(void **state)
{
	unsigned int refusals[] = { EPERM, ENOSYS, EACCES };

	(void)state;
	if (geteuid() != 0) {
		print_message("# skipped: needs root, to act as other users\n");
		skip();
	}
	for (size_t i = 0; i < 3; i++)
		act_as(alice, without_keyrings, &refusals[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_USERS("KEY-12 a record is stored private and with a timeout, read, listed, "
			   "replaced, removed", test_store_and_read),
		WITH_USERS("only our own private keys are listed", test_list_only_ours),
		WITH_USERS("KEY-05 payloads around 4096 bytes and of 9000 are stored and replaced",
			   test_sizes),
		WITH_USERS("a key too long to be a record is no token, and is replaced",
			   test_too_long),
		WITH_USERS("KEY-13 an expired key is no token, and is stored anew", test_expiry),
		WITH_USERS("KEY-08 a revoked session keyring does not matter",
			   test_revoked_session),
		WITH_USERS("KEY-09 a fresh anonymous session keyring does not matter",
			   test_fresh_session),
		WITH_USERS("KEY-11 in another user namespace there is no token",
			   test_user_namespace),
		UNIT_TEST("a foreign key with a long name costs a list nothing", test_list_beside_a_long_name),
		UNIT_TEST("KEY-10 without keyrings every call says why", test_without_keyrings),
	};

	return cmocka_run_group_tests_name("keyring", tests, share_memory, NULL);
}
