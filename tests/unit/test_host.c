/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/host.h"
#include "common/text.h"

struct pair {
	const char *text, *canonical; /* canonical NULL: refused */
};

static const struct pair hosts[] = {
	{ "git.example.com", "git.example.com" },
	{ "GIT.Example.COM", "git.example.com" },
	{ "localhost", "localhost" },
	{ "a", "a" },
	{ "1and1.com", "1and1.com" },
	{ "xn--mnchen-3ya.de", "xn--mnchen-3ya.de" },
	/* ports */
	{ "git.example.com:443", "git.example.com" },
	{ "git.example.com:8443", "git.example.com:8443" },
	{ "git.example.com:1", "git.example.com:1" },
	{ "git.example.com:65535", "git.example.com:65535" },
	{ "git.example.com:80", "git.example.com:80" },
	{ "git.example.com:", NULL },
	{ "git.example.com:0", NULL },
	{ "git.example.com:0443", NULL },
	{ "git.example.com:65536", NULL },
	{ "git.example.com:99999999999999999999", NULL },
	{ "git.example.com:-1", NULL },
	{ "git.example.com:+443", NULL },
	{ "git.example.com: 443", NULL },
	{ "git.example.com:443:443", NULL },
	{ "git.example.com:https", NULL },
	{ ":443", NULL },
	/* addresses */
	{ "192.0.2.1", "192.0.2.1" },
	{ "192.0.2.1:5000", "192.0.2.1:5000" },
	{ "192.0.2.256", NULL },
	{ "192.0.2", NULL },
	{ "127.1", NULL },
	{ "2130706433", NULL },
	{ "0x7f000001", NULL },
	{ "0X7F.1", NULL },
	{ "0177.0.0.1", NULL },
	{ "192.0.02.1", NULL },
	{ "example.0x1", NULL },
	{ "[::1]", "[::1]" },
	{ "[::1]:443", "[::1]" },
	{ "[::1]:5000", "[::1]:5000" },
	{ "[2001:DB8:0:0::0:1]", "[2001:db8::1]" },
	{ "[fe80::1]", "[fe80::1]" },
	{ "[fe80::1%eth0]", NULL },
	{ "[fe80::1%25eth0]", NULL },
	{ "::1", NULL },
	{ "[::1", NULL },
	{ "[]", NULL },
	{ "[::1]x", NULL },
	{ "[::1]]", NULL },
	{ "[git.example.com]", NULL },
	{ "[192.0.2.1]", NULL },
	/* dots, labels, characters */
	{ "git.example.com.", NULL },
	{ ".example.com", NULL },
	{ "git..example.com", NULL },
	{ ".", NULL },
	{ "", NULL },
	{ "-git.example.com", NULL },
	{ "git-.example.com", NULL },
	{ "git_lab.example.com", NULL },
	{ "*.example.com", NULL },
	{ "git.example.com/", NULL },
	{ "git.example.com/path", NULL },
	{ "https://git.example.com", NULL },
	{ "//git.example.com", NULL },
	{ "user@git.example.com", NULL },
	{ "user:secret@git.example.com", NULL },
	{ "git.example.com@evil.example", NULL },
	{ "git.example.com\\.evil.example", NULL },
	{ "git%2eexample.com", NULL },
	{ "git.example.com%00.evil.example", NULL },
	{ "git.example.com?x", NULL },
	{ "git.example.com#x", NULL },
	{ " git.example.com", NULL },
	{ "git.example.com ", NULL },
	{ "git.example.com\n", NULL },
	{ "git.example.com\r\nHost: evil.example", NULL },
	{ "m\xc3\xbcnchen.de", NULL },
	{ "git\xe3\x80\x82"
	  "example.com",
	  NULL },
	{ "\xef\xbd\x87it.example.com", NULL },
};

static void test_hosts(void **state)
{
	char out[HOST_MAX];
	struct error error;
	size_t i;
	int result;

	(void)state;
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		snprintf(out, sizeof(out), "unchanged");
		memset(&error, 0, sizeof(error));
		result = host_canonical(hosts[i].text, strlen(hosts[i].text), out, &error);
		if (result != (hosts[i].canonical ? 0 : -1))
			fail_msg("host '%s': result %d (%s)", hosts[i].text, result, error.text);
		assert_string_equal(out, hosts[i].canonical ? hosts[i].canonical : "unchanged");
		assert_int_equal(error.code, hosts[i].canonical ? ERROR_NONE : ERROR_POLICY);
	}
}

