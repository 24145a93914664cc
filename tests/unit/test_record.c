/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/sha256.h"
#include "common/text.h"
#include "tests/unit/unit.h"

static const int64_t login = 1700000000;

static void fill(struct record *record, const char *access, const char *refresh)
{
	record_init(record);
	text_copy(record->vendor, sizeof record->vendor, "apiax");
	text_copy(record->account, sizeof record->account, "j\xc3\xbcrg@example.com");
	record->generation = 7;
	record->login_at = login;
	record->obtained_at = login + 100;
	record->obtained_uptime = 5000;
	record->access_expires_at = login + 1900;
	record->refresh_expires_at = refresh != NULL ? login + 86400 : 0;
	assert_int_equal(secret_set(&record->access_token, access, strlen(access)), 0);
	if (refresh != NULL)
		assert_int_equal(secret_set(&record->refresh_token, refresh, strlen(refresh)), 0);
}

static void encode(const struct record *record, struct secret *payload)
{
	struct error error = { 0 };

	if (record_encode(record, payload, &error) != 0)
		fail_msg("%s", error.text);
}

static void assert_undecodable(const void *bytes, size_t length)
{
	struct error error = { 0 };
	struct secret payload;
	struct record record;

	assert_int_equal(secret_set(&payload, bytes, length), 0);
	assert_int_equal(record_decode(&payload, &record, &error), -1);
	assert_int_equal(error.code, ERROR_NO_TOKEN);
	assert_null(record.access_token.bytes);
	assert_null(record.refresh_token.bytes);
	secret_release(&payload);
}

/* Lines with a right checksum behind them. */
static size_t seal(char *out, size_t size, const char *lines)
{
	char digits[17];
	int length;

	sha256_hex(lines, strlen(lines), digits, 16);
	length = snprintf(out, size, "%schecksum=%s\n", lines, digits);
	assert_in_range(length, 1, (int)size - 1);
	return (size_t)length;
}

static int decode_lines(const char *lines, struct record *record)
{
	char bytes[4096];
	const size_t length = seal(bytes, sizeof bytes, lines);
	struct secret payload;
	struct error error;
	int result;

	assert_int_equal(secret_set(&payload, bytes, length), 0);
	result = record_decode(&payload, record, &error);
	if (result != 0)
		assert_int_equal(error.code, ERROR_NO_TOKEN);
	secret_release(&payload);
	return result;
}

static void test_payload_is_as_specified(void **state)
{
	static const char lines[] =
		"version=1\ngeneration=7\nvendor=apiax\naccount=j\xc3\xbcrg@example.com\n"
		"login_at=1700000000\nobtained_at=1700000100\nobtained_uptime=5000\n"
		"access_expires_at=1700001900\n"
		"refresh_expires_at=1700086400\naccess_token=eyJ.a-b_c/+~=\n"
		"refresh_token=r\nnote=none\n";
	char expected[1024];
	struct record record;
	struct secret payload;

	(void)state;
	fill(&record, "eyJ.a-b_c/+~=", "r");
	text_copy(record.note, sizeof record.note, "none");
	encode(&record, &payload);
	seal(expected, sizeof expected, lines);
	assert_string_equal(payload.bytes, expected);
	secret_release(&payload);
	record_release(&record);
}

static void test_round_trip(void **state)
{
	struct record record, got;
	struct secret payload;
	struct error error;

	(void)state;
	fill(&record, "access", "refresh");
	text_copy(record.note, sizeof record.note, "a note = with an equals sign");
	encode(&record, &payload);
	assert_int_equal(record_decode(&payload, &got, &error), 0);
	assert_string_equal(got.vendor, record.vendor);
	assert_string_equal(got.account, record.account);
	assert_string_equal(got.note, record.note);
	assert_int_equal(got.generation, 7);
	assert_int_equal(got.login_at, record.login_at);
	assert_int_equal(got.obtained_at, record.obtained_at);
	assert_int_equal(got.obtained_uptime, record.obtained_uptime);
	assert_int_equal(got.access_expires_at, record.access_expires_at);
	assert_int_equal(got.refresh_expires_at, record.refresh_expires_at);
	assert_string_equal(got.access_token.bytes, "access");
	assert_string_equal(got.refresh_token.bytes, "refresh");
	secret_release(&payload);
	record_release(&got);
	secret_release(&record.refresh_token);
	encode(&record, &payload);
	assert_int_equal(record_decode(&payload, &got, &error), 0);
	assert_null(got.refresh_token.bytes);
	secret_release(&payload);
	record_release(&got);
	record_release(&record);
}

