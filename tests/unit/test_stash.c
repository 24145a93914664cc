/* SPDX-License-Identifier: BSD-3-Clause */
/* The built stash, run through the module's side of it, on real keyrings. */
#include "common/stash.h"

#include <sys/socket.h>

#include "common/kept_password.h"
#include "common/keyring.h"
#include "common/message.h"
#include "common/record.h"
#include "common/text.h"
#include "tests/unit/copy_program.h"
#include "tests/unit/keyring_user.h"

static const char description[] = "apitoken:v1:unit-test";
static char libexec[] = "/tmp/apitoken-stash.XXXXXX";

#define USER(NAME, ID) (&(const struct stash_user){ NAME, ID, ID })

static void make_login(struct secret *payload, const char *vendor, const char *token,
		       const char *refresh_token)
{
	struct record record;
	struct error error = { 0 };

	record_init(&record);
	text_copy(record.vendor, sizeof record.vendor, vendor);
	text_copy(record.account, sizeof record.account, "alice@example.com");
	record.generation = 1;
	record.login_at = record.obtained_at = clock_utc();
	record.access_expires_at = record.login_at + 1800;
	assert_int_equal(secret_set(&record.access_token, token, strlen(token)), 0);
	if (refresh_token != NULL)
		assert_int_equal(secret_set(&record.refresh_token, refresh_token,
					    strlen(refresh_token)), 0);
	if (record_encode(&record, payload, &error) != 0)
		fail_msg("%s", error.text);
	record_release(&record);
}

static void make_payload(struct secret *payload, const char *token)
{
	make_login(payload, "unit-test", token, NULL);
}

/* The ring of the caller holds the payload, or (NULL) nothing of ours. */
static void expect_stored(void *payload)
{
	struct secret stored;
	struct error error = { 0 };

	if (payload == NULL) {
		CHECK(keyring_read(description, &stored, &error) == -1);
		CHECK(error.code == ERROR_NO_TOKEN);
		return;
	}
	CHECK_OK(keyring_read(description, &stored, &error));
	CHECK(secret_equal(&stored, payload));
	secret_release(&stored);
}

static int setup(void **state)
{
	(void)state;
	if (keyrings_missing() != NULL)
		return 0;
	act_as(alice, clear_ring, NULL);
	act_as(bob, clear_ring, NULL);
	return 0;
}

static void park(const struct secret *payload, int32_t *serial)
{
	struct error error = { 0 };

	if (stash_park(libexec, "alice", payload, serial, &error) != 0)
		fail_msg("%s", error.text);
}

static void test_park_and_store(void **state)
{
	struct secret payload;
	struct error error = { 0 };
	int32_t serial;

	(void)state;
	NEED_KEYRINGS();
	make_payload(&payload, "token-of-alice");
	park(&payload, &serial);
	assert_int_equal(keyring_handoff_check(serial, "alice", &error), 0);
	if (stash_store(libexec, USER("alice", alice), serial, NULL, NULL, &error) != 0)
		fail_msg("%s", error.text);
	act_as(alice, expect_stored, &payload);
	act_as(bob, expect_stored, NULL);
	act_as(0, expect_stored, NULL);
	keyring_handoff_drop(serial);
	assert_int_equal(keyring_handoff_check(serial, "alice", &error), -1);
	secret_release(&payload);
}

/* su: the caller's real uid, effective uid 0. */
static void login_under_su(void *payload)
{
	struct error error = { 0 };
	int32_t serial;

	CHECK(setresuid(bob, 0, 0) == 0);
	CHECK_OK(stash_park(libexec, "alice", payload, &serial, &error));
	CHECK_OK(keyring_handoff_check(serial, "alice", &error));
	CHECK_OK(stash_store(libexec, USER("alice", alice), serial, NULL, NULL, &error));
	keyring_handoff_drop(serial);
	CHECK(getuid() == bob && geteuid() == 0);
}

static void test_under_su(void **state)
{
	struct secret payload;

	(void)state;
	NEED_KEYRINGS();
	make_payload(&payload, "token-by-su");
	act_as(0, login_under_su, &payload);
	act_as(alice, expect_stored, &payload);
	act_as(bob, expect_stored, NULL);
	secret_release(&payload);
}

static void test_another_users_name(void **state)
{
	struct secret payload;
	struct error error = { 0 };
	int32_t serial;

	(void)state;
	NEED_KEYRINGS();
	make_payload(&payload, "token-of-alice");
	park(&payload, &serial);
	assert_int_equal(keyring_handoff_check(serial, "bob", &error), -1);
	assert_int_equal(stash_store(libexec, USER("bob", bob), serial, NULL, NULL, &error), -1);
	assert_int_equal(error.code, ERROR_NO_TOKEN);
	act_as(bob, expect_stored, NULL);
	keyring_handoff_drop(serial);
	secret_release(&payload);
}

