/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <string.h>

#include "tests/vendor/options.h"
#include "tests/vendor/state.h"

static const struct dialect dialect = { .name = "test", .access_seconds = 100, .refresh_seconds = 1000, .prefix = "eyJh" };
static const struct dialect other = { .name = "other", .access_seconds = 1, .refresh_seconds = 1, .prefix = "" };
static const struct dialect anchored = { .name = "anchored", .access_seconds = 100, .refresh_seconds = 1000, .prefix = "",
					 .refresh_from_login = true };

static int fresh(void **state)
{
	(void)state;
	state_reset();
	user_put("alice", "secret", USER_ACTIVE);
	user_put("carol", "secret", USER_DISABLED);
	user_put("lena", "secret", USER_LOCKED);
	user_put("nora", "secret", USER_NOT_SET_UP);
	return 0;
}

static int done(void **state)
{
	(void)state;
	state_reset();
	return 0;
}

static struct issued login(const struct dialect *of)
{
	struct issued issued;

	assert_int_equal(login_with_password(of, "client", "alice", "secret", &issued), GRANT_OK);
	return issued;
}

static void passwords_are_judged(void **state)
{
	struct issued issued;

	(void)state;
	assert_int_equal(login_with_password(&dialect, "c", "alice", "wrong", &issued), GRANT_WRONG_PASSWORD);
	assert_int_equal(login_with_password(&dialect, "c", "nobody", "secret", &issued), GRANT_WRONG_PASSWORD);
	assert_int_equal(login_with_password(&dialect, "c", "lena", "secret", &issued), GRANT_WRONG_PASSWORD);
	assert_int_equal(login_with_password(&dialect, "c", "carol", "secret", &issued), GRANT_DISABLED);
	assert_int_equal(login_with_password(&dialect, "c", "nora", "secret", &issued), GRANT_NOT_SET_UP);
	assert_int_equal(login_with_password(&dialect, "c", "nora", "wrong", &issued), GRANT_WRONG_PASSWORD);
	issued = login(&dialect);
	assert_ptr_equal(token_live(issued.access->value), issued.access);
	assert_memory_equal(issued.access->value, "eyJh", 4);
	assert_int_equal(strlen(issued.access->value), options.access_length);
	assert_null(token_live(issued.refresh->value));
}

static void rotation_and_reuse(void **state)
{
	struct issued first = login(&dialect), second, third;

	(void)state;
	assert_int_equal(login_refresh(&dialect, "client", first.refresh->value, &second), GRANT_OK);
	assert_string_not_equal(second.refresh->value, first.refresh->value);
	assert_non_null(token_live(first.access->value));
	assert_int_equal(login_refresh(&dialect, "client", first.refresh->value, &third), GRANT_REUSED_TOKEN);
	assert_int_equal(login_refresh(&dialect, "client", second.refresh->value, &third), GRANT_ENDED_LOGIN);
	assert_null(token_live(second.access->value));
}

static void grace_and_other_rotations(void **state)
{
	struct issued first = login(&dialect), next;

	(void)state;
	options_set("reuse_grace_seconds", "1000");
	assert_int_equal(login_refresh(&dialect, "client", first.refresh->value, &next), GRANT_OK);
	assert_int_equal(login_refresh(&dialect, "client", first.refresh->value, &next), GRANT_OK);
	options_set("reuse_grace_seconds", "0");
	assert_int_equal(login_refresh(&dialect, "client", first.refresh->value, &next), GRANT_REUSED_TOKEN);
	first = login(&dialect);
	options_set("rotation", "keep");
	assert_int_equal(login_refresh(&dialect, "client", first.refresh->value, &next), GRANT_OK);
	assert_null(next.refresh);
	options_set("rotation", "reusable");
	assert_int_equal(login_refresh(&dialect, "client", first.refresh->value, &next), GRANT_OK);
	assert_int_equal(login_refresh(&dialect, "client", first.refresh->value, &next), GRANT_OK);
	assert_non_null(next.refresh);
}

