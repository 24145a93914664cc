/* SPDX-License-Identifier: BSD-3-Clause */
/* What other users can do to a record, and what they cannot. */

#include "tests/unit/keyring_acts.h"

static void store_in_shared_session(void *nothing)
{
	(void)nothing;
	/* As pam_keyinit does at login; su without it takes this session along. */
	CHECK(keyctl_link(KEY_SPEC_USER_KEYRING, KEY_SPEC_SESSION_KEYRING) == 0);
	store(4, 'g');
	shared->serial = found();
}

static int32_t users_ring_in_session(void)
{
	int32_t ring[16];
	const long bytes = keyctl_read(KEY_SPEC_SESSION_KEYRING, (char *)ring, sizeof ring);
	char text[128], start[32];

	snprintf(start, sizeof start, "keyring;%u;", alice);
	for (long i = 0; i < bytes / 4; i++)
		if (keyctl_describe(ring[i], text, sizeof text) > 0 &&
		    strncmp(text, start, strlen(start)) == 0)
			return ring[i];
	return -1;
}

static void attack_from_session(void *nothing)
{
	const int32_t ring = users_ring_in_session();
	char text[64];

	(void)nothing;
	CHECK(ring > 0);
	CHECK(keyctl_read(shared->serial, text, sizeof text) == -1 && errno == EACCES);
	CHECK(keyctl_update(shared->serial, "EVIL", 4) == -1 && errno == EACCES);
	CHECK(add_key("user", description, "EVIL", 4, ring) == -1 && errno == EACCES);
	CHECK(keyctl_link(shared->serial, KEY_SPEC_USER_KEYRING) == -1);
	CHECK(keyctl_setperm(shared->serial, 0x3f3f3f3f) == -1);
	CHECK(keyctl_chown(shared->serial, bob, bob) == -1);
	CHECK(keyctl_invalidate(shared->serial) == -1);
	CHECK(keyctl_revoke(shared->serial) == -1);
	CHECK(keyctl_set_timeout(shared->serial, 1) == -1);
	CHECK(keyctl_search(KEY_SPEC_SESSION_KEYRING, "user", description, 0) == -1);
	expect_failure(ERROR_NO_TOKEN);
}

/* The ring itself is possessed through the session, so a link in it can be exchanged. */
static void plant_from_session(void *nothing)
{
	const int32_t ring = users_ring_in_session();
	const int32_t planted =
		add_key("user", description, "EVIL", 4, KEY_SPEC_PROCESS_KEYRING);

	(void)nothing;
	CHECK(planted > 0 && keyctl_setperm(planted, 0x3f3f3f3f) == 0);
	CHECK(keyctl_link(planted, ring) == 0);
}

static void unlink_from_session(void *nothing)
{
	(void)nothing;
	CHECK(keyctl_clear(users_ring_in_session()) == 0);
}

static void expect_good(void *nothing)
{
	(void)nothing;
	expect(4, 'g');
}

static void expect_planted(void *nothing)
{
	struct keyring_item items[4];
	struct error error = { 0 };

	(void)nothing;
	expect_failure(ERROR_KEYRING);
	CHECK(keyring_list(items, 4, &error) == 0);
	store(4, 'g');
	expect(4, 'g');
}

static void share_a_session(void *nothing)
{
	(void)nothing;
	CHECK(keyctl_join_session_keyring(NULL) > 0);
	act_as(alice, store_in_shared_session, NULL);
	act_as(bob, attack_from_session, NULL);
	act_as(alice, expect_good, NULL);
	act_as(bob, plant_from_session, NULL);
	act_as(alice, expect_planted, NULL);
	act_as(bob, unlink_from_session, NULL);
	act_as(alice, expect_nothing, NULL);
}

static void test_shared_session(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(0, share_a_session, NULL);
}

/* By way of @p: whoever does not possess the ring could not open the key to all. */
static void plant(int32_t ring)
{
	const int32_t key = add_key("user", description, "EVIL", 4, KEY_SPEC_PROCESS_KEYRING);

	CHECK(key > 0 && keyctl_setperm(key, 0x3f3f3f3f) == 0);
	CHECK(keyctl_link(key, ring) == 0);
	CHECK(keyctl_clear(KEY_SPEC_PROCESS_KEYRING) == 0);
}

static void plant_in_session(void *nothing)
{
	(void)nothing;
	plant(KEY_SPEC_SESSION_KEYRING);
}

