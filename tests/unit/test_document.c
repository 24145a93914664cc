/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fetch/document.h"
#include "common/fetch/strict.h"

/* In a block of exactly its size, so that sanitizers see a read behind the end. */
static struct document *parse(const char *text, size_t length)
{
	char *block = malloc(length == 0 ? 1 : length);
	struct document *document;

	assert_non_null(block);
	memcpy(block, text, length);
	document = document_parse(block, length);
	free(block);
	return document;
}

static bool accepts(const char *text)
{
	struct document *document = parse(text, strlen(text));
	bool result = document != NULL;

	document_release(document);
	return result;
}

static void test_strictness(void **state)
{
	static const char *const good[] = { "{}", " {\"a\":1}\r\n\t ", "[]", "[{\"a\":[1,2,{\"b\":null}]}]", "{\"a\":\"\\u0041\\n\"}", "{\"\":1}",
		"[0,-0,10,1.5,-1.5e10,1E+2,1e-2,0.0]" };
	static const char *const bad[] = {
		"", " ", "{", "}", "{\"a\":1", "{\"a\":1}}", "{\"a\":1}x", "{\"a\":1}{}", "{\"a\":1},", "{'a':1}", "{a:1}", "{\"a\":1,}", "[1,]", "[1 2]",
		"{\"a\" 1}", "{\"a\":01}", "/* c */{}", "{}//", "{\"a\":\"\xff\"}", "{\"a\":\"\xc0\x80\"}", "\xef\xbb\xbf{}", "\"text\"", "1", "null", "true",
		"<html></html>", "access_token=abc", "{\"a\":tru}", "{\"a\":\"\\x41\"}", "{\"a\":\"\\u00\"}",
		"{\"a\":'b'}", "{'a':1,\"a\":2}", "{\"a\":\"x\ny\"}", "{\"a\":\"x\ty\"}", "{\"a\n\":1}", "{\"a\":0x10}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}",
		"{\"a\":-01}", "{\"a\":00}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":1-2}", "{\"a\":1.2.3}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!accepts(good[i]))
			fail_msg("refused: %s", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (accepts(bad[i]))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_null(parse("{}\0{}", 5));
	assert_null(parse("{}\0", 3));
	assert_null(parse("{\0}", 3));
	/* UTF-16 */
	assert_null(parse("\xff\xfe{\0}\0", 6));
}

static void test_duplicates(void **state)
{
	static const char *const bad[] = {
		"{\"access_token\":\"a\",\"access_token\":\"b\"}",
		"{\"error\":\"x\",\"access_token\":\"a\",\"error\":\"\"}",
		"{\"expires_in\":1,\"access_token\":\"a\",\"expires_in\":2}",
		"{\"access_token\":\"a\",\"\\u0061ccess_token\":\"b\"}",
		"{\"access_token\":\"a\",\"access\\u005Ftoken\":\"b\"}",
		"{\"a\\/b\":1,\"a/b\":2}",
		"{\"data\":{\"t\":1,\"t\":1}}",
		"{\"data\":[{\"x\":1},{\"t\":1,\"u\":2,\"t\":3}]}",
		"{\"a\":{\"b\":1},\"a\":{\"c\":2}}",
		"{\"a\":1 ,\n\"a\"\t:2}",
		/* json-c cuts a key at its NUL, and would take the second for the first */
		"{\"access_token\":\"a\",\"access_token\\u0000x\":\"b\"}",
		"{\"\\u0000\":1}",
		"{\"\xc3\xa4\":1,\"\\u00e4\":2}",
	};
	static const char *const good[] = {
		"{\"a\":{\"t\":1},\"b\":{\"t\":1}}", "[{\"t\":1},{\"t\":1}]", "{\"t\":[\"t\",\"t\"]}", "{\"a\":\"a\",\"b\":\"a\"}", "{\"A\":1,\"a\":2}",
		"{\"a\":\"{\\\"a\\\":1,\\\"a\\\":2}\"}", "{\"a\":\"}\",\"b\":\"\\\\\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (accepts(bad[i]))
			fail_msg("accepted: %s", bad[i]);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!accepts(good[i]))
			fail_msg("refused: %s", good[i]);
	}
}

/* opener depth times, inner, closer depth times */
static bool nested(const char *opener, const char *inner, const char *closer, int depth)
{
	size_t size = (strlen(opener) + strlen(closer)) * (size_t)depth + strlen(inner) + 1;
	char *text = malloc(size);
	size_t length = 0;
	bool result;

	assert_non_null(text);
	for (int i = 0; i < depth; i++)
		length += (size_t)snprintf(text + length, size - length, "%s", opener);
	length += (size_t)snprintf(text + length, size - length, "%s", inner);
	for (int i = 0; i < depth; i++)
		length += (size_t)snprintf(text + length, size - length, "%s", closer);
	result = accepts(text);
	free(text);
	return result;
}

static void test_depth(void **state)
{
	(void)state;
	for (int depth = 1; depth <= JSON_DEPTH_MAX; depth++) {
		assert_true(nested("[", "1", "]", depth));
		assert_true(nested("{\"a\":", "1", "}", depth));
		assert_true(nested("[", "", "]", depth));
	}
	for (int depth = JSON_DEPTH_MAX + 1; depth < 32000; depth = depth * 2) {
		assert_false(nested("[", "1", "]", depth));
		assert_false(nested("[", "", "]", depth));
		assert_false(nested("{\"a\":", "1", "}", depth));
	}
}

static bool many_keys(int count)
{
	char *text = malloc((size_t)count * 16 + 3);
	size_t length = 1;
	bool result;

	assert_non_null(text);
	text[0] = '{';
	for (int i = 0; i < count; i++)
		length += (size_t)snprintf(text + length, 17, "%s\"k%d\":%d", i == 0 ? "" : ",", i, i % 10);
	text[length++] = '}';
	text[length] = '\0';
	result = accepts(text);
	free(text);
	return result;
}

static void test_keys(void **state)
{
	(void)state;
	assert_true(many_keys(JSON_KEYS_MAX));
	assert_false(many_keys(JSON_KEYS_MAX + 1));
	assert_false(many_keys(100000));
}

static void test_paths(void **state)
{
	static const char text[] = "{\"access_token\":\"T\",\"n\":7,\"no\":null,\"data\":[{\"a\":{\"t\":\"first\"}},{\"a\":{\"t\":\"second\"}}],"
				   "\"userStat\":{\"accessToken\":[\"jwt\",1560448742]},\"not-before-policy\":0,\"b\":true,\"f\":1.5,\"o\":{},\"e\":\"\"}";
	static const struct {
		const char *paths;
		enum document_kind kind;
		const char *expected; /* of a string, or the path that was found */
	} rows[] = {
		{ "access_token", DOCUMENT_STRING, "T" },
		{ "missing", DOCUMENT_MISSING, NULL },
		{ "no", DOCUMENT_MISSING, NULL },
		{ "no access_token", DOCUMENT_STRING, "T" },
		{ "data.a.t data[0].a.t", DOCUMENT_STRING, "first" },
		{ "data[1].a.t", DOCUMENT_STRING, "second" },
		{ "data[2].a.t", DOCUMENT_MISSING, NULL },
		{ "data[-1].a.t", DOCUMENT_MISSING, NULL },
		{ "data[99999999999999999999].a.t", DOCUMENT_MISSING, NULL },
		{ "data[].a.t", DOCUMENT_MISSING, NULL },
		{ "data[0", DOCUMENT_MISSING, NULL },
		{ "userStat.accessToken[0]", DOCUMENT_STRING, "jwt" },
		{ "userStat.accessToken[1]", DOCUMENT_INTEGER, NULL },
		{ "not-before-policy", DOCUMENT_INTEGER, NULL },
		{ "access_token.x", DOCUMENT_MISSING, NULL },
		{ "access_token[0]", DOCUMENT_MISSING, NULL },
		{ "b", DOCUMENT_OTHER, NULL },
		{ "f", DOCUMENT_OTHER, NULL },
		{ "o", DOCUMENT_OTHER, NULL },
		{ "data", DOCUMENT_OTHER, NULL },
		{ "e", DOCUMENT_STRING, "" },
		{ "", DOCUMENT_MISSING, NULL },
		{ "   ", DOCUMENT_MISSING, NULL },
		{ NULL, DOCUMENT_MISSING, NULL },
	};
	struct document *document = document_parse(text, sizeof(text) - 1);
	struct document_value value;

	(void)state;
	assert_non_null(document);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(document_find(document, rows[i].paths, &value), rows[i].kind);
		if (rows[i].expected != NULL)
			assert_string_equal(value.bytes, rows[i].expected);
	}
	assert_int_equal(document_find(NULL, "a", &value), DOCUMENT_MISSING);
	document_release(document);
	document_release(NULL);
}

