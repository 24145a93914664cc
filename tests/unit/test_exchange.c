/* SPDX-License-Identifier: BSD-3-Clause */
/* The caller's side of an exchange, without a process: what is sent, what is believed, and the record that comes of it. */
#include "tests/unit/answers.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/exchange_parts.h"
#include "common/fetch/request.h"

static char vendor_path[] = "/etc/apitoken/vendors.d/test.conf";
static char token_url[] = "https://vendor.test/token";

static struct dialect dialect;
static struct vendor vendor;
static struct exchange exchange;

static int setup(void **state)
{
	(void)state;
	answers_dialect(&dialect, answers_oauth2, "[step refresh]\nurl = {token_url}\nfield.refresh_token = {refresh_token}\n");
	vendor = (struct vendor){ .name = "test", .path = vendor_path, .token_url = token_url, .timeout = 10 };
	exchange = (struct exchange){ .vendor = &vendor, .dialect = &dialect, .fetch_uid = 65534, .username = "alice" };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dialect_release(&dialect);
	return 0;
}

static void test_token_check(void **state)
{
	static const struct {
		const char *token;
		bool b64, visible;
	} rows[] = {
		{ "a", true, true }, { "", false, false }, { "=", false, true }, { "==", false, true }, { "a=", true, true }, { "a==", true, true },
		{ "a=b", false, true }, { "a b", false, false }, { "a:b", false, true }, { "a\"b", false, false }, { "a\\b", false, false }, { "-._~+/", true, true },
		{ "\xc3\xa4", false, false }, { "a\n", false, false },
	};
	char *longest = malloc(TOKEN_MAX + 2);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(token_check(rows[i].token, strlen(rows[i].token), false), rows[i].b64 ? 0 : -1);
		assert_int_equal(token_check(rows[i].token, strlen(rows[i].token), true), rows[i].visible ? 0 : -1);
	}
	assert_non_null(longest);
	memset(longest, 'a', TOKEN_MAX + 2);
	assert_int_equal(token_check(longest, TOKEN_MAX, false), 0);
	assert_int_equal(token_check(longest, TOKEN_MAX + 1, false), -1);
	assert_int_equal(token_check(longest, TOKEN_MAX + 1, true), -1);
	assert_int_equal(token_check(NULL, 0, true), -1);
	assert_int_equal(token_check("a\0b", 3, true), -1);
	free(longest);
}

/* ---- replies ---- */

struct reply_field {
	const char *name, *value;
	size_t length; /* 0: strlen() */
};

static int believe(const struct reply_field fields[], size_t count, struct exchange_answer *answer)
{
	struct message request, reply;
	int result;

	assert_int_equal(message_init_request(&request, MESSAGE_FETCH_REQUEST, 64, NULL), 0);
	assert_int_equal(message_init_reply(&reply, MESSAGE_FETCH_REPLY, &request, MESSAGE_REPLY_MAX, NULL), 0);
	for (size_t i = 0; i < count && fields[i].name != NULL; i++)
		message_put(&reply, fields[i].name, fields[i].value, fields[i].length == 0 ? strlen(fields[i].value) : fields[i].length);
	assert_true(secret_ok(&reply.body));
	memset(answer, 0, sizeof(*answer));
	result = exchange_reply(&exchange, &reply, answer);
	if (result < 0) {
		assert_null(answer->access_token.bytes);
		assert_null(answer->refresh_token.bytes);
	}
	message_release(&request);
	message_release(&reply);
	return result;
}

static void test_good_reply(void **state)
{
	static const struct reply_field fields[] = {
		{ "verdict", "success", 0 }, { "status", "200", 0 }, { "access_token", "acc", 0 }, { "refresh_token", "ref", 0 }, { "lifetime", "3600", 0 },
		{ "lifetime_from", "data[type=x].expires-in", 0 }, { "refresh_lifetime", "1209600", 0 }, { "subject", "alice", 0 }, { "sandbox", "landlock=7", 0 },
	};
	struct exchange_answer answer;

	(void)state;
	assert_int_equal(believe(fields, sizeof(fields) / sizeof(fields[0]), &answer), 0);
	assert_string_equal(answer.access_token.bytes, "acc");
	assert_string_equal(answer.refresh_token.bytes, "ref");
	assert_int_equal(answer.lifetime, 3600);
	assert_int_equal(answer.refresh_lifetime, 1209600);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.subject, "alice");
	assert_string_equal(answer.lifetime_from, "data[type=x].expires-in");
	exchange_answer_release(&answer);
}

