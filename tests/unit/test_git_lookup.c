/* SPDX-License-Identifier: BSD-3-Clause */
/* From a host to its vendor: with real vendor files, from git's request on. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/message.h"
#include "git-credential/git_request.h"
#include "git-credential/lookup.h"

enum { PATIENCE_MS = 60000, FOLDER_MAX = 64, PATH_SIZE = 128, TEXT_SIZE = 1024 };

static char folder[FOLDER_MAX];

static const char *const listed[] = { "git.example.com", "registry.example.com:5000",
				      "[2001:db8::1]:8443" };
enum { LISTED = sizeof(listed) / sizeof(listed[0]) };

static void write_vendor(const char *name, const char *text)
{
	char path[PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/vendors.d/%s.conf", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void remove_vendor(const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/vendors.d/%s.conf", folder, name);
	assert_int_equal(unlink(path), 0);
}

#define WORK                                                                                       \
	"[vendor]\ndialect = oauth2\ntoken_url = https://login.example.com/token\n"                \
	"client_id = x\nhosts = git.example.com registry.example.com:5000 [2001:db8::1]:8443\n"

static int make_folder(void **state)
{
	char path[PATH_SIZE];

	(void)state;
	umask(022);
	snprintf(folder, sizeof(folder), "/tmp/apitoken-lookup-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/vendors.d", folder);
	if (mkdir(path, 0755) != 0 || setenv("APITOKEN_CONFIG", folder, 1) != 0)
		return -1;
	write_vendor("work", WORK);
	return 0;
}

static int remove_folder(void **state)
{
	char path[PATH_SIZE];

	(void)state;
	remove_vendor("work");
	snprintf(path, sizeof(path), "%s/vendors.d", folder);
	return rmdir(path) == 0 && rmdir(folder) == 0 ? 0 : -1;
}

/* The vendor that serves what git sends as host. */
static enum lookup_result ask(const char *host, char vendor[static VENDOR_NAME_MAX],
			      struct error *error)
{
	static struct lookup lookup;
	struct git_request request;
	char text[TEXT_SIZE];
	int pipe_ends[2], length;
	enum lookup_result result = LOOKUP_FOREIGN;

	length = snprintf(text, sizeof(text), "protocol=https\nhost=%s\n\n", host);
	assert_in_range(length, 1, (int)sizeof(text) - 1);
	assert_int_equal(pipe(pipe_ends), 0);
	assert_int_equal(write(pipe_ends[1], text, (size_t)length), length);
	close(pipe_ends[1]);
	assert_int_equal(lookup_init(&lookup, error), 0);
	if (git_request_read(&request, pipe_ends[0], clock_monotonic_ms() + PATIENCE_MS, error) ==
		    0 &&
	    git_request_answerable(&request))
		result = lookup_host(&lookup, request.host, error);
	if (result == LOOKUP_FOUND)
		memcpy(vendor, lookup.vendor.name, VENDOR_NAME_MAX);
	git_request_release(&request);
	lookup_release(&lookup);
	close(pipe_ends[0]);
	return result;
}

static bool served(const char *host)
{
	char vendor[VENDOR_NAME_MAX];

	return ask(host, vendor, NULL) == LOOKUP_FOUND;
}

static void test_listed(void **state)
{
	static const char *const same[] = { "git.example.com", "GIT.EXAMPLE.COM",
					    "Git.Example.Com:443", "registry.example.com:5000",
					    "[2001:DB8::1]:8443" };

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (!served(same[i]))
			fail_msg("%s is not served", same[i]);
}