static void test_host_is_stable(void **state)
{
	char once[HOST_MAX], twice[HOST_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (!hosts[i].canonical)
			continue;
		assert_int_equal(host_canonical(hosts[i].text, strlen(hosts[i].text), once, NULL),
				 0);
		assert_int_equal(host_canonical(once, strlen(once), twice, NULL), 0);
		assert_string_equal(once, twice);
	}
}

/* One byte anywhere that is not a letter, digit, hyphen, dot or colon: refused. */
static void test_every_byte_in_every_place(void **state)
{
	static const char name[] = "git.example.com";
	char text[sizeof(name)], out[HOST_MAX];
	size_t place;
	int byte;
	bool plain;

	(void)state;
	for (place = 0; place < strlen(name); place++) {
		for (byte = 0; byte < 256; byte++) {
			memcpy(text, name, sizeof(text));
			text[place] = (char)byte;
			plain = byte && byte < 128 &&
				strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456"
				       "789-.:",
				       byte);
			if (!plain)
				assert_int_equal(host_canonical(text, strlen(name), out, NULL), -1);
		}
	}
}

static void test_lengths(void **state)
{
	char text[400], out[HOST_MAX], label[64 + 1];
	size_t i;

	(void)state;
	memset(label, 'a', 64);
	label[64] = '\0';
	assert_int_equal(host_canonical(label, 63, out, NULL), 0);
	assert_int_equal(host_canonical(label, 64, out, NULL), -1);
	for (i = 0; i < sizeof(text); i++)
		text[i] = i % 2 ? '.' : 'a';
	assert_int_equal(host_canonical(text, 253, out, NULL), 0);
	assert_int_equal(host_canonical(text, 255, out, NULL), -1);
	assert_int_equal(host_canonical(text, 399, out, NULL), -1);
	memcpy(text + 253, ":65535", 6);
	assert_int_equal(host_canonical(text, 259, out, NULL), 0);
	assert_int_equal(strlen(out), 259);
	assert_int_equal(host_canonical("git.example.com\0evil", 20, out, NULL), -1);
}

/* A host is accepted exactly where its canonical form is the one listed: look-alikes are not. */
static void test_look_alikes(void **state)
{
	static const char *const others[] = {
		"evilgit.example.com",
		"git.example.com.evil.example",
		"git.example.comm",
		"it.example.com",
		"example.com",
		"gitxexample.com",
		"git.example.co",
		"a.git.example.com",
		"git-example.com",
		"git.examp1e.com",
		"git.example.com:444",
		"git.example.com:44",
		"xn--gt-nja.example.com",
	};
	char out[HOST_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(host_canonical(others[i], strlen(others[i]), out, NULL), 0);
		assert_string_not_equal(out, "git.example.com");
	}
}

struct url_case {
	const char *text, *canonical, *host, *name; /* canonical NULL: refused */
	unsigned int port;
};

