/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <json-c/json.h>
#include <string.h>

#include "common/fetch/json_body.h"

enum { FIELDS = 8 };

/* Builds from "path", "value" pairs up to NULL. */
static int build(struct secret *out, struct error *error, const char *const pairs[])
{
	struct json_field fields[FIELDS];
	struct secret values[FIELDS];
	size_t count = 0;
	int result;

	for (; pairs[2 * count] != NULL; count++) {
		assert_int_equal(secret_set(&values[count], pairs[2 * count + 1], strlen(pairs[2 * count + 1])), 0);
		fields[count] = (struct json_field){ pairs[2 * count], &values[count] };
	}
	assert_int_equal(secret_init(out, 1024), 0);
	result = json_body_build(out, fields, count, error);
	for (size_t i = 0; i < count; i++)
		secret_release(&values[i]);
	return result;
}

static void test_shapes(void **state)
{
	static const struct {
		const char *pairs[9], *expected;
	} rows[] = {
		{ { NULL }, "{}" },
		{ { "a", "1", NULL }, "{\"a\":\"1\"}" },
		{ { "grant_type", "password", "credentials.username", "u", "credentials.password", "p", NULL },
		  "{\"grant_type\":\"password\",\"credentials\":{\"username\":\"u\",\"password\":\"p\"}}" },
		{ { "a.x", "1", "b", "2", "a.y", "3", NULL }, "{\"a\":{\"x\":\"1\",\"y\":\"3\"},\"b\":\"2\"}" },
		{ { "a.b.c.d", "1", "a.b.e", "2", NULL }, "{\"a\":{\"b\":{\"c\":{\"d\":\"1\"},\"e\":\"2\"}}}" },
		{ { "ab", "1", "a.b", "2", NULL }, "{\"ab\":\"1\",\"a\":{\"b\":\"2\"}}" },
		{ { "a\"b", "\\", NULL }, "{\"a\\\"b\":\"\\\\\"}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct secret out;

		assert_int_equal(build(&out, NULL, rows[i].pairs), 0);
		assert_string_equal(out.bytes, rows[i].expected);
		secret_release(&out);
	}
}

static void test_bad_shapes(void **state)
{
	static const char *const rows[][5] = {
		{ "", "1", NULL }, { ".a", "1", NULL }, { "a.", "1", NULL }, { "a..b", "1", NULL }, { "a", "1", "a", "2", NULL },
		{ "a", "1", "a.b", "2", NULL }, { "a.b", "1", "a", "2", NULL }, { "a.b.c.d.e.f.g.h.i.j", "1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error error = { .code = ERROR_NONE };
		struct secret out;

		assert_int_equal(build(&out, &error, rows[i]), -1);
		assert_int_equal(error.code, ERROR_CONFIGURATION);
		secret_release(&out);
	}
}

/* json-c reads the value back. */
static void check_value(const char *value)
{
	const char *const pairs[] = { "credentials.password", value, NULL };
	struct json_object *root, *inner, *password;
	struct secret out;

	assert_int_equal(build(&out, NULL, pairs), 0);
	root = json_tokener_parse(out.bytes);
	assert_true(json_object_object_get_ex(root, "credentials", &inner));
	assert_true(json_object_object_get_ex(inner, "password", &password));
	assert_int_equal(json_object_get_string_len(password), strlen(value));
	assert_memory_equal(json_object_get_string(password), value, strlen(value));
	json_object_put(root);
	secret_release(&out);
}

static void test_values(void **state)
{
	char one[2] = { 0, 0 };

	(void)state;
	for (int byte = 1; byte < 0x80; byte++) {
		one[0] = (char)byte;
		check_value(one);
	}
	check_value("p\xc3\xa4ss \xe2\x82\xac \xf0\x9f\x94\x91");
}

static void test_not_utf8(void **state)
{
	static const char *const pairs[] = { "password", "p\xe4ss", NULL };
	struct error error = { .code = ERROR_NONE };
	struct secret out;

	(void)state;
	assert_int_equal(build(&out, &error, pairs), -1);
	assert_int_equal(error.code, ERROR_REFUSED);
	assert_null(strstr(error.text, "p\xe4ss"));
	secret_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("dotted names nest, in the order of their first field", test_shapes),
		UNIT_TEST("names that exclude each other are refused", test_bad_shapes),
		UNIT_TEST("PAM-15 every ASCII byte and any UTF-8 of a password survives a JSON body", test_values),
		UNIT_TEST("PAM-15 a password that JSON cannot carry is refused, not changed", test_not_utf8),
	};

	return cmocka_run_group_tests_name("json_body", tests, NULL, NULL);
}
