/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/answers.h"

#include "common/fetch/call.h"

/* A dialect, the variables of a login, and the call of one of its steps. */
struct fixture {
	struct dialect dialect;
	struct variables variables;
	struct call call;
	struct error error;
};

static void put(struct fixture *fixture, const char *name, const char *value)
{
	assert_int_equal(variables_set(&fixture->variables, name, value, strlen(value), NULL), 0);
}

static void begin(struct fixture *fixture, const char *text)
{
	memset(fixture, 0, sizeof(*fixture));
	answers_dialect(&fixture->dialect, text, "");
	variables_init(&fixture->variables, &fixture->dialect);
	put(fixture, "token_url", "https://vendor.test/token");
	put(fixture, "client_id", "app");
	put(fixture, "username", "al ice");
	put(fixture, "password", "p&=+%\xc3\xa4");
}

static int build(struct fixture *fixture)
{
	return call_build(&fixture->call, dialect_step_find(&fixture->dialect, "login"), &fixture->variables, &fixture->error);
}

static void end(struct fixture *fixture)
{
	call_release(&fixture->call);
	variables_release(&fixture->variables);
	dialect_release(&fixture->dialect);
}

static bool has_header(const struct call *call, const char *line)
{
	for (size_t i = 0; i < call->headers_count; i++) {
		if (strcmp(call->headers[i].bytes, line) == 0)
			return true;
	}
	return false;
}

static size_t count_headers(const struct call *call, const char *start)
{
	size_t count = 0;

	for (size_t i = 0; i < call->headers_count; i++)
		count += strncmp(call->headers[i].bytes, start, strlen(start)) == 0;
	return count;
}

#define FORM "[step login]\nurl = {token_url}\nfield.grant_type = password\nfield.client_id = {client_id}\nfield.username = {username}\n" \
	     "field.password = {password}\nfield.scope = {scope}\n"

static void test_form(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, FORM);
	assert_int_equal(build(&fixture), 0);
	assert_string_equal(fixture.call.target.bytes, "https://vendor.test/token");
	assert_string_equal(fixture.call.body.bytes, "grant_type=password&client_id=app&username=al+ice&password=p%26%3D%2B%25%C3%A4");
	assert_true(has_header(&fixture.call, "Content-Type: application/x-www-form-urlencoded"));
	assert_true(has_header(&fixture.call, "Accept: application/json"));
	assert_int_equal(count_headers(&fixture.call, "Authorization"), 0);
	assert_false(fixture.call.get);
	end(&fixture);
}

/* Amino: a JSON body under a form's content type, with nested credentials. */
static void test_json(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, "[step login]\nurl = {base_url}/api/auth/v1/access_tokens\nbody = json\ncontent_type = application/x-www-form-urlencoded\n"
			"field.grant_type = password\nfield.credentials.username = {username}\nfield.credentials.password = {password}\n");
	put(&fixture, "base_url", "https://vendor.test:8443");
	assert_int_equal(build(&fixture), 0);
	assert_string_equal(fixture.call.body.bytes,
			    "{\"grant_type\":\"password\",\"credentials\":{\"username\":\"al ice\",\"password\":\"p&=+%\xc3\xa4\"}}");
	assert_true(has_header(&fixture.call, "Content-Type: application/x-www-form-urlencoded"));
	assert_string_equal(fixture.call.target.bytes, "https://vendor.test:8443/api/auth/v1/access_tokens");
	assert_int_equal(fixture.call.url.port, 8443);
	end(&fixture);
}

static void test_client_auth(void **state)
{
	static const struct {
		const char *method, *secret, *header, *body; /* header NULL: none */
	} rows[] = {
		{ "none", "s", NULL, "client_id=a%3Ab&username=al+ice" },
		{ "post", "s&", NULL, "client_id=a%3Ab&username=al+ice&client_secret=s%26" },
		{ "post", NULL, NULL, "client_id=a%3Ab&username=al+ice" },
		{ "basic_raw", "s %", "Authorization: Basic YTpiOnMgJQ==", "username=al+ice" },
		{ "basic_form", "s %", "Authorization: Basic YSUzQWI6cyslMjU=", "username=al+ice" },
		{ "basic_form", "", NULL, "client_id=a%3Ab&username=al+ice" },
		{ "basic_form", NULL, NULL, "client_id=a%3Ab&username=al+ice" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture fixture;
		char text[256];

		snprintf(text, sizeof(text), "[step login]\nurl = {token_url}\nclient_auth = %s\nfield.client_id = {client_id}\nfield.username = {username}\n",
			 rows[i].method);
		begin(&fixture, text);
		put(&fixture, "client_id", "a:b");
		if (rows[i].secret != NULL)
			put(&fixture, "client_secret", rows[i].secret);
		assert_int_equal(build(&fixture), 0);
		assert_string_equal(fixture.call.body.bytes, rows[i].body);
		assert_int_equal(count_headers(&fixture.call, "Authorization"), rows[i].header == NULL ? 0 : 1);
		if (rows[i].header != NULL && !has_header(&fixture.call, rows[i].header))
			fail_msg("row %zu: %s", i, fixture.call.headers[0].bytes);
		end(&fixture);
	}
}

/* RFC 7617: a name cannot hold the colon that ends it. */
static void test_user_auth(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, "[step login]\nmethod = GET\nbody = query\nurl = {token_url}\nuser_auth = basic\nfield.service = registry\n");
	assert_int_equal(build(&fixture), 0);
	assert_string_equal(fixture.call.target.bytes, "https://vendor.test/token?service=registry");
	assert_true(has_header(&fixture.call, "Authorization: Basic YWwgaWNlOnAmPSslw6Q="));
	assert_int_equal(count_headers(&fixture.call, "Authorization"), 1);
	assert_int_equal(fixture.call.body.length, 0);
	end(&fixture);
	begin(&fixture, "[step login]\nurl = {token_url}\nuser_auth = basic\n");
	put(&fixture, "username", "a:b");
	assert_int_equal(build(&fixture), -1);
	assert_int_equal(fixture.error.code, ERROR_REFUSED);
	end(&fixture);
}

