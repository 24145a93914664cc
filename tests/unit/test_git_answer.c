/* SPDX-License-Identifier: BSD-3-Clause */
/* What git is answered, byte by byte. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "git-credential/base64.h"
#include "git-credential/challenge.h"
#include "git-credential/git_answer.h"

static char host_name[] = "git.example.com", shared_name[] = "oauth2";

static void make_record(struct record *record, const char *token)
{
	record_init(record);
	text_copy(record->vendor, sizeof(record->vendor), "work");
	text_copy(record->account, sizeof(record->account), "alice");
	record->obtained_at = 1000000;
	record->access_expires_at = 1003600; /* skew: 60 s */
	assert_int_equal(secret_set(&record->access_token, token, strlen(token)), 0);
	assert_int_equal(secret_set(&record->refresh_token, "REFRESH-CANARY", 14), 0);
}

static void assert_answer(const struct git_request *request, const struct vendor_host *host,
			  bool may_renew, const char *expected)
{
	struct record record;
	struct secret answer;
	struct error error = { .code = ERROR_NONE };

	make_record(&record, "tok.en-1");
	assert_int_equal(git_answer_build(request, host, &record, may_renew, &answer, &error), 0);
	assert_string_equal(answer.bytes, expected);
	assert_null(strstr(answer.bytes, "REFRESH"));
	secret_release(&answer);
	record_release(&record);
}

static void test_old_git(void **state)
{
	struct git_request request = { .https = true };
	struct vendor_host host = { .host = host_name };

	(void)state;
	assert_answer(&request, &host, true,
		      "username=alice\npassword=tok.en-1\npassword_expiry_utc=1003540\n");
	host.git_username = shared_name;
	host.git_auth = GIT_AUTH_BEARER;
	request.offers_any = request.offers_bearer = true;
	request.state = true; /* without authtype nothing newer is said */
	assert_answer(&request, &host, true,
		      "username=oauth2\npassword=tok.en-1\npassword_expiry_utc=1003540\n");
}

#define BEARER                                                                                     \
	"capability[]=authtype\nauthtype=Bearer\ncredential=tok.en-1\nephemeral=1\npassword_"      \
	"expiry_utc=1003540\n"
#define BASIC                                                                                      \
	"capability[]=authtype\nauthtype=Basic\ncredential=YWxpY2U6dG9rLmVuLTE=\nephemeral="       \
	"1\npassword_expiry_utc=1003540\n"

static void test_schemes(void **state)
{
	static const struct {
		enum git_auth git_auth;
		bool any, bearer, basic;
		const char *expected;
	} rows[] = {
		{ GIT_AUTH_AUTO, false, false, false, BEARER },
		{ GIT_AUTH_AUTO, true, true, false, BEARER },
		{ GIT_AUTH_AUTO, true, true, true, BEARER },
		{ GIT_AUTH_AUTO, true, false, true, BASIC },
		{ GIT_AUTH_BEARER, true, true, true, BEARER },
		{ GIT_AUTH_BASIC, true, true, true, BASIC },
		{ GIT_AUTH_BEARER, true, false, true, BEARER },
		{ GIT_AUTH_BASIC, false, false, false, BASIC },
	};
	struct vendor_host host = { .host = host_name };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct git_request request = { .authtype = true,
					       .offers_any = rows[i].any,
					       .offers_bearer = rows[i].bearer,
					       .offers_basic = rows[i].basic };

		host.git_auth = rows[i].git_auth;
		assert_answer(&request, &host, true, rows[i].expected);
	}
}

static void test_second_question(void **state)
{
	struct git_request request = { .authtype = true, .state = true };
	struct vendor_host host = { .host = host_name };

	(void)state;
	assert_answer(&request, &host, true,
		      BEARER "capability[]=state\nstate[]=apitoken:1\ncontinue=1\n");
	assert_answer(&request, &host, false,
		      BEARER); /* no refresh can help: git is to fail at once */
	request.asked_again = true;
	assert_answer(&request, &host, true, BEARER); /* once only, or git would ask for ever */
}

static void assert_refused(const struct git_request *request, const struct vendor_host *host,
			   const char *account, const char *token)
{
	struct record record;
	struct secret answer;
	struct error error = { .code = ERROR_NONE };

	make_record(&record, token);
	text_copy(record.account, sizeof(record.account), account);
	assert_int_equal(git_answer_build(request, host, &record, true, &answer, &error), -1);
	assert_int_equal(error.code, ERROR_POLICY);
	assert_null(answer.bytes);
	record_release(&record);
}

