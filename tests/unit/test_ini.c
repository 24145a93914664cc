/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/mutations.h"

#include <stdio.h>
#include <unistd.h>

#include "common/ini.h"

struct record {
	char text[4096];
	int stop_at; /* line */
};

static int record_entry(const struct ini_entry *entry, void *context, struct error *error)
{
	struct record *record = context;
	size_t used = strlen(record->text);

	if (record->stop_at == entry->line)
		return ini_error(error, entry, "'%s' is not wanted", entry->key);
	snprintf(record->text + used, sizeof(record->text) - used, "%d[%s]%s=%s;", entry->line,
		 entry->section, entry->key ? entry->key : "-", entry->value);
	return 0;
}

static int parse(const char *text, struct record *record, struct error *error)
{
	memset(record, 0, sizeof(*record));
	memset(error, 0, sizeof(*error));
	return ini_parse("/etc/x.conf", text, strlen(text), record_entry, record, error);
}

static void test_what_is_read(void **state)
{
	static const struct {
		const char *text, *read;
	} cases[] = {
		{ "", "" },
		{ "\n\n", "" },
		{ "# only\n  # comments", "" },
		{ "a = b", "1[]a=b;" },
		{ "a=b\n[s]\n  c  =  d e  \nf=\n", "1[]a=b;2[s]-=;3[s]c=d e;4[s]f=;" },
		{ "\t[ s t ]\t\r\n\ta\t=\tb\t\r\n", "1[s t]-=;2[s t]a=b;" },
		{ "a = b # no comment\nc = \"q\"\nd = x = y\ne = [z]\n",
		  "1[]a=b # no comment;2[]c=\"q\";3[]d=x = y;4[]e=[z];" },
		{ "[host [::1]:5000]\na=1", "1[host [::1]:5000]-=;2[host [::1]:5000]a=1;" },
		{ "[s]\na=1\n[t]\na=2\n", "1[s]-=;2[s]a=1;3[t]-=;4[t]a=2;" },
		{ "a = \xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91",
		  "1[]a=\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91;" },
		{ "# gr\xfc\xdf"
		  "e\na=1",
		  "2[]a=1;" },
	};
	struct record record;
	struct error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (parse(cases[i].text, &record, &error) < 0)
			fail_msg("%s", error.text);
		assert_string_equal(record.text, cases[i].read);
	}
}

static void test_what_is_refused(void **state)
{
	static const struct {
		const char *text, *told;
	} cases[] = {
		{ "a", "/etc/x.conf:1: expected 'key = value'" },
		{ "\n\n; a", "/etc/x.conf:3: expected" },
		{ "= b", "/etc/x.conf:1: before '='" },
		{ "a b = c", "/etc/x.conf:1: before '='" },
		{ "\xc3\xa4 = c", "/etc/x.conf:1: before '='" },
		{ "\xef\xbb\xbf"
		  "a = c",
		  "/etc/x.conf:1: before '='" },
		{ "[", "/etc/x.conf:1: this section header" },
		{ "[s", "/etc/x.conf:1: this section header" },
		{ "[s] x", "/etc/x.conf:1: this section header" },
		{ "[]", "/etc/x.conf:1: this section header" },
		{ "[ ]", "/etc/x.conf:1: a section name" },
		{ "[\xc3\xa4]", "/etc/x.conf:1: a section name" },
		{ "[s]\na=1\n[t]\n[s]\n", "/etc/x.conf:4: section [s] stands in line 1 already" },
		{ "[s]\na=1\nb=1\na=2\n", "/etc/x.conf:4: 'a' stands in line 2 already" },
		{ "a=1\na=1\n", "/etc/x.conf:2: 'a' stands in line 1 already" },
		{ "a=b\rc=d\n", "/etc/x.conf:1: the line holds a control" },
		{ "a=b\r", "/etc/x.conf:1: the line holds a control" },
		{ "a=b\r\r\n", "/etc/x.conf:1: the line holds a control" },
		{ "a=b\tc", "/etc/x.conf:1: the value of 'a'" },
		{ "a=\xc2\x9b"
		  "1m",
		  "/etc/x.conf:1: the value of 'a'" },
		{ "a=\xff", "/etc/x.conf:1: the value of 'a'" },
		{ "a=\xc0\xaf", "/etc/x.conf:1: the value of 'a'" },
		{ "a=\xe0\x80\xaf", "/etc/x.conf:1: the value of 'a'" },
		{ "a=\xed\xa0\x80", "/etc/x.conf:1: the value of 'a'" },
		{ "a=\xf4\x90\x80\x80", "/etc/x.conf:1: the value of 'a'" },
		{ "a=\xc3", "/etc/x.conf:1: the value of 'a'" },
		{ "# \x1b[2J\n", "/etc/x.conf:1: the line holds a control" },
	};
	struct record record;
	struct error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (parse(cases[i].text, &record, &error) == 0)
			fail_msg("accepted: %s", cases[i].text);
		assert_int_equal(error.code, ERROR_CONFIGURATION);
		if (strncmp(error.text, cases[i].told, strlen(cases[i].told)) != 0)
			fail_msg("'%s' instead of '%s'", error.text, cases[i].told);
	}
}

