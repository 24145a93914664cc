/* SPDX-License-Identifier: BSD-3-Clause */
/* Records and a clock that is wrong, or is set while they lie in the keyring. */
#include "common/record.h"

#include <string.h>

#include "common/exchange.h"
#include "common/text.h"
#include "tests/unit/unit.h"

enum { LIFE = 3600, REFRESH_LIFE = 1209600, DAY = 86400 };

static const int64_t today = 1795300000; /* 2026-11-21 */
static const int64_t booted = 12345;     /* seconds before that */

/* What this machine's clock says, right or wrong, so many seconds after the boot. */
static struct moment at(int64_t utc, int64_t uptime)
{
	return (struct moment){ .utc = utc * 1000 + 321, .uptime = uptime * 1000 + 87 };
}

static void obtain(struct record *record, struct moment now)
{
	record_init(record);
	text_copy(record->vendor, sizeof record->vendor, "acme");
	text_copy(record->account, sizeof record->account, "alice");
	record->generation = 1;
	record_set_obtained(record, now);
	record->login_at = record->obtained_at;
	record->access_expires_at = record->obtained_at + LIFE;
	record->refresh_expires_at = record->obtained_at + REFRESH_LIFE;
	assert_int_equal(secret_set(&record->access_token, "access", 6), 0);
	assert_int_equal(secret_set(&record->refresh_token, "refresh", 7), 0);
}

/* The clock of the login, and what it was set to afterwards. */
static const int64_t clocks[] = {
	today, today - 1, today + 1, today - DAY, today + DAY, 0, 3600, 2147483647, /* 2038-01-19 */
	2147483648, 4102444800 /* 2100 */,
};
enum { CLOCKS = sizeof clocks / sizeof clocks[0] };

/* Within the second that two clocks may differ by; never before 1970. */
static void check_local(int64_t told, int64_t expected)
{
	if (expected < 1)
		expected = 1;
	if (told < expected - 1 || told > expected + 1)
		fail_msg("told %lld, expected %lld", (long long)told, (long long)expected);
}

static void check_ages(const struct record *record, int64_t clock)
{
	static const struct {
		int64_t age;
		enum record_state state;
	} rows[] = {
		{ 0, RECORD_FRESH },
		{ LIFE - 301, RECORD_FRESH },
		{ LIFE - 299, RECORD_RENEW },
		{ LIFE - 61, RECORD_RENEW },
		{ LIFE - 60, RECORD_EXPIRED },
		{ DAY, RECORD_EXPIRED },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct moment now = at(clock, booted + rows[i].age);
		const int64_t present = record_now_at(record, now);

		assert_int_equal(present - record->obtained_at, rows[i].age);
		if (record_state(record, present) != rows[i].state)
			fail_msg("clock %lld, age %lld: state %d", (long long)clock,
				 (long long)rows[i].age, (int)record_state(record, present));
		assert_true(record_refreshable(record, present));
		check_local(record_local_at(record, record->access_expires_at, now),
			    clock + LIFE - rows[i].age);
	}
}

static void test_a_clock_that_was_set(void **state)
{
	(void)state;
	for (size_t login = 0; login < CLOCKS; login++)
		for (size_t later = 0; later < CLOCKS; later++) {
			struct record record;

			obtain(&record, at(clocks[login], booted));
			check_ages(&record, clocks[later]);
			record_release(&record);
		}
}

/* Both clocks come to the next second together, wherever in a second the machine was started. */
static void test_seconds_begin_together(void **state)
{
	const struct moment login = { .utc = today * 1000 + 900, .uptime = booted * 1000 + 100 };
	struct record record;

	(void)state;
	obtain(&record, login);
	for (int64_t ms = 0; ms < 5000; ms += 50) {
		const struct moment now = { .utc = login.utc + ms, .uptime = login.uptime + ms };

		assert_int_equal(record_now_at(&record, now), now.utc / 1000);
	}
	record_release(&record);
}