/* As alice: a key that looks like root's hand-off, for the forged serial in her environment. */
static void forge_handoff(void *shared)
{
	const int32_t serial = add_key("user", "apitoken:handoff:0123456789abcdef:alice", "x", 1,
				       KEY_SPEC_USER_KEYRING);

	CHECK(serial > 0);
	CHECK(keyctl_setperm(serial, 0x3f3f3f3f) == 0);
	CHECK(write(*(int *)shared, &serial, sizeof serial) == sizeof serial);
}

static void test_forged_serials(void **state)
{
	static const int32_t special[] = { 1, INT32_MAX };
	struct error error = { 0 };
	int32_t serial;
	int ends[2];

	(void)state;
	NEED_KEYRINGS();
	assert_int_equal(pipe(ends), 0);
	act_as(alice, forge_handoff, &ends[1]);
	assert_int_equal(read(ends[0], &serial, sizeof serial), sizeof serial);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(keyring_handoff_check(serial, "alice", &error), -1);
	assert_int_equal(error.code, ERROR_NO_TOKEN);
	assert_int_equal(stash_store(libexec, USER("alice", alice), serial, NULL, NULL, &error), -1);
	assert_int_equal(error.code, ERROR_NO_TOKEN);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(keyring_handoff_check(special[i], "alice", &error), -1);
	for (int32_t negative = -8; negative <= 0; negative++)
		assert_int_equal(keyring_handoff_check(negative, "alice", &error), -1);
	act_as(alice, expect_stored, NULL);
}

static void test_two_logins_at_once(void **state)
{
	struct secret first, second, parked;
	struct error error = { 0 };
	int32_t first_serial, second_serial;

	(void)state;
	NEED_KEYRINGS();
	make_payload(&first, "first");
	make_payload(&second, "second");
	park(&first, &first_serial);
	park(&second, &second_serial);
	assert_int_not_equal(first_serial, second_serial);
	settle(); /* a displaced key lives on for a moment */
	assert_int_equal(keyring_handoff_read(first_serial, &parked, &error), 0);
	assert_true(secret_equal(&parked, &first));
	keyring_handoff_drop(first_serial);
	keyring_handoff_drop(second_serial);
	secret_release(&parked);
	secret_release(&first);
	secret_release(&second);
}

/* Stores a login of alice, with or without asking for what it replaces. */
static void log_in(const char *vendor, const char *refresh_token, struct stash_stored *stored)
{
	struct secret payload;
	struct error error = { 0 };
	int32_t serial;

	make_login(&payload, vendor, "token", refresh_token);
	park(&payload, &serial);
	if (stash_store(libexec, USER("alice", alice), serial, NULL, stored, &error) != 0)
		fail_msg("%s", error.text);
	keyring_handoff_drop(serial);
	secret_release(&payload);
}

/* The password that is to be kept must be the account's own, and whole. */
static void test_kept_password(void **state)
{
	static const struct {
		const char *account;
		size_t cut;
		bool taken;
	} cases[] = { { "alice@example.com", 0, true },
		    { "bob@example.com", 0, false },
		    { "alice@example.com", 1, false } };
	struct secret record, password, kept, login;
	struct error error = { 0 };
	int32_t serial;

	(void)state;
	NEED_KEYRINGS();
	make_login(&record, "unit-test", "token", NULL);
	assert_int_equal(secret_set(&password, "secret", strlen("secret")), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(kept_password_encode(cases[i].account, &password, &kept, &error), 0);
		kept.length -= cases[i].cut;
		assert_int_equal(kept_password_join(&record, &kept, &login), 0);
		assert_int_equal(stash_park(libexec, "alice", &login, &serial, &error) == 0, cases[i].taken);
		if (cases[i].taken)
			keyring_handoff_drop(serial);
		secret_release(&login);
		secret_release(&kept);
	}
	secret_release(&password);
	secret_release(&record);
}

static void test_displaced(void **state)
{
	static const struct {
		const char *stored, *displaced; /* refresh tokens */
	} steps[] = {
		{ "first", NULL }, { "second", "first" }, { "second", NULL }, { NULL, "second" },
		{ "third", NULL },
	};
	struct stash_stored stored = { .hand_back = true };

	(void)state;
	NEED_KEYRINGS();
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		log_in("unit-test", steps[i].stored, &stored);
		if (steps[i].displaced == NULL)
			assert_int_equal(stored.displaced.refresh_token.length, 0);
		else
			assert_string_equal(stored.displaced.refresh_token.bytes, steps[i].displaced);
		assert_int_equal(stored.ends_in > 0, steps[i].stored == NULL);
		record_release(&stored.displaced);
	}
}