static const struct url_case urls[] = {
	{ "https://login.example.com/token", "https://login.example.com/token", "login.example.com",
	  "login.example.com", 443 },
	{ "https://login.example.com", "https://login.example.com", "login.example.com",
	  "login.example.com", 443 },
	{ "HTTPS://Login.Example.COM/Token", "https://login.example.com/Token", "login.example.com",
	  "login.example.com", 443 },
	{ "https://login.example.com:443/t?x=%2F&y=1", "https://login.example.com/t?x=%2F&y=1",
	  "login.example.com", "login.example.com", 443 },
	{ "https://login.example.com:8443", "https://login.example.com:8443",
	  "login.example.com:8443", "login.example.com", 8443 },
	{ "https://login.example.com?x=a@b", "https://login.example.com?x=a@b", "login.example.com",
	  "login.example.com", 443 },
	{ "https://127.0.0.1:1/", "https://127.0.0.1:1/", "127.0.0.1:1", "127.0.0.1", 1 },
	{ "https://[::1]:8443/t", "https://[::1]:8443/t", "[::1]:8443", "::1", 8443 },
	{ "https://[FE80::1]/t", "https://[fe80::1]/t", "[fe80::1]", "fe80::1", 443 },
	{ .text = "http://login.example.com/token" },
	{ .text = "http://localhost/token" },
	{ .text = "http://127.0.0.1/token" },
	{ .text = "http://[::1]/token" },
	{ .text = "file:///etc/passwd" },
	{ .text = "ftp://login.example.com/" },
	{ .text = "gopher://login.example.com/" },
	{ .text = "httpss://login.example.com/" },
	{ .text = "https:login.example.com/" },
	{ .text = "https:/login.example.com/" },
	{ .text = "https:///login.example.com/" },
	{ .text = "https://" },
	{ .text = "https:///" },
	{ .text = "https://?" },
	{ .text = "login.example.com/token" },
	{ .text = "//login.example.com/token" },
	{ .text = "/token" },
	{ .text = "" },
	{ .text = "https://user@login.example.com/" },
	{ .text = "https://user:hunter2@login.example.com/" },
	{ .text = "https://@login.example.com/" },
	{ .text = "https://login.example.com:0/" },
	{ .text = "https://login.example.com:65536/" },
	{ .text = "https://login.example.com:/" },
	{ .text = "https://login.example.com:0443/" },
	{ .text = "https://login.example.com./" },
	{ .text = "https://m\xc3\xbcnchen.de/" },
	{ .text = "https://login.example.com/t\xc2\xa0" },
	{ .text = "https://login%2eexample.com/" },
	{ .text = "https://login.example.com\\@evil.example/" },
	{ .text = "https://login.example.com/a\\b" },
	{ .text = "https://login.example.com/a b" },
	{ .text = " https://login.example.com/" },
	{ .text = "https://login.example.com/ " },
	{ .text = "https://login.example.com/\r\nX: y" },
	{ .text = "https://login.example.com/\x7f" },
	{ .text = "https://login.example.com/#fragment" },
	{ .text = "https://login.example.com#fragment" },
	{ .text = "https://login.example.com/%" },
	{ .text = "https://login.example.com/%4" },
	{ .text = "https://login.example.com/%zz" },
	{ .text = "https://login.example.com/{realm}" },
	{ .text = "https://login.example.com/\"" },
	{ .text = "https://2130706433/" },
	{ .text = "https://[::1/" },
};

static void test_urls(void **state)
{
	struct url url;
	struct error error;
	size_t i;
	int result;

	(void)state;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		memset(&url, 0, sizeof(url));
		memset(&error, 0, sizeof(error));
		result = url_parse(urls[i].text, &url, &error);
		if (result != (urls[i].canonical ? 0 : -1))
			fail_msg("URL '%s': result %d (%s)", urls[i].text, result, error.text);
		if (!urls[i].canonical) {
			assert_int_equal(error.code, ERROR_CONFIGURATION);
			assert_null(strstr(error.text, "hunter2"));
			assert_string_equal(url.text, "");
			continue;
		}
		assert_string_equal(url.text, urls[i].canonical);
		assert_string_equal(url.host, urls[i].host);
		assert_string_equal(url.name, urls[i].name);
		assert_int_equal(url.port, urls[i].port);
	}
}

static void test_url_length(void **state)
{
	char text[URL_MAX + 8];
	struct url url;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "https://a.example/", 18);
	text[URL_MAX] = '\0';
	assert_int_equal(url_parse(text, &url, NULL), -1);
	text[URL_MAX - 1] = '\0';
	assert_int_equal(url_parse(text, &url, NULL), 0);
	assert_string_equal(url.text, text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("CRD-06 a host has one canonical form or is refused", test_hosts),
		UNIT_TEST("a canonical host is its own canonical form", test_host_is_stable),
		UNIT_TEST("a foreign byte anywhere in a host is refused",
			  test_every_byte_in_every_place),
		UNIT_TEST("hosts and labels have the lengths of DNS", test_lengths),
		UNIT_TEST("look-alikes of a host keep a form of their own", test_look_alikes),
		UNIT_TEST("NET-02 only https URLs are read, without user, fragment or odd hosts",
			  test_urls),
		UNIT_TEST("a URL has a longest length", test_url_length),
	};

	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