static void plant_in_own_rings(void *nothing)
{
	(void)nothing;
	plant(KEY_SPEC_USER_SESSION_KEYRING);
	plant(KEY_SPEC_THREAD_KEYRING);
	CHECK(add_key("user", description, "EVIL", 4, KEY_SPEC_PROCESS_KEYRING) > 0);
	expect_failure(ERROR_NO_TOKEN);
	keyring_unreserve();
	store(4, 'g');
	expect(4, 'g');
	CHECK(keyctl_unlink((int32_t)keyctl_search(KEY_SPEC_USER_SESSION_KEYRING, "user",
						   description, 0),
			    KEY_SPEC_USER_SESSION_KEYRING) == 0);
}

static void make_nested(void *nothing)
{
	const int32_t ring =
		add_key("keyring", "nested", NULL, 0, KEY_SPEC_SESSION_KEYRING);

	(void)nothing;
	CHECK(ring > 0 && keyctl_setperm(ring, 0x3f3f3f3f) == 0);
	CHECK(keyctl_link(ring, KEY_SPEC_USER_KEYRING) == 0);
	shared->serial = ring;
}

static void plant_in_nested(void *nothing)
{
	(void)nothing;
	plant(shared->serial);
}

static void expect_nested_refused(void *nothing)
{
	(void)nothing;
	expect_failure(ERROR_KEYRING);
	store(4, 'g');
	expect(4, 'g');
}

static void plant_everywhere(void *nothing)
{
	(void)nothing;
	CHECK(keyctl_join_session_keyring(NULL) > 0);
	CHECK(keyctl_setperm(KEY_SPEC_SESSION_KEYRING, 0x3f3f3f3f) == 0);
	act_as(bob, plant_in_session, NULL);
	act_as(alice, expect_nothing, NULL);
	act_as(alice, plant_in_own_rings, NULL);
	act_as(alice, clear_ring, NULL);
	act_as(alice, make_nested, NULL);
	act_as(bob, plant_in_nested, NULL);
	act_as(alice, expect_nested_refused, NULL);
}

static void test_planted_keys(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(0, plant_everywhere, NULL);
}

static void expect_refusal(void)
{
	struct keyring_item items[4];
	struct secret payload;
	struct error error = { 0 };

	CHECK(try_store(4, 'x', &error) == -1 && error.code == ERROR_POLICY);
	CHECK(keyring_reserve(description, 10, &error) == -1 && error.code == ERROR_POLICY);
	CHECK(keyring_read(description, &payload, &error) == -1 && error.code == ERROR_POLICY);
	CHECK(keyring_list(items, 4, &error) == -1 && error.code == ERROR_POLICY);
	CHECK(keyring_remove(description, &error) == -1 && error.code == ERROR_POLICY);
}

static void mix_ids(void *ids)
{
	const uid_t *mix = ids;

	CHECK(setresuid(mix[0], mix[1], mix[2]) == 0);
	expect_refusal();
}

static void test_mixed_ids(void **state)
{
	const uid_t mixes[][3] = { { alice, 0, 0 }, { alice, bob, bob }, { bob, bob, 0 } };

	(void)state;
	NEED_KEYRINGS();
	for (size_t i = 0; i < 3; i++)
		act_as(0, mix_ids, (void *)(uintptr_t)mixes[i]);
	act_as(alice, expect_nothing, NULL);
	act_as(bob, expect_nothing, NULL);
}

static void store_good(void *nothing)
{
	(void)nothing;
	store(4, 'g');
}

static void test_nobody_elses_ring(void **state)
{
	(void)state;
	NEED_KEYRINGS();
	act_as(alice, store_good, NULL);
	act_as(bob, expect_nothing, NULL);
	act_as(0, expect_nothing, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_USERS("KEY-01 KEY-16 who shares the session keyring can neither read nor "
			   "change a token, and what he plants is refused", test_shared_session),
		WITH_USERS("KEY-02 planted keys in @s, @us, @p, @t and nested keyrings are not taken",
			   test_planted_keys),
		WITH_USERS("KEY-03 mixed user ids are refused, and no ring changes",
			   test_mixed_ids),
		WITH_USERS("KEY-03 what alice stores is in nobody else's ring",
			   test_nobody_elses_ring),
	};

	return cmocka_run_group_tests_name("keyring_users", tests, share_memory, NULL);
}