static void test_handler_stops(void **state)
{
	struct record record = { .stop_at = 2 };
	struct error error;
	const char text[] = "a=1\nb=2\nc=3\n";

	(void)state;
	assert_int_equal(ini_parse("x", text, strlen(text), record_entry, &record, &error), -1);
	assert_string_equal(error.text, "x:2: 'b' is not wanted");
	assert_string_equal(record.text, "1[]a=1;");
}

static int count_entry(const struct ini_entry *entry, void *context, struct error *error)
{
	(void)entry;
	(void)error;
	++*(size_t *)context;
	return 0;
}

static void test_bounds(void **state)
{
	char *text = malloc(INI_TEXT_MAX + 1);
	struct error error;
	size_t count = 0, used = 0, line = 0;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', INI_TEXT_MAX + 1);
	text[1] = '=';
	assert_int_equal(ini_parse("x", text, INI_LINE_MAX, count_entry, &count, &error), 0);
	assert_int_equal(ini_parse("x", text, INI_LINE_MAX + 1, count_entry, &count, &error), -1);
	assert_string_equal(error.text, "x:1: the line is longer than 16384 bytes");
	assert_int_equal(ini_parse("x", text, INI_TEXT_MAX + 1, count_entry, &count, &error), -1);
	text[1] = 'a';
	text[INI_NAME_MAX] = '=';
	assert_int_equal(ini_parse("x", text, 200, count_entry, &count, &error), 0);
	text[INI_NAME_MAX] = 'a';
	text[INI_NAME_MAX + 1] = '=';
	assert_int_equal(ini_parse("x", text, 200, count_entry, &count, &error), -1);

	/* As many keys as fit, the last one a repetition: found, and found soon. */
	for (count = 0; used < INI_TEXT_MAX - 32; line++)
		used += (size_t)snprintf(text + used, 16, "k%zu=\n", line);
	assert_int_equal(ini_parse("x", text, used, count_entry, &count, &error), 0);
	assert_int_equal(count, line);
	used += (size_t)snprintf(text + used, 16, "k7=\n");
	assert_int_equal(ini_parse("x", text, used, count_entry, &count, &error), -1);
	assert_non_null(strstr(error.text, "'k7' stands in line 8 already"));
	free(text);
}

static void test_file(void **state)
{
	char path[] = "/tmp/apitoken-ini.XXXXXX";
	struct record record = { .stop_at = 0 };
	struct error error;
	int descriptor = mkstemp(path);

	(void)state;
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, "a=1\nb\n", 6), 6);
	close(descriptor);
	assert_int_equal(ini_parse_file(path, record_entry, &record, &error), -1);
	assert_string_equal(record.text, "1[]a=1;");
	assert_non_null(strstr(error.text, ":2: expected"));
	unlink(path);
	assert_int_equal(ini_parse_file(path, record_entry, &record, &error), -1);
	assert_int_equal(error.errnum, 2);
}

static int parse_any(const char *text, size_t length)
{
	size_t count = 0;

	return ini_parse("x", text, length, count_entry, &count, NULL);
}

static void test_mutations(void **state)
{
	(void)state;
	mutations_all(parse_any, "# c\r\na = \xe2\x82\xac b\n[s x]\nk=v\n\n[t]\nk = 1 = [2]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("sections, keys, values and comments are read as described",
			  test_what_is_read),
		UNIT_TEST("everything else is refused with file, line and what was expected",
			  test_what_is_refused),
		UNIT_TEST("a handler can stop the reading", test_handler_stops),
		UNIT_TEST("lines, names and files have a longest length", test_bounds),
		UNIT_TEST("a file is read, a missing one is told by its errno", test_file),
		UNIT_TEST("prefixes and mutations of a good text do no harm", test_mutations),
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