static void test_damage_is_found(void **state)
{
	struct record record, got;
	struct secret payload;
	struct error error;

	(void)state;
	fill(&record, "access", "refresh");
	encode(&record, &payload);
	for (size_t cut = 0; cut < payload.length; cut++)
		assert_undecodable(payload.bytes, cut);
	for (size_t i = 0; i < payload.length; i++) {
		payload.bytes[i] ^= 1;
		assert_int_equal(record_decode(&payload, &got, &error), -1);
		assert_int_equal(error.code, ERROR_NO_TOKEN);
		payload.bytes[i] ^= 1;
	}
	assert_int_equal(record_decode(&payload, &got, &error), 0);
	record_release(&got);
	secret_release(&payload);
	record_release(&record);
}

#define SOUND "generation=1\nvendor=v\naccount=a\nlogin_at=1\nobtained_at=1\n" \
	      "access_expires_at=2\nrefresh_expires_at=0\n"

static void test_other_versions_are_refused(void **state)
{
	struct record record;

	(void)state;
	assert_int_equal(decode_lines("version=1\n" SOUND "access_token=t\n", &record), 0);
	record_release(&record);
	assert_int_equal(decode_lines("version=2\n" SOUND "access_token=t\n", &record), -1);
	assert_int_equal(decode_lines("version=01\n" SOUND "access_token=t\n", &record), -1);
	assert_int_equal(decode_lines(SOUND "access_token=t\n", &record), -1);
}

static void test_unknown_keys_are_skipped(void **state)
{
	struct record record;

	(void)state;
	assert_int_equal(decode_lines("version=1\n" SOUND "sem=12\naccess_token=t\nnew=\n",
				      &record), 0);
	assert_string_equal(record.access_token.bytes, "t");
	record_release(&record);
}

static void test_unsound_lines_are_refused(void **state)
{
	static const char *const bad[] = {
		"version=1\n" SOUND,                                   /* no access token */
		"version=1\n" SOUND "access_token=\n",
		"version=1\n" SOUND "access_token=t\naccess_token=t\n", /* repeated */
		"version=1\n" SOUND "access_token=t\nvendor=v\n",
		"version=1\n" SOUND "access_token=t\nrefresh_token=\n",
		"version=1\n" SOUND "access_token=a b\n",
		"version=1\n" SOUND "access_token=a\tb\n",
		"version=1\n" SOUND "access_token=a\x80\n",
		"version=1\n" SOUND "access_token=t\nnote=a\rb\n",
		"version=1\n" SOUND "access_token=t\nfuture=a\x1b[0m\n",
		"version=1\n" SOUND "access_token=t\nno equals sign\n",
		"version=1\n" SOUND "access_token=t\n=value\n",
		"version=1\n" SOUND "access_token=t\n\n",
		"version=1\n" SOUND "access_token=t",
		"version=1\ngeneration=0\nvendor=v\naccount=a\nlogin_at=1\nobtained_at=1\n"
		"access_expires_at=2\nrefresh_expires_at=0\naccess_token=t\n",
		"version=1\ngeneration=1\nvendor=../v\naccount=a\nlogin_at=1\nobtained_at=1\n"
		"access_expires_at=2\nrefresh_expires_at=0\naccess_token=t\n",
		"version=1\ngeneration=1\nvendor=v\naccount=\nlogin_at=1\nobtained_at=1\n"
		"access_expires_at=2\nrefresh_expires_at=0\naccess_token=t\n",
		"version=1\ngeneration=1\nvendor=v\naccount=a\nlogin_at=-1\nobtained_at=1\n"
		"access_expires_at=2\nrefresh_expires_at=0\naccess_token=t\n",
		"version=1\ngeneration=1\nvendor=v\naccount=a\nlogin_at= 1\nobtained_at=1\n"
		"access_expires_at=2\nrefresh_expires_at=0\naccess_token=t\n",
		"version=1\ngeneration=1\nvendor=v\naccount=a\nlogin_at=1\nobtained_at=1\n"
		"access_expires_at=9223372036854775807\nrefresh_expires_at=0\naccess_token=t\n",
		"version=1\ngeneration=18446744073709551617\nvendor=v\naccount=a\nlogin_at=1\n"
		"obtained_at=1\naccess_expires_at=2\nrefresh_expires_at=0\naccess_token=t\n",
	};
	struct record record;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (decode_lines(bad[i], &record) == 0)
			fail_msg("decoded, but should not: %s", bad[i]);
}