/* What an older program stored is judged by the clock alone, which is believed as far as it makes sense. */
static void test_a_record_of_an_older_program(void **state)
{
	struct record record;

	(void)state;
	obtain(&record, at(today, booted));
	record.obtained_uptime = 0;
	assert_int_equal(record_now_at(&record, at(today + 5, 1)), today + 5);
	assert_int_equal(record_local_at(&record, today + 7, at(today + 5, 1)), today + 7);
	assert_int_equal(record_state(&record, today + LIFE - 61), RECORD_RENEW);
	assert_int_equal(record_state(&record, today), RECORD_FRESH);
	assert_int_equal(record_state(&record, today - 1), RECORD_EXPIRED);
	assert_int_equal(record_state(&record, 0), RECORD_EXPIRED);
	assert_true(record_obtained_since(&record, at(today, 1)));
	assert_false(record_obtained_since(&record, at(today + 1, 1)));
	record_release(&record);
}

static void test_who_was_first(void **state)
{
	struct record record;

	(void)state;
	obtain(&record, at(today, booted));
	for (size_t i = 0; i < CLOCKS; i++) {
		assert_true(record_obtained_since(&record, at(clocks[i], booted - 5)));
		assert_true(record_obtained_since(&record, at(clocks[i], booted)));
		assert_false(record_obtained_since(&record, at(clocks[i], booted + 1)));
	}
	record_release(&record);
}

/* A record from another time namespace, or a kernel's whim: what is not born yet is not good. */
static void test_negative_age(void **state)
{
	struct record record;

	(void)state;
	obtain(&record, at(today, booted));
	assert_int_equal(record_state(&record, record_now_at(&record, at(today, booted - 2))),
			 RECORD_EXPIRED);
	assert_int_equal(record_state(&record, record_now_at(&record, at(today, 0))),
			 RECORD_EXPIRED);
	record_release(&record);
}

static void test_a_refresh_after_a_step(void **state)
{
	static const struct vendor vendor = { .name = "acme" };
	static const struct dialect dialect = { .refresh = REFRESH_KEEP, .refresh_lifetime = REFRESH_LIFE, .refresh_anchored_at_login = true };
	static const struct exchange exchange = { .operation = OPERATION_REFRESH, .vendor = &vendor, .dialect = &dialect };

	(void)state;
	for (size_t i = 0; i < CLOCKS; i++) {
		struct exchange_answer answer = { .verdict = VERDICT_SUCCESS, .lifetime = LIFE };
		struct record old, fresh;
		const int64_t now = clocks[i] + 2 * LIFE;

		obtain(&old, at(today, booted));
		assert_int_equal(secret_set(&answer.access_token, "second", 6), 0);
		assert_int_equal(exchange_record(&exchange, &answer, &old, "alice", at(now, booted + 1000), &fresh, NULL), 0);
		assert_int_equal(fresh.obtained_at, now);
		assert_int_equal(fresh.access_expires_at, now + LIFE);
		check_local(fresh.login_at, now - 1000);
		check_local(fresh.refresh_expires_at, now - 1000 + REFRESH_LIFE);
		exchange_answer_release(&answer);
		record_release(&old);
		record_release(&fresh);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("a token's age is what has passed, whatever the clock was set to",
			  test_a_clock_that_was_set),
		UNIT_TEST("while nobody sets the clock, a record's time is the clock's",
			  test_seconds_begin_together),
		UNIT_TEST("an older program's record is judged by the clock, and not before its time",
			  test_a_record_of_an_older_program),
		UNIT_TEST("what came later is told by what has passed, not by the clock",
			  test_who_was_first),
		UNIT_TEST("a negative age is no good token", test_negative_age),
		UNIT_TEST("a refresh after a step counts the login's life on the new clock",
			  test_a_refresh_after_a_step),
	};

	return cmocka_run_group_tests_name("record_clock", tests, NULL, NULL);
}