static void test_root_array(void **state)
{
	struct document *document = document_parse("[{\"t\":\"x\"}]", 11);
	struct document_value value;

	(void)state;
	assert_int_equal(document_find(document, "t [0].t", &value), DOCUMENT_STRING);
	assert_string_equal(value.path, "[0].t");
	document_release(document);
}

static void test_nul_in_value(void **state)
{
	static const char text[] = "{\"t\":\"abc\\u0000def\"}";
	struct document *document = document_parse(text, sizeof(text) - 1);
	struct document_value value;

	(void)state;
	assert_int_equal(document_find(document, "t", &value), DOCUMENT_STRING);
	assert_int_equal(value.length, 7);
	document_release(document);
}

static void test_truncation(void **state)
{
	static const char text[] = "{\"access_token\":\"abc\\u0041\",\"expires_in\":3600,\"data\":[{\"a\":null},true,1.5e3],\"token_type\":\"Bearer\"}";

	(void)state;
	for (size_t length = 0; length < sizeof(text) - 1; length++) {
		struct document *document = parse(text, length);

		if (document != NULL)
			fail_msg("accepted when cut at %zu", length);
	}
	assert_true(accepts(text));
}

/* The scanner alone must stand any text, also one that json-c would never let through. */
static void test_scanner_on_anything(void **state)
{
	static const char alphabet[] = "{}[]\",:\\u0041 ax";

	(void)state;
	srandom(8);
	for (int i = 0; i < 200000; i++) {
		size_t length = (size_t)random() % 24;
		char *block = malloc(length == 0 ? 1 : length);

		assert_non_null(block);
		for (size_t k = 0; k < length; k++)
			block[k] = alphabet[(size_t)random() % (sizeof(alphabet) - 1)];
		json_is_strict(block, length);
		free(block);
	}
	assert_true(json_is_strict("[[[[[[[[]]]]]]]]", 16));
	assert_false(json_is_strict("[[[[[[[[[]]]]]]]]]", 18));
	assert_false(json_is_strict("]", 1));
	assert_false(json_is_strict("{", 1));
	assert_false(json_is_strict("{\"a", 3));
	assert_true(json_is_strict("{\"a\":1}", 7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("BOD-13 BOD-12 only strict JSON in UTF-8 is read, and nothing may stand behind it", test_strictness),
		UNIT_TEST("BOD-07 an answer that names a key twice is refused, however it is spelled", test_duplicates),
		UNIT_TEST("BOD-08 nesting deeper than 8 is refused", test_depth),
		UNIT_TEST("BOD-08 an object of more than 64 keys is refused", test_keys),
		UNIT_TEST("paths with names, indexes and alternatives", test_paths),
		UNIT_TEST("an array at the root", test_root_array),
		UNIT_TEST("BOD-04 a string with a NUL keeps its whole length", test_nul_in_value),
		UNIT_TEST("BOD-17 JSON cut at any byte is refused", test_truncation),
		UNIT_TEST("BOD-07 the duplicate scanner stands any text", test_scanner_on_anything),
	};

	return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
