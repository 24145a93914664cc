/* SPDX-License-Identifier: BSD-3-Clause */
/* Full quotas, and many processes at once. */
#include "common/message.h"
#include "common/sha256.h"
#include "tests/unit/keyring_acts.h"

enum { QUOTA_BYTES = 20000, QUOTA_KEYS = 200, SWAPS = 40 };

/* A filler that leaves exactly room bytes of the quota. */
static void leave_room(long room)
{
	static char filler[QUOTA_BYTES];
	const char *const name = "filler";
	long size;

	keyctl_unlink(find(name), KEY_SPEC_USER_KEYRING);
	settle();
	/* The description with its NUL counts, and four bytes for the link: keyrings(7). */
	size = QUOTA_BYTES - usage_now().bytes - room - (long)strlen(name) - 1 - 4;
	CHECK(size > 0);
	CHECK(add_key("user", name, filler, (size_t)size, KEY_SPEC_USER_KEYRING) > 0);
	CHECK(usage_now().bytes == QUOTA_BYTES - room);
}

static void sweep_quota(void *nothing)
{
	int stored = 0, refused = 0;
	char byte = 'a', other = 'b';

	(void)nothing;
	store(1000, byte);
	for (long room = 0; room < 1400; room += 41) {
		struct error error = { 0 };

		leave_room(room);
		if (try_store(1000, other, &error) == 0) {
			const char was = byte;

			byte = other;
			other = was;
			stored++;
		} else {
			CHECK(error.code == ERROR_KEYRING && error.errnum == EDQUOT);
			CHECK(strstr(error.text, "/proc/sys/kernel/keys/maxbytes") != NULL);
			refused++;
		}
		expect(1000, byte);
		CHECK(has_timeout(found()));
	}
	CHECK(stored > 3 && refused > 3);
}

static void test_quota_sweep(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, sweep_quota, NULL);
}

static void fill_with_keys(long leave)
{
	char name[32];

	settle();
	for (long i = usage_now().keys; i < QUOTA_KEYS - leave; i++) {
		snprintf(name, sizeof name, "filler%ld", i);
		CHECK(add_key("user", name, "x", 1, KEY_SPEC_USER_KEYRING) > 0);
	}
}

static void run_out_of_keys(void *nothing)
{
	struct error error = { 0 };

	(void)nothing;
	store(100, 'o');
	fill_with_keys(0);
	CHECK(try_store(100, 'n', &error) == -1);
	CHECK(error.code == ERROR_KEYRING);
	CHECK(strstr(error.text, "maxkeys") != NULL);
	CHECK(keyring_reserve(description, 100, &error) == -1 && error.code == ERROR_KEYRING);
	expect(100, 'o');
	CHECK(keyctl_unlink(find("filler50"), KEY_SPEC_USER_KEYRING) == 0);
	settle();
	store(100, 'n'); /* 199 of 200 keys */
	expect(100, 'n');
}

static void test_key_count(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, run_out_of_keys, NULL);
}

static void store_reserved(void *nothing)
{
	struct error error = { 0 };

	(void)nothing;
	store(3000, 'o');
	CHECK_OK(keyring_reserve(description, 4000, &error));
	leave_room(0);
	store(4000, 'n');
	expect(4000, 'n');
	CHECK(has_timeout(found()));
	/* Where nothing was reserved the same store fails. */
	leave_room(0);
	CHECK(try_store(4000, 'm', &error) == -1);
	expect(4000, 'n');
}

static void test_reserve(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, store_reserved, NULL);
}

static void reserve_beside_large(void *nothing)
{
	struct error error = { 0 };

	(void)nothing;
	store(9300, 'o');
	/* The largest record does not fit beside this one, but one of its size does. */
	CHECK_OK(keyring_reserve(description, RECORD_PAYLOAD_MAX, &error));
	store(9300, 'n');
	expect(9300, 'n');
	leave_room(9000);
	CHECK(keyring_reserve(description, RECORD_PAYLOAD_MAX, &error) == -1);
	CHECK(error.code == ERROR_KEYRING);
	leave_room(10000);
	CHECK_OK(keyring_reserve(description, RECORD_PAYLOAD_MAX, &error));
	keyring_unreserve();
	settle();
	CHECK(usage_now().bytes == QUOTA_BYTES - 10000);
}

static void test_reserve_beside_large(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, reserve_beside_large, NULL);
}


/* Each payload ends in the digest of the rest, as a record does: a torn one is found. */
static void swap_often(size_t size, char byte)
{
	for (int i = 0; i < SWAPS; i++) {
		struct secret payload;
		struct error error = { 0 };

		fill(&payload, size + (size_t)i, (char)(byte + i % 5));
		sha256_hex(payload.bytes, payload.length - 64, payload.bytes + payload.length - 64, 62);
		/* Displaced keys count until they are collected, so the quota may be met. */
		if (keyring_store(description, &payload, HOUR, &error) != 0)
			CHECK(error.errnum == EDQUOT);
		secret_release(&payload);
	}
}

static void read_often(void)
{
	const int64_t end = clock_monotonic_ms() + 60000;

	while (__atomic_load_n(&shared->writers, __ATOMIC_SEQ_CST) > 0 &&
	       clock_monotonic_ms() < end) {
		struct secret payload;
		struct error error = { 0 };
		char digits[65];

		CHECK_OK(keyring_read(description, &payload, &error));
		CHECK(payload.length > 64);
		sha256_hex(payload.bytes, payload.length - 64, digits, 62);
		CHECK(memcmp(digits, payload.bytes + payload.length - 64, 62) == 0);
		secret_release(&payload);
	}
}

static void read_while_swapping(void *nothing)
{
	pid_t actors[6];

	(void)nothing;
	swap_often(100, 'a');
	shared->writers = 2;
	for (int i = 0; i < 6; i++) {
		actors[i] = fork();
		CHECK(actors[i] >= 0);
		if (actors[i] == 0) {
			if (i >= 2)
				read_often();
			else
				swap_often(i == 0 ? 3000 : 9000, 'a');
			__atomic_sub_fetch(&shared->writers, i < 2, __ATOMIC_SEQ_CST);
			_exit(0);
		}
	}
	for (int i = 0; i < 6; i++) {
		int status = -1;

		CHECK(waitpid(actors[i], &status, 0) == actors[i]);
		CHECK(status == 0);
	}
}

static void test_read_while_swapping(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, read_while_swapping, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_USERS("KEY-06 at every fill of the quota the old token or the new one is whole",
			   test_quota_sweep),
		WITH_USERS("KEY-06 with 200 of 200 keys the old token stays, with 199 the new comes",
			   test_key_count),
		WITH_USERS("KEY-06 reserved room serves when the quota is full", test_reserve),
		WITH_USERS("KEY-06 beside a large record room of its size is reserved",
			   test_reserve_beside_large),
		WITH_USERS("KEY-15 readers never meet a torn or missing record during swaps",
			   test_read_while_swapping),
	};

	return cmocka_run_group_tests_name("keyring_quota", tests, share_memory, NULL);
}