static void wrong_refreshes_are_refused(void **state)
{
	struct issued issued = login(&dialect), next;

	(void)state;
	assert_int_equal(login_refresh(&dialect, "client", "unknown", &next), GRANT_UNKNOWN_TOKEN);
	assert_int_equal(login_refresh(&other, "client", issued.refresh->value, &next), GRANT_UNKNOWN_TOKEN);
	assert_int_equal(login_refresh(&dialect, "client", issued.access->value, &next), GRANT_UNKNOWN_TOKEN);
	assert_int_equal(login_refresh(&dialect, "thief", issued.refresh->value, &next), GRANT_OTHER_CLIENT);
	assert_int_equal(tokens_expire("alice", true), 1);
	assert_int_equal(login_refresh(&dialect, "client", issued.refresh->value, &next), GRANT_EXPIRED_TOKEN);
	assert_non_null(token_live(issued.access->value));
	issued = login(&dialect);
	user_put("alice", "secret", USER_DISABLED);
	assert_int_equal(login_refresh(&dialect, "client", issued.refresh->value, &next), GRANT_DISABLED);
	assert_null(token_live(issued.access->value));
}

static void lives_are_the_dialects_or_the_options(void **state)
{
	struct issued issued = login(&dialect), next;

	(void)state;
	assert_int_equal(issued.access->expires - issued.access->issued, 100 * 1000);
	assert_int_equal(issued.refresh->expires - issued.refresh->issued, 1000 * 1000);
	options_set("access_seconds", "3");
	issued = login(&dialect);
	assert_int_equal(issued.access->expires - issued.access->issued, 3 * 1000);
	issued = login(&anchored);
	assert_int_equal(login_refresh(&anchored, "client", issued.refresh->value, &next), GRANT_OK);
	assert_int_equal(next.refresh->expires, issued.login->started + 1000 * 1000);
}

static void ends(void **state)
{
	struct issued first = login(&dialect), second = login(&dialect);

	(void)state;
	assert_true(token_revoke(first.access->value));
	assert_null(token_live(first.access->value));
	assert_non_null(token_live(second.access->value));
	assert_false(token_revoke("unknown"));
	assert_true(token_revoke(second.refresh->value));
	assert_null(token_live(second.access->value));
	assert_int_equal(logins_end("bob", "test"), 0);
	assert_int_equal(logins_end("alice", "test"), 1);
	assert_int_equal(logins_end(NULL, "test"), 0);
}

static void options_take_only_what_they_can_have(void **state)
{
	(void)state;
	assert_int_equal(options_set("rotation", "keep"), 0);
	assert_int_equal(options_set("rotation", "kee"), -1);
	assert_int_equal(options_set("rotation", "rotate reusable"), -1);
	assert_int_equal(options_set("keycloak_status", "402"), -1);
	assert_int_equal(options_set("access_seconds", "-1"), -1);
	assert_int_equal(options_set("nothing", "1"), -1);
	assert_int_equal(options_set("access_seconds", "7"), 0);
	options_reset();
	assert_int_equal(options.access_seconds, 0);
	assert_string_equal(options.rotation, "rotate");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST_SETUP("test servers: passwords and user states are judged", passwords_are_judged, fresh, done),
		UNIT_TEST_SETUP("test servers: refresh tokens rotate, reuse ends the login", rotation_and_reuse, fresh, done),
		UNIT_TEST_SETUP("test servers: grace, kept and reusable refresh tokens", grace_and_other_rotations, fresh, done),
		UNIT_TEST_SETUP("test servers: wrong refreshes are refused", wrong_refreshes_are_refused, fresh, done),
		UNIT_TEST_SETUP("test servers: lives follow the dialect or the options", lives_are_the_dialects_or_the_options, fresh, done),
		UNIT_TEST_SETUP("test servers: revoking and killing end what they should", ends, fresh, done),
		UNIT_TEST_SETUP("test servers: options take only what they can have", options_take_only_what_they_can_have, fresh, done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
