/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "common/fetch/encode.h"

enum { RANDOM_STRINGS = 10000, STRING_MAX = 64 };

/* An independent decoder, written from the URL standard's application/x-www-form-urlencoded parser: '+' is a space, %XX a byte. */
static size_t form_decode(const char *text, size_t length, char *out)
{
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '+') {
			out[used++] = ' ';
		} else if (text[i] == '%') {
			char digits[3] = { text[i + 1], text[i + 2], '\0' };

			assert_true(i + 2 < length);
			out[used++] = (char)strtol(digits, NULL, 16);
			i += 2;
		} else {
			out[used++] = text[i];
		}
	}
	return used;
}

static void round_trip(const char *bytes, size_t length)
{
	struct secret out;
	char decoded[STRING_MAX * 3];

	assert_int_equal(secret_init(&out, STRING_MAX * 3 + 8), 0);
	encode_form_field(&out, "password", bytes, length);
	assert_true(secret_ok(&out));
	assert_memory_equal(out.bytes, "password=", 9);
	assert_null(memchr(out.bytes + 9, '&', out.length - 9));
	assert_null(memchr(out.bytes + 9, '=', out.length - 9));
	for (size_t i = 0; i < out.length; i++)
		assert_in_range((unsigned char)out.bytes[i], 0x21, 0x7e);
	assert_int_equal(form_decode(out.bytes + 9, out.length - 9, decoded), length);
	assert_memory_equal(decoded, bytes, length);
	secret_release(&out);
}

static void test_all_bytes(void **state)
{
	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		char one = (char)byte, three[3] = { 'a', (char)byte, 'b' };

		round_trip(&one, 1);
		round_trip(three, 3);
	}
}

static void test_random_strings(void **state)
{
	(void)state;
	srandom(15);
	for (int i = 0; i < RANDOM_STRINGS; i++) {
		char bytes[STRING_MAX];
		size_t length = (size_t)random() % STRING_MAX;

		for (size_t k = 0; k < length; k++)
			bytes[k] = (char)(1 + random() % 255);
		round_trip(bytes, length);
	}
}

static void check(void (*encode)(struct secret *, const char *, size_t), const char *bytes, size_t length, const char *expected)
{
	struct secret out;

	assert_int_equal(secret_init(&out, 256), 0);
	encode(&out, bytes, length);
	assert_string_equal(out.bytes, expected);
	secret_release(&out);
}

static void test_form_samples(void **state)
{
	struct secret out;

	(void)state;
	/* RFC 6749 Appendix B: U+0020, U+0025, U+0026, U+002B, U+00A3, U+20AC */
	check(encode_form, " %&+\xc2\xa3\xe2\x82\xac", 9, "+%25%26%2B%C2%A3%E2%82%AC");
	check(encode_form, "a\0b", 3, "a%00b");
	assert_int_equal(secret_init(&out, 64), 0);
	encode_form_field(&out, "a b", "1", 1);
	encode_form_field(&out, "c", "&", 1);
	assert_string_equal(out.bytes, "a+b=1&c=%26");
	secret_release(&out);
}

static void test_percent(void **state)
{
	(void)state;
	check(encode_percent, "aZ9-._~", 7, "aZ9-._~");
	check(encode_percent, "/?#@: *+", 8, "%2F%3F%23%40%3A%20%2A%2B");
}

/* RFC 4648 section 10. */
static void test_base64(void **state)
{
	(void)state;
	check(encode_base64, "", 0, "");
	check(encode_base64, "f", 1, "Zg==");
	check(encode_base64, "fo", 2, "Zm8=");
	check(encode_base64, "foo", 3, "Zm9v");
	check(encode_base64, "foobar", 6, "Zm9vYmFy");
	check(encode_base64, "\xff\xfe\xfd\x00", 4, "//79AA==");
}

static void test_json_string(void **state)
{
	(void)state;
	check(encode_json_string, "a\"b\\c", 5, "\"a\\\"b\\\\c\"");
	check(encode_json_string, "\n\0\x7f", 3, "\"\\u000a\\u0000\\u007f\"");
	check(encode_json_string, "\xc3\xa4/", 3, "\"\xc3\xa4/\"");
}

static void test_utf8(void **state)
{
	static const char *const good[] = { "", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xf0\x90\x80\x80",
					    "\xf4\x8f\xbf\xbf" };
	static const char *const bad[] = { "\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe1\x80", "\xf0\x8f\xbf\xbf",
					   "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xfe" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(encode_is_utf8(good[i], strlen(good[i])), 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(encode_is_utf8(bad[i], strlen(bad[i])), 0);
}

static void test_too_small(void **state)
{
	struct secret out;

	(void)state;
	assert_int_equal(secret_init(&out, 4), 0);
	encode_form(&out, "&&", 2);
	assert_false(secret_ok(&out));
	secret_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("PAM-15 each of the 255 bytes of a password survives form encoding", test_all_bytes),
		UNIT_TEST("PAM-15 10,000 random passwords survive form encoding", test_random_strings),
		UNIT_TEST("form encoding is RFC 6749 Appendix B's", test_form_samples),
		UNIT_TEST("percent encoding keeps RFC 3986's unreserved characters only", test_percent),
		UNIT_TEST("base64 answers RFC 4648's vectors", test_base64),
		UNIT_TEST("JSON strings escape quotes, backslashes and control characters", test_json_string),
		UNIT_TEST("UTF-8 is judged by RFC 3629", test_utf8),
		UNIT_TEST("what does not fit is told, not cut", test_too_small),
	};

	return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