static void test_nul_is_refused(void **state)
{
	char bytes[1024];
	const char lines[] = "version=1\n" SOUND "access_token=t\nfuture=a";
	size_t length = sizeof lines; /* with its NUL */

	(void)state;
	memcpy(bytes, lines, length);
	bytes[length++] = '\n';
	memcpy(bytes + length, "checksum=", 9);
	sha256_hex(bytes, length, bytes + length + 9, 16);
	bytes[length + 25] = '\n';
	assert_undecodable(bytes, length + 26);
}

static void test_token_sizes(void **state)
{
	struct record record;
	struct secret payload;
	struct error error;
	char *access = calloc(1, TOKENS_MAX + 1), *refresh = calloc(1, TOKENS_MAX + 1);

	(void)state;
	assert_non_null(access);
	assert_non_null(refresh);
	memset(access, 'a', TOKENS_MAX - 4000);
	memset(refresh, 'r', 4000);
	fill(&record, access, refresh);
	memset(record.account, 'u', ACCOUNT_MAX - 1);
	memset(record.note, 'n', RECORD_NOTE_MAX - 1);
	encode(&record, &payload);
	assert_true(payload.length <= RECORD_PAYLOAD_MAX);
	secret_release(&payload);
	record_release(&record);
	refresh[4000] = 'r';
	fill(&record, access, refresh);
	assert_int_equal(record_encode(&record, &payload, &error), -1);
	assert_int_equal(error.code, ERROR_UNAVAILABLE);
	assert_non_null(strstr(error.text, "9001"));
	assert_null(payload.bytes);
	record_release(&record);
	free(access);
	free(refresh);
}

static void test_encode_refuses_what_decode_would(void **state)
{
	struct record record;
	struct secret payload;
	struct error error;

	(void)state;
	fill(&record, "access", "refresh");
	text_copy(record.account, sizeof record.account, "a\naccess_token=evil");
	assert_int_equal(record_encode(&record, &payload, &error), -1);
	text_copy(record.account, sizeof record.account, "a");
	record.access_token.bytes[0] = '\n';
	assert_int_equal(record_encode(&record, &payload, &error), -1);
	record.access_token.bytes[0] = 'a';
	record.generation = 0;
	assert_int_equal(record_encode(&record, &payload, &error), -1);
	record.generation = 1;
	record.access_expires_at = -1;
	assert_int_equal(record_encode(&record, &payload, &error), -1);
	record.access_expires_at = 1;
	record.obtained_uptime = -1;
	assert_int_equal(record_encode(&record, &payload, &error), -1);
	record.obtained_uptime = 1;
	text_copy(record.vendor, sizeof record.vendor, "A/B");
	assert_int_equal(record_encode(&record, &payload, &error), -1);
	record_release(&record);
}

static void test_descriptions(void **state)
{
	static const char *const foreign[] = {
		"apitoken:v1:", "apitoken:v2:apiax", "apitoken:v1:Apiax", "apitoken:v1:a/b",
		"apitoken:v1:a:", "apitoken:v1:a:0123456789abcde", "apitoken:v1:a:0123456789abcdef0",
		"apitoken:v1:a:0123456789abcdeF", "apitoken:handoff:v1:apiax", "krb5",
		"apitoken:v1:a23456789012345678901234567890123",
		"apitoken:v1:a:0123456789abcdef:b",
	};
	char description[RECORD_DESCRIPTION_MAX], vendor[VENDOR_NAME_MAX];
	bool further;

	(void)state;
	record_description(description, "apiax", NULL);
	assert_string_equal(description, "apitoken:v1:apiax");
	assert_int_equal(record_description_parse(description, vendor, &further), 0);
	assert_string_equal(vendor, "apiax");
	assert_false(further);
	record_description(description, "apiax", "abc");
	assert_string_equal(description, "apitoken:v1:apiax:ba7816bf8f01cfea");
	assert_int_equal(record_description_parse(description, vendor, &further), 0);
	assert_string_equal(vendor, "apiax");
	assert_true(further);
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		assert_int_equal(record_description_parse(foreign[i], vendor, &further), -1);
}