static void test_query(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, "[step login]\nmethod = GET\nbody = query\nurl = {token_url}\nfield.service = {scope}\nfield.account = {username}\n");
	put(&fixture, "scope", "a&b");
	assert_int_equal(build(&fixture), 0);
	assert_string_equal(fixture.call.target.bytes, "https://vendor.test/token?service=a%26b&account=al+ice");
	assert_int_equal(fixture.call.body.length, 0);
	assert_int_equal(count_headers(&fixture.call, "Content-Type"), 0);
	assert_true(fixture.call.get);
	end(&fixture);
}

static void test_url_encoding(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, "[defaults]\nrealm = main\n[step login]\nurl = https://vendor.test/{realm}/users/{username}/tokens\nfield.password = {password}\n");
	put(&fixture, "username", "a/../b?c#d@e");
	assert_int_equal(build(&fixture), 0);
	assert_string_equal(fixture.call.target.bytes, "https://vendor.test/main/users/a%2F..%2Fb%3Fc%23d%40e/tokens");
	end(&fixture);
}

/* A value may come from a person, a file or a vendor: none of its bytes may end a header line. */
static void test_header_bytes(void **state)
{
	(void)state;
	for (unsigned int byte = 1; byte < 256; byte++) {
		char value[] = { 'a', (char)byte, 'b', '\0' };
		struct fixture fixture;
		bool expected = byte >= 0x20 && byte < 0x7f;

		begin(&fixture, "[step login]\nurl = {token_url}\nheader.X-User = {username}\nfield.password = {password}\n");
		put(&fixture, "username", value);
		assert_int_equal(build(&fixture) == 0, expected);
		if (!expected)
			assert_int_equal(fixture.error.code, ERROR_CONFIGURATION);
		end(&fixture);
	}
}

static void test_bad_urls(void **state)
{
	static const char *const bad[] = { "http://vendor.test/token", "vendor.test/token", "file:///etc/passwd", "https://user:pw@vendor.test/",
					   "https://vendor.test:0/", "https://vendor.test:65536/", "https://vendor.test/\x7f", "https://", "HTTP://vendor.test/",
					   "ftp://vendor.test/", "https://vendor.test./x\ny", "//vendor.test/" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fixture fixture;

		begin(&fixture, FORM);
		put(&fixture, "token_url", bad[i]);
		if (build(&fixture) == 0)
			fail_msg("%s", bad[i]);
		assert_int_equal(fixture.error.code, ERROR_CONFIGURATION);
		end(&fixture);
	}
}

static void test_content_type_once(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, "[step login]\nurl = {token_url}\nheader.Accept = application/vnd.api+json\nfield.password = {password}\n");
	assert_int_equal(build(&fixture), 0);
	assert_int_equal(count_headers(&fixture.call, "Accept"), 1);
	assert_true(has_header(&fixture.call, "Accept: application/vnd.api+json"));
	end(&fixture);
}

static void test_nesting(void **state)
{
	struct fixture fixture;

	(void)state;
	begin(&fixture, "[defaults]\ntoken_url = {root}/token\nroot = {base_url}/auth\n[step login]\nurl = {token_url}\nfield.a = {none}x{none}\n");
	variables_drop(&fixture.variables, "token_url");
	put(&fixture, "base_url", "https://vendor.test");
	assert_int_equal(build(&fixture), 0);
	assert_string_equal(fixture.call.target.bytes, "https://vendor.test/auth/token");
	assert_string_equal(fixture.call.body.bytes, "a=x");
	assert_true(template_names("{token_url}", &fixture.variables, "base_url"));
	assert_false(template_names("{token_url}", &fixture.variables, "password"));
	end(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("a form login", test_form),
		UNIT_TEST("a JSON login under a form's content type", test_json),
		UNIT_TEST("client authentication, and none for a public client", test_client_auth),
		UNIT_TEST("username and password by HTTP Basic, in a GET", test_user_auth),
		UNIT_TEST("a query", test_query),
		UNIT_TEST("NET-13 what a person types cannot leave its place in a URL", test_url_encoding),
		UNIT_TEST("NET-13 no byte of a value can end a header line", test_header_bytes),
		UNIT_TEST("NET-02 only https URLs without user part are called", test_bad_urls),
		UNIT_TEST("a dialect's own header replaces ours", test_content_type_once),
		UNIT_TEST("variables in variables", test_nesting),
	};

	return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