static void make_foreign_key(void *nothing)
{
	(void)nothing;
	CHECK(add_key("user", "somebody:else", "x", 1, KEY_SPEC_USER_KEYRING) > 0);
}

static void expect_only_foreign_key(void *nothing)
{
	struct keyring_item items[KEYRING_LIST_MAX];
	struct error error = { 0 };

	(void)nothing;
	CHECK(keyring_list(items, KEYRING_LIST_MAX, &error) == 0);
	CHECK(keyctl_search(KEY_SPEC_USER_KEYRING, "user", "somebody:else", 0) > 0);
}

/* Three logins of alice, one without a refresh token, and a key of somebody else's. */
static void end_all(bool hand_back, struct stash_ended *ended)
{
	struct error error = { 0 };

	log_in("unit-test", "first", NULL);
	log_in("other", NULL, NULL);
	log_in("third", "second", NULL);
	act_as(alice, make_foreign_key, NULL);
	act_as(bob, make_foreign_key, NULL);
	if (stash_end(libexec, USER("alice", alice), hand_back, ended, &error) != 0)
		fail_msg("%s", error.text);
	act_as(alice, expect_only_foreign_key, NULL);
	act_as(bob, expect_only_foreign_key, NULL);
	assert_int_equal(ended->removed, 3);
	assert_int_equal(ended->untold, 0);
}

static void test_end(void **state)
{
	struct stash_ended ended;
	struct record record;
	struct error error = { 0 };
	size_t cursor = 0;

	(void)state;
	NEED_KEYRINGS();
	end_all(false, &ended);
	assert_false(stash_ended_next(&ended, &cursor, &record));
	stash_ended_release(&ended);
	assert_int_equal(stash_end(libexec, USER("alice", alice), true, &ended, &error), 0);
	assert_int_equal(ended.removed, 0);
	stash_ended_release(&ended);
}

static void test_end_hands_back(void **state)
{
	struct stash_ended ended;
	struct record record;
	size_t cursor = 0;
	int first = 0, second = 0;

	(void)state;
	NEED_KEYRINGS();
	end_all(true, &ended);
	while (stash_ended_next(&ended, &cursor, &record)) {
		first += strcmp(record.vendor, "unit-test") == 0 &&
			 strcmp(record.refresh_token.bytes, "first") == 0;
		second += strcmp(record.vendor, "third") == 0 &&
			  strcmp(record.refresh_token.bytes, "second") == 0;
		record_release(&record);
	}
	assert_int_equal(first, 1);
	assert_int_equal(second, 1);
	stash_ended_release(&ended);
}

static void end_without_privileges(void *nothing)
{
	struct stash_ended ended;
	struct error error = { 0 };

	(void)nothing;
	CHECK(stash_end(libexec, USER("alice", alice), true, &ended, &error) == -1);
	CHECK(error.code == ERROR_POLICY);
}

static void test_end_is_for_root(void **state)
{
	struct stash_ended ended;
	struct error error = { 0 };

	(void)state;
	NEED_KEYRINGS();
	act_as(alice, end_without_privileges, NULL);
	act_as(bob, end_without_privileges, NULL);
	assert_int_equal(stash_end(libexec, USER("root", 0), true, &ended, &error), -1);
}

static void store_own(void *payload)
{
	struct error error = { 0 };

	CHECK_OK(stash_store(libexec, USER("alice", alice), 0, payload, NULL, &error));
	CHECK(stash_store(libexec, USER("bob", bob), 0, payload, NULL, &error) == -1);
	CHECK(error.code == ERROR_POLICY);
	CHECK(stash_park(libexec, "alice", payload, &(int32_t){ 0 }, &error) == -1);
	CHECK(error.code == ERROR_POLICY);
	CHECK(stash_store(libexec, USER("alice", alice), 5, payload, NULL, &error) == -1);
	CHECK(error.code == ERROR_POLICY);
}

static void test_unprivileged_host(void **state)
{
	struct secret payload;

	(void)state;
	NEED_KEYRINGS();
	make_payload(&payload, "token-of-locker");
	act_as(alice, store_own, &payload);
	act_as(alice, expect_stored, &payload);
	secret_release(&payload);
}

