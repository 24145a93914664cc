/* SPDX-License-Identifier: BSD-3-Clause */
/* What an answer says about time, read whole: defaults, references, refresh lives. */
#include "tests/unit/answers.h"

/* date: the vendor's Date header, 0: none; now: this machine's clock */
static struct outcome read_body_at(const struct dialect *dialect, const char *body, int64_t date, int64_t now)
{
	const struct sample sample = { .status = 200, .type = "application/json", .body = body, .date = date, .now = now };
	struct outcome outcome;

	answers_read(dialect, &sample, &outcome);
	outcome_release(&outcome);
	return outcome;
}

static struct outcome read_body(const struct dialect *dialect, const char *body, int64_t date)
{
	return read_body_at(dialect, body, date, ANSWERS_NOW);
}

static void check_lifetime(const struct dialect *dialect, const char *member, int64_t seconds, const char *from)
{
	struct outcome outcome;
	char body[256];

	snprintf(body, sizeof(body), "{\"access_token\":\"t\"%s%s}", member[0] == '\0' ? "" : ",", member);
	outcome = read_body(dialect, body, 0);
	assert_int_equal(outcome.verdict, VERDICT_SUCCESS);
	if (outcome.lifetime != seconds)
		fail_msg("%s: %lld", body, (long long)outcome.lifetime);
	assert_string_equal(outcome.lifetime_from, from);
}

static void test_unknown_takes_default(void **state)
{
	static const char *const unknown[] = { "", "\"expires_in\":NaN", "\"expires_in\":Infinity", "\"expires_in\":1e400", "\"expires_in\":3600.5",
					       "\"expires_in\":\"JAVA_TIMESTAMP\"", "\"expires_in\":99999999999999999999999", "\"expires_in\":true",
					       "\"expires_in\":null", "\"expires_in\":\"3600abc\"", "\"expires_at\":1600000000" };
	struct dialect dialect;

	(void)state;
	answers_dialect(&dialect, answers_oauth2, "[dialect]\ndefault_lifetime = 1800\n");
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		check_lifetime(&dialect, unknown[i], 1800, "default");
	check_lifetime(&dialect, "\"expires_in\":\"60\"", 60, "expires_in");
	check_lifetime(&dialect, "\"expires_in\":999999999", VENDOR_LIFETIME_MAX, "expires_in");
	dialect_release(&dialect);
	answers_dialect(&dialect, answers_oauth2, "");
	dialect.default_lifetime = 0;
	check_lifetime(&dialect, "", LIFETIME_DEFAULT, "default");
	dialect_release(&dialect);
}

static void test_ended(void **state)
{
	static const char *const ended[] = { "0", "-1", "\"0\"", "-9223372036854775807" };
	struct dialect dialect;
	char body[128];

	(void)state;
	answers_dialect(&dialect, answers_oauth2, "");
	for (size_t i = 0; i < sizeof(ended) / sizeof(ended[0]); i++) {
		snprintf(body, sizeof(body), "{\"access_token\":\"t\",\"expires_in\":%s}", ended[i]);
		assert_int_equal(answers_verdict(&dialect, body), VERDICT_UNAVAILABLE);
	}
	dialect_release(&dialect);
}

/* The vendor's clock may be a year off ours: its own login time or Date is the measure. */
static void test_references(void **state)
{
	struct dialect dialect;
	struct outcome outcome;

	(void)state;
	answers_dialect(&dialect, answers_oauth2, "");
	outcome = read_body(&dialect, "{\"access_token\":\"t\",\"expires_at\":1581277488,\"login_timestamp\":1581273888}", 1600000000);
	assert_int_equal(outcome.lifetime, 3600);
	outcome = read_body(&dialect, "{\"access_token\":\"t\",\"expires_at\":1600000900}", 1600000000);
	assert_int_equal(outcome.lifetime, 900);
	outcome = read_body(&dialect, "{\"access_token\":\"t\",\"expires_at\":1800000060}", 0);
	assert_int_equal(outcome.lifetime, 60);
	/* Where only a clock that cannot be right is there, an absolute end says nothing, and a duration what it always says. */
	outcome = read_body_at(&dialect, "{\"access_token\":\"t\",\"expires_at\":1800000060}", 0, 86400);
	assert_int_equal(outcome.verdict, VERDICT_SUCCESS);
	assert_string_equal(outcome.lifetime_from, "default");
	outcome = read_body_at(&dialect, "{\"access_token\":\"t\",\"expires_at\":1800000060}", 1800000000, 86400);
	assert_int_equal(outcome.lifetime, 60);
	outcome = read_body_at(&dialect, "{\"access_token\":\"t\",\"expires_in\":60}", 0, 86400);
	assert_int_equal(outcome.lifetime, 60);
	assert_string_equal(outcome.lifetime_from, "expires_in");
	/* Amino's older sample: the end is the login itself */
	outcome = read_body(&dialect, "{\"access_token\":\"t\",\"expires_at\":1538126476,\"login_timestamp\":1538126476}", 0);
	assert_int_equal(outcome.verdict, VERDICT_SUCCESS);
	assert_string_equal(outcome.lifetime_from, "default");
	dialect_release(&dialect);
}

static void test_refresh_lifetime(void **state)
{
	static const char zero[] = "{\"access_token\":\"t\",\"refresh_token\":\"r\",\"refresh_expires_in\":0}";
	const struct sample sample = { .status = 200, .type = "application/json", .body = zero };
	struct dialect unknown, ended;
	struct outcome outcome;

	(void)state;
	answers_dialect(&unknown, answers_oauth2, "");
	answers_dialect(&ended, answers_oauth2, "[answer login]\nrefresh_lifetime_zero = ended\n");
	assert_int_equal(answers_read(&unknown, &sample, &outcome), 0);
	assert_int_equal(outcome.refresh_lifetime, 0);
	assert_non_null(outcome.refresh_token.bytes);
	outcome_release(&outcome);
	assert_int_equal(answers_read(&ended, &sample, &outcome), 0);
	assert_null(outcome.refresh_token.bytes);
	outcome_release(&outcome);
	outcome = read_body(&ended, "{\"access_token\":\"t\",\"refresh_token\":\"r\",\"refresh_expires_in\":1800}", 0);
	assert_int_equal(outcome.refresh_lifetime, 1800);
	dialect_release(&unknown);
	dialect_release(&ended);
}

static void test_kinds(void **state)
{
	struct dialect dialect;
	struct outcome outcome;

	(void)state;
	answers_dialect(&dialect, answers_oauth2, "[answer login]\nlifetime_is = milliseconds\nlifetime = data.expires\n");
	outcome = read_body(&dialect, "{\"access_token\":\"t\",\"data\":{\"expires\":900000}}", 0);
	assert_int_equal(outcome.lifetime, 900);
	assert_string_equal(outcome.lifetime_from, "data.expires");
	dialect_release(&dialect);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("BOD-09 BOD-10 BOD-11 what is no usable lifetime becomes the default, and is marked", test_unknown_takes_default),
		UNIT_TEST("BOD-11 a token that has ended already is no success", test_ended),
		UNIT_TEST("BOD-11 absolute ends are measured by the vendor's clock", test_references),
		UNIT_TEST("a refresh life of zero is unknown or ended, as the dialect says", test_refresh_lifetime),
		UNIT_TEST("the dialect's kind of lifetime counts", test_kinds),
	};

	return cmocka_run_group_tests_name("answer_lifetime", tests, NULL, NULL);
}