static char long_token[TOKEN_MAX + 2];

/* Each row is a lie; "success" is never believed of it. */
static void test_lies(void **state)
{
	static const struct reply_field rows[][6] = {
		{ { NULL, NULL, 0 } },
		{ { "verdict", "", 0 }, { "access_token", "t", 0 }, { "lifetime", "1", 0 } },
		{ { "verdict", "SUCCESS", 0 }, { "access_token", "t", 0 }, { "lifetime", "1", 0 } },
		{ { "verdict", "success\0x", 9 }, { "access_token", "t", 0 }, { "lifetime", "1", 0 } },
		{ { "verdict", "success", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "t", 0 } },
		{ { "verdict", "success", 0 }, { "lifetime", "1", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "a b", 0 }, { "lifetime", "1", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "a\nb", 0 }, { "lifetime", "1", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "a\0b", 3 }, { "lifetime", "1", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "a\x1b[31m", 0 }, { "lifetime", "1", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", long_token, 0 }, { "lifetime", "1", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "t", 0 }, { "lifetime", "0", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "t", 0 }, { "lifetime", "-1", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "t", 0 }, { "lifetime", "31536001", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "t", 0 }, { "lifetime", "1e3", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "t", 0 }, { "lifetime", "99999999999999999999", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "t", 0 }, { "lifetime", "1", 0 }, { "refresh_lifetime", "31536001", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "t", 0 }, { "lifetime", "1", 0 }, { "refresh_token", "\"", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "t", 0 }, { "lifetime", "1", 0 }, { "refresh_token", long_token + 1, 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "t", 0 }, { "lifetime", "1", 0 }, { "status", "600", 0 } },
		{ { "verdict", "success", 0 }, { "access_token", "t", 0 }, { "lifetime", "1", 0 }, { "retry_after", "3601", 0 } },
	};
	struct exchange_answer answer;

	(void)state;
	memset(long_token, 'a', sizeof(long_token) - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(believe(rows[i], 6, &answer), -1);
		assert_int_equal(answer.verdict, VERDICT_UNAVAILABLE);
		assert_string_not_equal(answer.message, "");
	}
}

/* Tokens beside a refusal are not taken, and nothing it writes reaches a terminal raw. */
static void test_texts(void **state)
{
	static const struct reply_field fields[] = {
		{ "verdict", "refused", 0 }, { "message", "\x1b[31mno\nlogin: ok", 0 }, { "code", "a b", 0 }, { "rule", "../x\n", 0 }, { "access_token", "t", 0 },
		{ "status", "400", 0 },
	};
	struct exchange_answer answer;

	(void)state;
	assert_int_equal(believe(fields, 6, &answer), -1);
	assert_int_equal(answer.verdict, VERDICT_REFUSED);
	assert_string_equal(answer.message, "\\x1b[31mno\\x0alogin: ok");
	assert_string_equal(answer.code, "");
	assert_string_equal(answer.rule, "");
}

static void test_random_replies(void **state)
{
	(void)state;
	srandom(7);
	for (int i = 0; i < 20000; i++) {
		struct message reply = { .type = MESSAGE_FETCH_REPLY };
		struct exchange_answer answer;
		char bytes[96];
		size_t length = (size_t)random() % sizeof(bytes);

		for (size_t k = 0; k < length; k++)
			bytes[k] = (char)random();
		assert_int_equal(secret_set(&reply.body, bytes, length), 0);
		memset(&answer, 0, sizeof(answer));
		assert_int_equal(exchange_reply(&exchange, &reply, &answer), -1);
		message_release(&reply);
	}
}

static void test_refresh_none(void **state)
{
	static const struct reply_field fields[] = {
		{ "verdict", "success", 0 }, { "access_token", "acc", 0 }, { "refresh_token", "ref", 0 }, { "lifetime", "3600", 0 },
		{ "refresh_lifetime", "60", 0 },
	};
	struct exchange_answer answer;

	(void)state;
	vendor.refresh = VENDOR_REFRESH_NONE;
	assert_int_equal(believe(fields, 5, &answer), 0);
	assert_null(answer.refresh_token.bytes);
	assert_int_equal(answer.refresh_lifetime, 0);
	exchange_answer_release(&answer);
	dialect.refresh = REFRESH_NONE;
	vendor.refresh = VENDOR_REFRESH_AUTO;
	assert_int_equal(believe(fields, 5, &answer), 0);
	assert_null(answer.refresh_token.bytes);
	exchange_answer_release(&answer);
	vendor.refresh = VENDOR_REFRESH_TRY;
	assert_int_equal(believe(fields, 5, &answer), 0);
	assert_non_null(answer.refresh_token.bytes);
	exchange_answer_release(&answer);
}