static void test_root_is_no_target(void **state)
{
	struct secret payload;
	struct error error = { 0 };
	int32_t serial;

	(void)state;
	NEED_KEYRINGS();
	make_payload(&payload, "token");
	park(&payload, &serial);
	assert_int_equal(stash_store(libexec, USER("alice", 0), serial, NULL, NULL, &error), -1);
	assert_int_equal(stash_store(libexec, USER("alice", 0), 0, &payload, NULL, &error), -1);
	assert_int_equal(stash_store(libexec, USER("alice", alice), 0, &payload, NULL, &error), -1);
	assert_int_equal(error.code, ERROR_POLICY);
	act_as(0, expect_stored, NULL);
	keyring_handoff_drop(serial);
	secret_release(&payload);
}

static void test_only_records_are_stored(void **state)
{
	struct secret payload;
	struct error error = { 0 };
	int32_t serial;

	(void)state;
	NEED_KEYRINGS();
	make_payload(&payload, "token");
	payload.bytes[20] ^= 1;
	assert_int_equal(stash_park(libexec, "alice", &payload, &serial, &error), -1);
	assert_int_equal(error.code, ERROR_USAGE);
	secret_release(&payload);
}

/* Exit status of the program with this descriptor 0 and these arguments. */
static int run_by_hand(int input, const char *const *arguments)
{
	char path[PATH_MAX + 8];
	const pid_t child = fork();
	int status;

	snprintf(path, sizeof path, "%s/stash", libexec);
	if (child == 0) {
		const int null = open("/dev/null", O_RDWR);

		dup2(input, 0);
		dup2(null, 2);
		execl(path, "stash", arguments[0], arguments[1], arguments[2], arguments[3], NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_by_hand(void **state)
{
	static const char *const park_arguments[] = { "park", NULL, NULL, NULL };
	static const char *const bad[][4] = {
		{ NULL },
		{ "unknown", NULL },
		{ "store", "1", "0", "1" },
		{ "store", "1", "4294967295", "1" },
		{ "store", "1", "1001", "4294967295" },
		{ "store", "-3", "1001", "1001" },
		{ "store", "1x", "1001", "1001" },
		{ "store", "1", "+1001", "1001" },
		{ "store", "1", "1001", NULL },
	};
	const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	const int terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int sockets[2];

	(void)state;
	assert_int_equal(run_by_hand(null, park_arguments), 2);
	if (terminal >= 0)
		assert_int_equal(run_by_hand(terminal, park_arguments), 2);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(run_by_hand(sockets[0], bad[i]), 2);
	close(sockets[1]);
	assert_int_equal(run_by_hand(sockets[0], park_arguments), 5);
	close(sockets[0]);
	close(null);
	close(terminal);
}

static int copy_stash(void **state)
{
	char build[PATH_MAX], from[PATH_MAX + 8], to[PATH_MAX];

	(void)state;
	choose_users();
	if (make_program_folder(libexec) != 0 || find_build_folder(build) != 0)
		return -1;
	snprintf(from, sizeof from, "%s/stash", build);
	snprintf(to, sizeof to, "%s/stash", libexec);
	return copy_program(from, to);
}

static int remove_stash(void **state)
{
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof path, "%s/stash", libexec);
	unlink(path);
	return rmdir(libexec);
}

int main(void)
{
#define WITH_USERS(sentence, function) UNIT_TEST_SETUP(sentence, function, setup, setup)
	const struct CMUnitTest tests[] = {
		WITH_USERS("a parked record lands in its user's keyring and in nobody else's",
			   test_park_and_store),
		WITH_USERS("KEY-03 under su the target's ring has the record, the caller's "
			   "nothing", test_under_su),
		WITH_USERS("a hand-off goes to nobody but its user", test_another_users_name),
		WITH_USERS("a forged serial hands nothing over", test_forged_serials),
		WITH_USERS("two logins of one user at once keep both hand-offs",
			   test_two_logins_at_once),
		WITH_USERS("an unprivileged host stores for itself only", test_unprivileged_host),
		WITH_USERS("root's keyring is never a target", test_root_is_no_target),
		WITH_USERS("only a sound record is parked", test_only_records_are_stored),
		WITH_USERS("a password to be kept that is another account's, or damaged, is not parked",
			   test_kept_password),
		WITH_USERS("a login hands back the one that it replaces, if its refresh token is of "
			   "no more use", test_displaced),
		WITH_USERS("the end removes all records of one user, and nothing else", test_end),
		WITH_USERS("the end hands back what vendors can be told", test_end_hands_back),
		WITH_USERS("the end is for root, and for nobody's ring but a user's",
			   test_end_is_for_root),
		UNIT_TEST("stash refuses a terminal, a file and wrong arguments", test_by_hand),
	};

	return cmocka_run_group_tests_name("stash", tests, copy_stash, remove_stash);
}