static void test_longest_names_fit(void **state)
{
	char description[RECORD_DESCRIPTION_MAX], vendor[VENDOR_NAME_MAX];
	const char longest[] = "a2345678901234567890123456789012";
	bool further;

	(void)state;
	assert_int_equal(sizeof longest, VENDOR_NAME_MAX);
	record_description(description, longest, "somebody");
	assert_int_equal(record_description_parse(description, vendor, &further), 0);
	assert_string_equal(vendor, longest);
}

struct life_row {
	int64_t life, left; /* seconds */
	bool refresh;
	enum record_state expected;
};

/* skew = min(60, life/10), renew below 300 s or half of a shorter life: bounds from both sides. */
static void test_states(void **state)
{
	static const struct life_row rows[] = {
		{ 3600, 3600, true, RECORD_FRESH },   { 3600, 300, true, RECORD_FRESH },
		{ 3600, 299, true, RECORD_RENEW },    { 3600, 299, false, RECORD_FRESH },
		{ 3600, 61, true, RECORD_RENEW },     { 3600, 61, false, RECORD_FRESH },
		{ 3600, 60, true, RECORD_EXPIRED },   { 3600, 60, false, RECORD_EXPIRED },
		{ 3600, -1, true, RECORD_EXPIRED },   { 300, 150, true, RECORD_FRESH },
		{ 300, 149, true, RECORD_RENEW },     { 300, 31, true, RECORD_RENEW },
		{ 300, 30, true, RECORD_EXPIRED },    { 10, 2, false, RECORD_FRESH },
		{ 10, 1, false, RECORD_EXPIRED },     { 1, 1, true, RECORD_FRESH },
		{ 1, 0, true, RECORD_EXPIRED },       { 0, 0, true, RECORD_EXPIRED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct record record;
		int64_t now;

		fill(&record, "access", rows[i].refresh ? "refresh" : NULL);
		record.access_expires_at = record.obtained_at + rows[i].life;
		now = record.access_expires_at - rows[i].left;
		if (record_state(&record, now) != rows[i].expected)
			fail_msg("life %lld, left %lld: state %d", (long long)rows[i].life,
				 (long long)rows[i].left, (int)record_state(&record, now));
		record_release(&record);
	}
}

static void test_minimum_life(void **state)
{
	static const struct {
		int64_t minimum, life, least; /* seconds; least: what is left of the oldest that is not renewed */
	} rows[] = {
		{ 300, 3600, 300 }, { 300, 600, 300 },	 { 300, 400, 300 },    { 300, 330, 300 },
		{ 300, 329, 164 },  { 300, 300, 150 },	 { 300, 60, 30 },      { 300, 10, 5 },
		{ 1200, 3600, 1200 }, { 1200, 1230, 1200 }, { 1200, 1229, 614 }, { 86400, 3600, 1800 },
		{ 600, 3600, 600 }, { 100, 3600, 100 },	 { 100, 130, 100 },    { 10, 20, 10 },
		{ 10, 19, 9 },	    { 86400, 4000000, 86400 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct record record;
		int64_t end;

		fill(&record, "access", "refresh");
		end = record.access_expires_at = record.obtained_at + rows[i].life;
		record.refresh_expires_at = 0;
		if (record_state_for(&record, end - rows[i].least, rows[i].minimum) != RECORD_FRESH ||
		    record_state_for(&record, end - rows[i].least + 1, rows[i].minimum) != RECORD_RENEW)
			fail_msg("minimum %lld, life %lld: not renewed below %lld", (long long)rows[i].minimum,
				 (long long)rows[i].life, (long long)rows[i].least);
		secret_release(&record.refresh_token);
		assert_int_equal(record_state_for(&record, end - rows[i].least + 1, rows[i].minimum),
				 RECORD_FRESH); /* it cannot be renewed */
		record_release(&record);
	}
}

/* However much is wanted: what was just renewed is not renewed again at once. */
static void test_no_renewal_at_each_call(void **state)
{
	(void)state;
	for (int64_t life = 2; life <= 3600; life++)
		for (int64_t minimum = 1; minimum <= VENDOR_MINIMUM_LIFE_MAX; minimum = minimum * 3 + 1) {
			const int64_t rest = life / 2 < RECORD_RENEW_SECONDS ? life / 2 : RECORD_RENEW_SECONDS;
			struct record record;

			fill(&record, "access", "refresh");
			record.access_expires_at = record.obtained_at + life;
			if (record_state_for(&record, record.obtained_at + rest - 1, minimum) != RECORD_FRESH)
				fail_msg("minimum %lld, life %lld: renewed within %lld s", (long long)minimum,
					 (long long)life, (long long)rest);
			record_release(&record);
		}
}

static void test_told_expiry(void **state)
{
	struct record record;

	(void)state;
	fill(&record, "access", NULL);
	assert_int_equal(record_told_expiry(&record), record.access_expires_at - 60);
	record.access_expires_at = record.obtained_at + 100;
	assert_int_equal(record_told_expiry(&record), record.access_expires_at - 10);
	record_release(&record);
}

static void test_refreshable(void **state)
{
	struct record record;

	(void)state;
	fill(&record, "access", "refresh");
	assert_true(record_refreshable(&record, record.refresh_expires_at - 1));
	assert_false(record_refreshable(&record, record.refresh_expires_at));
	record.refresh_expires_at = 0;
	assert_true(record_refreshable(&record, login + 900 * 86400));
	secret_release(&record.refresh_token);
	assert_false(record_refreshable(&record, login));
	record_release(&record);
}

static void test_keep_seconds(void **state)
{
	struct record record;

	(void)state;
	fill(&record, "access", "refresh");
	assert_int_equal(record_keep_seconds(&record, login), 86400);
	record.refresh_expires_at = login + 90 * 86400;
	assert_int_equal(record_keep_seconds(&record, login), RECORD_REFRESH_CAP);
	record.refresh_expires_at = 0;
	assert_int_equal(record_keep_seconds(&record, login), RECORD_REFRESH_CAP);
	record.refresh_expires_at = login + 60; /* ends before the access token */
	assert_int_equal(record_keep_seconds(&record, login), 1900);
	assert_int_equal(record_keep_seconds(&record, login + 60), 1840 + RECORD_AFTERLIFE);
	secret_release(&record.refresh_token);
	assert_int_equal(record_keep_seconds(&record, login), 1900 + RECORD_AFTERLIFE);
	assert_int_equal(record_keep_seconds(&record, login + 5000000), RECORD_AFTERLIFE);
	record_release(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("a record's payload is as record.h says", test_payload_is_as_specified),
		UNIT_TEST("a record comes back as it was", test_round_trip),
		UNIT_TEST("a record cut or changed at any byte is no token", test_damage_is_found),
		UNIT_TEST("a record of another version is no token",
			  test_other_versions_are_refused),
		UNIT_TEST("keys of a newer program are skipped", test_unknown_keys_are_skipped),
		UNIT_TEST("a record with unsound lines is no token",
			  test_unsound_lines_are_refused),
		UNIT_TEST("a record with a NUL is no token", test_nul_is_refused),
		UNIT_TEST("tokens up to 9000 bytes together fit, more is a clear error",
			  test_token_sizes),
		UNIT_TEST("nothing unsound is encoded", test_encode_refuses_what_decode_would),
		UNIT_TEST("descriptions name vendor and account's digest", test_descriptions),
		UNIT_TEST("the longest vendor name fits", test_longest_names_fit),
		UNIT_TEST("fresh, renew and expired at their bounds", test_states),
		UNIT_TEST("REF-10 a token has the life that is asked for, or half of all it can have",
			  test_minimum_life),
		UNIT_TEST("REF-10 no wish for life renews a token at each call",
			  test_no_renewal_at_each_call),
		UNIT_TEST("tools are told the end less the skew", test_told_expiry),
		UNIT_TEST("a refresh is tried while the refresh token lives", test_refreshable),
		UNIT_TEST("a record is kept for its refresh life, else a day longer",
			  test_keep_seconds),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
