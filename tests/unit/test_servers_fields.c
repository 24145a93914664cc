/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "tests/vendor/fields.h"

static void form_is_decoded(void **state)
{
	static const char text[] = "username=al%69ce&password=a+b%2Bc%26%3D%C3%BC&empty=&bare&=noname";
	struct fields form = { NULL, 0 };

	(void)state;
	assert_int_equal(fields_read_form(&form, text, strlen(text)), 0);
	assert_int_equal(form.count, 5);
	assert_string_equal(fields_get(&form, "username"), "alice");
	assert_string_equal(fields_get(&form, "password"), "a b+c&=\xc3\xbc");
	assert_string_equal(fields_get(&form, "empty"), "");
	assert_string_equal(fields_get(&form, "bare"), "");
	assert_null(fields_get(&form, "USERNAME"));
	assert_false(fields_repeated(&form));
	fields_free(&form);
}

static void broken_form_is_refused(void **state)
{
	static const char *const broken[] = { "a=%", "a=%2", "a=%zz", "a=%00", "%4=b", "good=1&a=%g0" };

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct fields form = { NULL, 0 };

		assert_int_equal(fields_read_form(&form, broken[i], strlen(broken[i])), -1);
		fields_free(&form);
	}
}

static void repeated_field_is_seen(void **state)
{
	struct fields form = { NULL, 0 };

	(void)state;
	assert_int_equal(fields_read_form(&form, "a=1&b=2&a=1", 11), 0);
	assert_true(fields_repeated(&form));
	fields_free(&form);
}

/* RFC 4648 section 10. */
static void base64_follows_the_rfc(void **state)
{
	static const char *const pairs[][2] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
						{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" } };
	static const char *const bad[] = { "Zg", "Zg=", "Z===", "Zm9v!===", "Zg=a", "====" };
	size_t length;
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		text = base64_encode(pairs[i][0], strlen(pairs[i][0]));
		assert_string_equal(text, pairs[i][1]);
		free(text);
		text = base64_decode(pairs[i][1], &length);
		assert_string_equal(text, pairs[i][0]);
		assert_int_equal(length, strlen(pairs[i][0]));
		free(text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(base64_decode(bad[i], NULL));
	text = base64url_encode("\xfb\xff\xfe", 3);
	assert_string_equal(text, "-__-");
	free(text);
}

static void basic_and_bearer_are_read(void **state)
{
	char *user, *password;

	(void)state;
	assert_int_equal(basic_read("basic YWxpY2U6YTpi", &user, &password), 0);
	assert_string_equal(user, "alice");
	assert_string_equal(password, "a:b");
	free(user);
	free(password);
	assert_int_equal(basic_read("Basic YWxpY2U=", &user, &password), -1);
	assert_int_equal(basic_read("Basic %%%%", &user, &password), -1);
	assert_int_equal(basic_read(NULL, &user, &password), -1);
	assert_string_equal(bearer_read("bearer abc"), "abc");
	assert_null(bearer_read("Bearerabc"));
	assert_null(bearer_read("Basic abc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("test servers: a form is decoded", form_is_decoded),
		UNIT_TEST("test servers: a broken form is refused", broken_form_is_refused),
		UNIT_TEST("test servers: a field that stands twice is seen", repeated_field_is_seen),
		UNIT_TEST("test servers: base64 follows RFC 4648", base64_follows_the_rfc),
		UNIT_TEST("test servers: Basic and Bearer are read", basic_and_bearer_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