/* ---- requests ---- */

static void test_request(void **state)
{
	struct secret password;
	struct message message;
	struct request request;
	struct error error = { .code = ERROR_NONE };

	(void)state;
	assert_int_equal(secret_set(&password, "p\0ss\xff", 5), 0);
	exchange.password = &password;
	vendor.default_lifetime = 900;
	assert_int_equal(exchange_request(&exchange, &message, &error), 0);
	if (request_parse(&message, &request, &error) < 0)
		fail_msg("%s", error.text);
	assert_string_equal(request.operation, "login");
	assert_int_equal(request.timeout_ms, 10000);
	assert_int_equal(request.default_lifetime, 900);
	assert_true(request.keep_refresh);
	assert_null(request.ca);
	assert_string_equal(request.proxy, "");
	assert_int_equal(request.dialect.entries_count, dialect.entries_count);
	assert_int_equal(request.dialect.rules_count, dialect.rules_count);
	assert_string_equal(request.dialect.rules[1].name, dialect.rules[1].name);
	assert_int_equal(variables_find(&request.variables, "password")->length, 5);
	assert_memory_equal(variables_find(&request.variables, "password")->bytes, "p\0ss\xff", 5);
	assert_string_equal(variables_find(&request.variables, "username")->bytes, "alice");
	assert_null(variables_find(&request.variables, "client_secret"));
	request_release(&request);
	message_release(&message);
	secret_release(&password);
}

/* A request cut or changed anywhere is refused or read, and never more than that. */
/* Root's own programs (apitoken login, check, logout) configure no uid; without one fetch would refuse to start. */
static void test_root_names_a_uid(void **state)
{
	static const struct {
		uid_t configured;
		int64_t sent;
	} rows[] = { { 0, 65534 }, { 65534, 65534 }, { 990, 990 } };
	struct message message;
	int64_t uid;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		exchange.operation = OPERATION_LOGIN;
		exchange.fetch_uid = rows[i].configured;
		assert_int_equal(exchange_request(&exchange, &message, NULL), 0);
		uid = -1;
		assert_int_equal(message_number(&message, "uid", 0, UINT32_MAX, &uid), geteuid() == 0 ? 0 : -1);
		assert_int_equal(uid, geteuid() == 0 ? rows[i].sent : -1);
		message_release(&message);
	}
}

static void test_damaged_requests(void **state)
{
	struct message message;
	struct request request;

	(void)state;
	assert_int_equal(exchange_request(&exchange, &message, NULL), 0);
	srandom(5);
	for (size_t i = 0; i < 3000; i++) {
		struct message damaged = { .type = MESSAGE_FETCH_REQUEST };
		size_t length = i < message.body.length ? i : message.body.length;

		assert_int_equal(secret_set(&damaged.body, message.body.bytes, length), 0);
		if (i >= message.body.length)
			damaged.body.bytes[(size_t)random() % length] ^= (char)(1 << (random() % 8));
		request_parse(&damaged, &request, NULL);
		request_release(&request);
		message_release(&damaged);
	}
	message_release(&message);
}

/* ---- records ---- */

static struct record make_record(const struct record *old, int64_t lifetime, int64_t refresh_lifetime, const char *refresh_token, int64_t now)
{
	struct exchange_answer answer = { .verdict = VERDICT_SUCCESS, .lifetime = lifetime, .refresh_lifetime = refresh_lifetime };
	struct record record;

	assert_int_equal(secret_set(&answer.access_token, "acc", 3), 0);
	if (refresh_token != NULL)
		assert_int_equal(secret_set(&answer.refresh_token, refresh_token, strlen(refresh_token)), 0);
	assert_int_equal(exchange_record(&exchange, &answer, old, "alice", (struct moment){ .utc = now * 1000, .uptime = now * 1000 }, &record, NULL), 0);
	assert_null(answer.access_token.bytes);
	exchange_answer_release(&answer);
	return record;
}