/* Spellings around a listed host; %s is the host with its port. */
static const char *const around[] = {
	"evil%s",
	"evil-%s",
	"evil.%s",
	"www.%s",
	"%s.evil.com",
	"%s-evil.com",
	"%sevil.com",
	"%s.com",
	"%s.",
	"%s..",
	".%s",
	"..%s",
	"x%s",
	"%sx",
	"%s0",
	"_%s",
	"-%s",
	"%s-",
	"%s_",
	" %s",
	"%s ",
	"\t%s",
	"%s\t",
	"%s\v",
	"%s/",
	"/%s",
	"//%s",
	"///%s",
	"%s/path",
	"%s?x",
	"%s#x",
	"%s\\",
	"\\%s",
	"%s\\.evil.com",
	"user@%s",
	"user:pass@%s",
	"@%s",
	"%s@",
	"%s@evil.com",
	"evil.com@%s",
	"evil.com#@%s",
	"evil.com/@%s",
	"evil.com?%s",
	"evil.com#%s",
	"evil.com/%s",
	"evil.com\\%s",
	"%s#evil.com",
	"%s?evil.com",
	"%s evil.com",
	"evil.com %s",
	"%s,evil.com",
	"evil.com,%s",
	"%s;evil.com",
	"https://%s",
	"http://%s",
	"https:%s",
	"%s%%00",
	"%s%%00.evil.com",
	"%s%%0a",
	"%s%%0d%%0a",
	"%%20%s",
	"%s%%2f",
	"%%67%s",
	"[%s]",
	"[%s",
	"%s]",
	"(%s)",
	"<%s>",
	"'%s'",
	"\"%s\"",
	"{%s}",
	"%s*",
	"*.%s",
	"*%s",
	"?%s",
	"^%s",
	"%s$",
	".*%s",
	"%s|evil.com",
	"%s&evil.com",
	"%s!",
	"%s:",
	"%s::",
	"%s:0",
	"%s:00443",
	"%s:+443",
	"%s:-443",
	"%s: 443",
	"%s:443 ",
	"%s:443:443",
	"%s:65536",
	"%s:4294967739",
	"%s:0x1bb",
	"%s:443.0",
	"%s:443/",
	"%s:https",
	"%s:8443",
	"%s:22",
	"%s\xc2\xa0",
	"\xe2\x80\x8b%s",
	"%s\xe2\x80\xae",
	"xn--%s",
	"%s\xef\xbc\x8e"
	"com",
	"%s\xe3\x80\x82"
	"com",
	"\xd0\xb0%s",
	"%s\xff",
	"\x7f%s",
};

/* The word is a listed host in another spelling: ASCII case, :443 where none is listed, zeros of
 * IPv6. */
static bool is_listed(const char *host)
{
	static const char *const same[] = { "[2001:0db8::1]:8443", "[2001:db8::01]:8443" };
	char with_port[TEXT_SIZE];

	for (size_t i = 0; i < LISTED; i++) {
		snprintf(with_port, sizeof(with_port), "%s:443", listed[i]);
		if (strcasecmp(host, listed[i]) == 0 || strcasecmp(host, with_port) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (strcasecmp(host, same[i]) == 0)
			return true;
	return false;
}

static void test_adversarial(void **state)
{
	char host[TEXT_SIZE];
	size_t count = 0;

	(void)state;
	for (size_t k = 0; k < LISTED; k++) {
		for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(host, sizeof(host), around[i], listed[k]);
#pragma GCC diagnostic pop
			assert_false(is_listed(host));
			if (served(host))
				fail_msg("%s is served", host);
			count++;
		}
	}
	assert_true(count >= 300);
}

/* Each byte of a listed host changed, left out and doubled: served only where the result is listed.
 */
static void test_one_byte_off(void **state)
{
	static const char bytes[] = "abgmxzGMZ019-._:/@%\\ \t\x01\x80";
	char host[TEXT_SIZE];

	(void)state;
	for (size_t k = 0; k < LISTED; k++) {
		size_t length = strlen(listed[k]);

		for (size_t i = 0; i <= length; i++) {
			for (size_t b = 0; b < sizeof(bytes) - 1; b++) {
				snprintf(host, sizeof(host), "%.*s%c%s", (int)i, listed[k],
					 bytes[b], listed[k] + i);
				assert_int_equal(served(host), is_listed(host));
				if (i == length)
					continue;
				snprintf(host, sizeof(host), "%.*s%c%s", (int)i, listed[k],
					 bytes[b], listed[k] + i + 1);
				assert_int_equal(served(host), is_listed(host));
			}
			if (i == length)
				continue;
			snprintf(host, sizeof(host), "%.*s%s", (int)i, listed[k],
				 listed[k] + i + 1);
			assert_int_equal(served(host), is_listed(host));
		}
	}
}

/* The quick look at a file must miss no spelling. */
static void test_spellings_in_files(void **state)
{
	char vendor[VENDOR_NAME_MAX], text[40 * TEXT_SIZE];

	(void)state;
	write_vendor("more",
		     "[vendor]\ndialect = oauth2\ntoken_url = https://login.example.com/token\n"
		     "client_id = x\nhosts = MORE.Example.COM:443 [2001:DB8:0:0::2] "
		     "[0064:FF9B::1] 192.0.2.7:8080\n");
	assert_int_equal(ask("more.example.com", vendor, NULL), LOOKUP_FOUND);
	assert_string_equal(vendor, "more");
	assert_int_equal(ask("[2001:db8::2]", vendor, NULL), LOOKUP_FOUND);
	assert_int_equal(ask("[64:ff9b::1]", vendor, NULL), LOOKUP_FOUND);
	assert_int_equal(ask("192.0.2.7:8080", vendor, NULL), LOOKUP_FOUND);
	assert_int_equal(ask("192.0.2.7", vendor, NULL), LOOKUP_FOREIGN);
	/* a file that is too large for the quick look */
	memset(text, '#', sizeof(text));
	for (size_t i = 99; i < sizeof(text); i += 100)
		text[i] = '\n';
	snprintf(text + sizeof(text) - TEXT_SIZE, TEXT_SIZE,
		 "\n[vendor]\ndialect = oauth2\ntoken_url = https://login.example.com/token\n"
		 "client_id = x\nhosts = large.example.com\n");
	write_vendor("more", text);
	assert_int_equal(ask("large.example.com", vendor, NULL), LOOKUP_FOUND);
	remove_vendor("more");
}

static void test_wildcards(void **state)
{
	static const char *const words[] = { "*.example.org",     "*",
					     "a.*.example.org",   "?.example.org",
					     ".example.org",      "^a.example.org",
					     "a.example.org/bar", "https://a.example.org",
					     "a.example.org/" };
	char vendor[VENDOR_NAME_MAX], text[TEXT_SIZE];
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(text, sizeof(text),
			 "[vendor]\ndialect = oauth2\ntoken_url = https://login.example.com/token\n"
			 "client_id = x\nhosts = named.example.org %s\n",
			 words[i]);
		write_vendor("wild", text);
		assert_int_equal(ask("a.example.org", vendor, NULL), LOOKUP_FOREIGN);
		assert_int_equal(ask("example.org", vendor, NULL), LOOKUP_FOREIGN);
		error.code = ERROR_NONE;
		assert_int_equal(ask("named.example.org", vendor, &error), LOOKUP_FAILED);
		assert_int_equal(error.code, ERROR_CONFIGURATION);
		assert_non_null(strstr(error.text, "wild.conf:5"));
	}
	remove_vendor("wild");
}

