/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON that is written, read back by json-c. */
#include "tests/unit/unit.h"

#include <json-c/json.h>
#include <string.h>

#include "git-credential/json_text.h"

static void test_every_byte(void **state)
{
	(void)state;
	for (int byte = 0; byte < 0x80; byte++) {
		const char in[] = { 'a', (char)byte, 'b' };
		struct secret out;
		json_object *read;

		assert_int_equal(secret_init(&out, 64), 0);
		json_text_append(&out, in, sizeof(in));
		assert_true(secret_ok(&out));
		for (size_t i = 0; i < out.length; i++)
			assert_in_range((unsigned char)out.bytes[i], 0x20, 0x7e);
		read = json_tokener_parse(out.bytes);
		assert_int_equal(json_object_get_string_len(read), 3);
		assert_memory_equal(json_object_get_string(read), in, 3);
		json_object_put(read);
		secret_release(&out);
	}
}

static void test_utf8(void **state)
{
	static const char *const rows[][2] = {
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		  "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" }, /* kept */
		{ "\xff", "\"\\ufffd\"" },
		{ "\xc0\xaf", "\"\\ufffd\\ufffd\"" },            /* no byte of UTF-8; overlong */
		{ "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" }, /* a surrogate */
		{ "\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" }, /* above U+10FFFF */
		{ "\xe2\x82", "\"\\ufffd\\ufffd\"" },
		{ "\xc3", "\"\\ufffd\"" },
		{ "\xe2\x28\xa1", "\"\\ufffd(\\ufffd\"" },
		{ "\xe2\x82(", "\"\\ufffd\\ufffd(\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct secret out;

		assert_int_equal(secret_init(&out, 128), 0);
		json_text_append(&out, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(out.bytes, rows[i][1]);
		secret_release(&out);
	}
}

static void test_cut_sequence(void **state)
{
	struct secret out;

	(void)state;
	assert_int_equal(secret_init(&out, 64), 0);
	json_text_append(&out, "\xe2\x82\xac", 2); /* the third byte is not ours */
	assert_string_equal(out.bytes, "\"\\ufffd\\ufffd\"");
	secret_release(&out);
}

static void test_members(void **state)
{
	struct secret out;

	(void)state;
	assert_int_equal(secret_init(&out, 256), 0);
	secret_append_text(&out, "{");
	json_text_member(&out, "a\"b", "c\\d");
	json_text_member(&out, "n", NULL);
	json_text_number(&out, "i", -5);
	json_text_boolean(&out, "t", 1);
	json_text_name(&out, "list");
	secret_append_text(&out, "[");
	json_text_comma(&out);
	json_text_append(&out, "x", 1);
	json_text_comma(&out);
	json_text_append(&out, "y", 1);
	secret_append_text(&out, "]}");
	assert_string_equal(
		out.bytes,
		"{\"a\\\"b\":\"c\\\\d\",\"n\":null,\"i\":-5,\"t\":true,\"list\":[\"x\",\"y\"]}");
	secret_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("each ASCII byte comes back from a JSON reader, and control bytes are "
			  "escaped",
			  test_every_byte),
		UNIT_TEST("UTF-8 is kept, everything else becomes U+FFFD", test_utf8),
		UNIT_TEST("a sequence that the length cuts is not read to its end",
			  test_cut_sequence),
		UNIT_TEST("members, numbers and lists", test_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