static void test_record_of_login(void **state)
{
	struct record record = make_record(NULL, 3600, 1800, "r1", 1000);

	(void)state;
	assert_string_equal(record.vendor, "test");
	assert_string_equal(record.account, "alice");
	assert_int_equal(record.generation, 1);
	assert_int_equal(record.login_at, 1000);
	assert_int_equal(record.obtained_at, 1000);
	assert_int_equal(record.access_expires_at, 4600);
	assert_int_equal(record.refresh_expires_at, 2800);
	assert_string_equal(record.refresh_token.bytes, "r1");
	record_release(&record);
	record = make_record(NULL, 3600, 1800, NULL, 1000);
	assert_int_equal(record.refresh_expires_at, 0);
	record_release(&record);
}

static void test_record_of_refresh(void **state)
{
	struct record first = make_record(NULL, 3600, 1800, "r1", 1000);
	struct record second = make_record(&first, 600, 0, NULL, 2000);
	struct record third = make_record(&second, 600, 900, "r3", 2500);

	(void)state;
	assert_int_equal(second.generation, 2);
	assert_int_equal(second.login_at, 1000);
	assert_int_equal(second.obtained_at, 2000);
	assert_int_equal(second.access_expires_at, 2600);
	assert_string_equal(second.refresh_token.bytes, "r1");
	assert_int_equal(second.refresh_expires_at, 2800); /* the old token's end stays */
	assert_int_equal(third.generation, 3);
	assert_string_equal(third.refresh_token.bytes, "r3");
	assert_int_equal(third.refresh_expires_at, 3400);
	record_release(&first);
	record_release(&second);
	record_release(&third);
}

/* Apiax: 14 days from the password on, whatever a refresh brings. */
static void test_anchor(void **state)
{
	enum { DAY = 86400 };
	struct record first, second;

	(void)state;
	dialect.refresh_lifetime = 14 * DAY;
	dialect.refresh_anchored_at_login = true;
	first = make_record(NULL, 1800, 0, "r1", 1000);
	second = make_record(&first, 1800, 0, "r2", 1000 + 10 * DAY);
	assert_int_equal(first.refresh_expires_at, 1000 + 14 * DAY);
	assert_int_equal(second.refresh_expires_at, 1000 + 14 * DAY);
	record_release(&second);
	second = make_record(&first, 1800, 60 * DAY, "r2", 1000 + 10 * DAY);
	assert_int_equal(second.refresh_expires_at, 1000 + 14 * DAY);
	record_release(&second);
	second = make_record(&first, 1800, DAY, "r2", 1000 + 10 * DAY);
	assert_int_equal(second.refresh_expires_at, 1000 + 11 * DAY);
	record_release(&second);
	dialect.refresh_anchored_at_login = false;
	second = make_record(&first, 1800, 0, "r2", 1000 + 10 * DAY);
	assert_int_equal(second.refresh_expires_at, 1000 + 24 * DAY);
	record_release(&second);
	record_release(&first);
}

static void test_no_refresh_kept(void **state)
{
	struct record first = make_record(NULL, 3600, 1800, "r1", 1000), second;

	(void)state;
	vendor.refresh = VENDOR_REFRESH_NONE;
	second = make_record(&first, 600, 900, "r2", 2000);
	assert_null(second.refresh_token.bytes);
	assert_int_equal(second.refresh_expires_at, 0);
	record_release(&first);
	record_release(&second);
}

#define TEST(sentence, function) UNIT_TEST_SETUP(sentence, function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("BOD-05 BOD-06 what may be a token", test_token_check),
		TEST("a sound reply is taken", test_good_reply),
		TEST("HLP-07 a lying fetch is not believed: tokens, sizes, times", test_lies),
		TEST("HLP-07 a lying fetch's texts come out printable, its tokens beside a refusal not at all", test_texts),
		TEST("HLP-07 HLP-05 random replies never mean success", test_random_replies),
		TEST("refresh = none keeps no refresh token, refresh = try does", test_refresh_none),
		TEST("a request arrives at fetch as it was flattened", test_request),
		TEST("root's request always names a uid for fetch", test_root_names_a_uid),
		TEST("HLP-05 a request cut or changed anywhere does no harm", test_damaged_requests),
		TEST("a login's record", test_record_of_login),
		TEST("BOD-15 a refresh's record keeps the old refresh token where none came", test_record_of_refresh),
		TEST("a refresh life counted from the login is not prolonged", test_anchor),
		TEST("a record without refresh", test_no_refresh_kept),
	};

	return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