static void test_refused(void **state)
{
	const struct git_request neither = { .authtype = true, .offers_any = true },
				 basic = { .authtype = true,
					   .offers_any = true,
					   .offers_basic = true },
				 old = { .https = true };
	const struct vendor_host host = { .host = host_name };

	(void)state;
	assert_refused(&neither, &host, "alice", "t");
	assert_refused(&basic, &host, "al:ice", "t");
	assert_refused(&old, &host, "alice", "t\nhost=evil");
	assert_refused(&old, &host, "alice", "t\rx");
	assert_refused(&old, &host, "al\nice", "t");
	assert_refused(&basic, &host, "alice", "t\x7f");
}

static void test_challenges(void **state)
{
	static const struct {
		const char *value;
		bool bearer, basic;
	} rows[] = {
		{ "Basic realm=\"x\"", false, true },
		{ "bearer", true, false },
		{ "BEARER realm=x", true, false },
		{ "Basic realm=\"x\", Bearer realm=\"y\"", true, true },
		{ "Basic realm=\"a, Bearer b\"", false, true },
		{ "Basic realm=\"a\\\", Bearer b\"", false, true },
		{ "Negotiate abc==, Basic", false, true },
		{ "Negotiate", false, false },
		{ "Digest realm=x, nonce=y, Bearer", true, false },
		{ "Digest bearer=1", false, false },
		{ "Digest x=1, bearer = 2", false, false },
		{ "Bearerx", false, false },
		{ "xBearer", false, false },
		{ "", false, false },
		{ ",,, ,Basic", false, true },
		{ "\"Bearer\"", false, false },
		{ "Basic realm=\"unclosed, Bearer", false, true },
		{ "Bearer\trealm=x", true, false },
		{ "Basic realm=\"x\\", false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (challenge_offers(rows[i].value, strlen(rows[i].value), "bearer") !=
			    rows[i].bearer ||
		    challenge_offers(rows[i].value, strlen(rows[i].value), "basic") !=
			    rows[i].basic)
			fail_msg("wrong for: %s", rows[i].value);
	}
}

static void test_base64(void **state)
{
	static const char *const rows[][2] = { { "", "" },
					       { "f", "Zg==" },
					       { "fo", "Zm8=" },
					       { "foo", "Zm9v" },
					       { "foob", "Zm9vYg==" },
					       { "fooba", "Zm9vYmE=" },
					       { "foobar", "Zm9vYmFy" },
					       { "\xff\xfe\xfd\xfb\xff\xbf", "//79+/+/" },
					       { "Aladdin:open sesame",
						 "QWxhZGRpbjpvcGVuIHNlc2FtZQ==" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct secret in, out;

		assert_int_equal(secret_set(&in, rows[i][0], strlen(rows[i][0])), 0);
		assert_int_equal(secret_init(&out, BASE64_SIZE(in.length)), 0);
		base64_append(&out, &in);
		assert_true(secret_ok(&out));
		assert_string_equal(out.bytes, rows[i][1]);
		secret_release(&in);
		secret_release(&out);
	}
}

static void test_longest_token(void **state)
{
	struct git_request request = { .authtype = true, .offers_any = true, .offers_basic = true };
	const struct vendor_host host = { .host = host_name };
	struct record record;
	struct secret answer;
	struct error error = { .code = ERROR_NONE };
	char *token = malloc(TOKEN_MAX + 1);

	(void)state;
	assert_non_null(token);
	memset(token, 'x', TOKEN_MAX);
	token[TOKEN_MAX] = '\0';
	make_record(&record, token);
	memset(record.account, 'a', ACCOUNT_MAX - 1);
	record.account[ACCOUNT_MAX - 1] = '\0';
	assert_int_equal(git_answer_build(&request, &host, &record, true, &answer, &error), 0);
	secret_release(&answer);
	record_release(&record);
	free(token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("a git without authtype gets username, password and expiry",
			  test_old_git),
		UNIT_TEST("a scheme that the server offers, Bearer where it offers none, or what "
			  "the host's git_auth orders",
			  test_schemes),
		UNIT_TEST("continue=1 stands in the first answer alone, and only where a refresh "
			  "may help",
			  test_second_question),
		UNIT_TEST(
			"no fitting scheme, a colon in Basic's username, a control byte: no answer",
			test_refused),
		UNIT_TEST("challenges are found in lists and not in quoted strings or parameters",
			  test_challenges),
		UNIT_TEST("base64 of RFC 4648 section 10 and RFC 7617", test_base64),
		UNIT_TEST("the longest token and account fit", test_longest_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