static void test_broken_files(void **state)
{
	char vendor[VENDOR_NAME_MAX];
	struct error error = { .code = ERROR_NONE };

	(void)state;
	write_vendor("aaa",
		     "[vendor]\ndialect = oauth2\nhosts = mine.example.com other.example.com:81\n"
		     "nonsense = 1\n");
	write_vendor("zzz", "no line of an INI file\n");
	assert_int_equal(ask("git.example.com", vendor, &error), LOOKUP_FOUND);
	assert_string_equal(vendor, "work");
	assert_int_equal(error.code, ERROR_NONE);
	assert_int_equal(ask("unknown.example.com", vendor, &error), LOOKUP_FOREIGN);
	assert_int_equal(ask("other.example.com", vendor, &error), LOOKUP_FOREIGN);
	assert_int_equal(error.code, ERROR_NONE);
	assert_int_equal(ask("Other.Example.com:81", vendor, &error), LOOKUP_FAILED);
	assert_int_equal(error.code, ERROR_CONFIGURATION);
	assert_non_null(strstr(error.text, "aaa.conf:4"));
	remove_vendor("aaa");
	remove_vendor("zzz");
}

static void test_two_vendors(void **state)
{
	char vendor[VENDOR_NAME_MAX];
	struct error error = { .code = ERROR_NONE };

	(void)state;
	write_vendor("more",
		     "[vendor]\ndialect = oauth2\ntoken_url = https://login.example.com/token\n"
		     "client_id = x\n\nhosts = more.example.com git.example.com\n");
	assert_int_equal(ask("git.example.com", vendor, &error), LOOKUP_FAILED);
	assert_int_equal(error.code, ERROR_CONFIGURATION);
	assert_non_null(strstr(error.text, "work.conf:5"));
	assert_non_null(strstr(error.text, "more.conf:6"));
	assert_int_equal(ask("more.example.com", vendor, &error), LOOKUP_FOUND);
	remove_vendor("more");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("listed hosts are served in any case and with :443", test_listed),
		UNIT_TEST("CRD-05 CRD-06 300 spellings around listed hosts are not served",
			  test_adversarial),
		UNIT_TEST("CRD-05 one byte more, less or other is served only where the result is "
			  "listed",
			  test_one_byte_off),
		UNIT_TEST("any spelling of a host in a file is found", test_spellings_in_files),
		UNIT_TEST("CRD-07 hosts take no wildcards and no paths: such a file is refused",
			  test_wildcards),
		UNIT_TEST("a broken vendor file stops only the hosts that it lists",
			  test_broken_files),
		UNIT_TEST("a host in two vendors is an error with both places", test_two_vendors),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
