/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/files.h"
#include "tests/unit/mutations.h"

#include <errno.h>
#include <unistd.h>

#include "common/policy.h"
#include "common/vendor.h"
#include "common/vendor_key.h"

static struct vendor_places places; /* vendor_folders user/vendors.d and etc/vendors.d, dialects
				       etc/dialects and the shipped ones */

static void copy_dialect(const char *name)
{
	char from[128], to[128], *text;

	snprintf(from, sizeof(from), "common/dialects/%s.conf", name);
	snprintf(to, sizeof(to), "etc/dialects/%s.conf", name);
	text = files_source(from);
	files_write(to, text);
	free(text);
}

static int setup(void **state)
{
	static const char *const dialects[] = { "oauth2", "keycloak", "apiax",
						"vyopta", "amino",    "glewlwyd" };
	size_t i;

	if (files_make(state) < 0)
		return -1;
	files_folder("user");
	files_folder("user/vendors.d");
	files_folder("etc");
	files_folder("etc/vendors.d");
	files_folder("etc/dialects");
	for (i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++)
		copy_dialect(dialects[i]);
	snprintf(places.vendor_folders[0], sizeof(places.vendor_folders[0]), "%s",
		 files_at("user/vendors.d"));
	snprintf(places.vendor_folders[1], sizeof(places.vendor_folders[1]), "%s",
		 files_at("etc/vendors.d"));
	snprintf(places.dialect_folders[0], sizeof(places.dialect_folders[0]), "%s",
		 files_at("none"));
	snprintf(places.dialect_folders[1], sizeof(places.dialect_folders[1]), "%s",
		 files_at("etc/dialects"));
	return 0;
}

static int load(struct vendor *vendor, const char *text, struct error *error)
{
	*error = (struct error){ .code = ERROR_NONE };
	files_write("etc/vendors.d/acme.conf", text);
	return vendor_load(vendor, "acme", &places, error);
}

static void load_good(struct vendor *vendor, const char *text)
{
	struct error error;

	if (load(vendor, text, &error) < 0)
		fail_msg("%s", error.text);
}

/* Loads the text as acme.conf, and its dialect. */
static int load_dialect(struct dialect *dialect, const char *text, struct error *error)
{
	struct vendor vendor;
	int result = load(&vendor, text, error);

	dialect_init(dialect);
	if (result == 0)
		result = vendor_dialect(&vendor, &places, dialect, error);
	vendor_release(&vendor);
	return result;
}

static const char full[] = "# all keys\n"
			   "[vendor]\n"
			   "dialect = oauth2\n"
			   "token_url = https://Login.Example.com:443/token\n"
			   "base_url = https://api.example.com//\n"
			   "issuer = https://login.example.com/realm\n"
			   "client_id = my client\n"
			   "client_secret_file = /etc/apitoken/secrets/acme\n"
			   "scope = a b\n"
			   "username = %u@example.com\n"
			   "hosts = Git.Example.com  registry.example.com:5000 [2001:DB8::1]:443\n"
			   "ca_file = /etc/ssl/acme.pem\n"
			   "proxy = http://Proxy.example.com:3128\n"
			   "connect_to = 127.0.0.1:8443\n"
			   "timeout = 60\n"
			   "refresh = none\n"
			   "default_lifetime = 120\n"
			   "minimum_life = 900\n"
			   "git_minimum_life = 60\n"
			   "docker_minimum_life = 86400\n"
			   "password_suffix_file = /etc/apitoken/secrets/suffix\n"
			   "[host git.example.com]\n"
			   "git_auth = basic\n"
			   "git_username = oauth2\n"
			   "[host registry.example.com:5000]\n"
			   "docker_username = token\n"
			   "[variables]\n"
			   "realm = r\n"
			   "[step login]\n"
			   "client_auth = post\n"
			   "field.password = {password}{password_suffix}\n";

static void test_every_key(void **state)
{
	struct vendor vendor;
	const struct vendor_host *host;

	(void)state;
	load_good(&vendor, full);
	assert_string_equal(vendor.name, "acme");
	assert_string_equal(vendor.path, files_at("etc/vendors.d/acme.conf"));
	assert_string_equal(vendor.dialect, "oauth2");
	assert_string_equal(vendor.token_url, "https://login.example.com/token");
	assert_string_equal(vendor.base_url, "https://api.example.com");
	assert_string_equal(vendor.issuer, "https://login.example.com/realm");
	assert_string_equal(vendor.client_id, "my client");
	assert_string_equal(vendor.client_secret_file, "/etc/apitoken/secrets/acme");
	assert_string_equal(vendor.password_suffix_file, "/etc/apitoken/secrets/suffix");
	assert_string_equal(vendor.scope, "a b");
	assert_string_equal(vendor.username, "%u@example.com");
	assert_string_equal(vendor.ca_file, "/etc/ssl/acme.pem");
	assert_string_equal(vendor.proxy, "http://proxy.example.com:3128");
	assert_string_equal(vendor.connect_to, "127.0.0.1:8443");
	assert_int_equal(vendor.timeout, 60);
	assert_int_equal(vendor.refresh, VENDOR_REFRESH_NONE);
	assert_int_equal(vendor.default_lifetime, 120);
	assert_int_equal(vendor.minimum_life, 900);
	assert_int_equal(vendor.git_minimum_life, 60);
	assert_int_equal(vendor.docker_minimum_life, 86400);
	assert_int_equal(vendor.hosts_count, 3);
	assert_string_equal(vendor.hosts[0].host, "git.example.com");
	assert_string_equal(vendor.hosts[1].host, "registry.example.com:5000");
	assert_string_equal(vendor.hosts[2].host, "[2001:db8::1]");
	assert_int_equal(vendor.hosts[1].line, 11);
	host = vendor_host_find(&vendor, "git.example.com");
	assert_ptr_equal(host, &vendor.hosts[0]);
	assert_int_equal(host->git_auth, GIT_AUTH_BASIC);
	assert_string_equal(host->git_username, "oauth2");
	assert_null(host->docker_username);
	assert_string_equal(vendor.hosts[1].docker_username, "token");
	assert_int_equal(vendor.hosts[1].git_auth, GIT_AUTH_AUTO);
	vendor_release(&vendor);
	vendor_release(&vendor);
}

static void test_defaults(void **state)
{
	struct vendor vendor;

	(void)state;
	load_good(&vendor, "[vendor]\ndialect = apiax\n");
	assert_int_equal(vendor.timeout, 10);
	assert_int_equal(vendor.refresh, VENDOR_REFRESH_AUTO);
	assert_int_equal(vendor.default_lifetime, 0);
	assert_int_equal(vendor.minimum_life, 300);
	assert_int_equal(vendor.git_minimum_life, 0);
	assert_int_equal(vendor.docker_minimum_life, 0);
	assert_string_equal(vendor.username, "%u");
	assert_int_equal(vendor.hosts_count, 0);
	assert_null(vendor.token_url);
	vendor_release(&vendor);
	load_good(&vendor, "[vendor]\ndialect = apiax\nusername =\n");
	assert_string_equal(vendor.username, "%u");
	assert_null(vendor_host_find(&vendor, "git.example.com"));
	vendor_release(&vendor);
}

struct bad {
	const char *text, *told;
};

#define IN_VENDOR(LINE) "[vendor]\ndialect = oauth2\n" LINE "\n"

static const struct bad bad_files[] = {
	{ "", ": 'dialect' is missing in [vendor]" },
	{ "[vendor]\n", ": 'dialect' is missing" },
	{ "dialect = oauth2\n", ":1: unknown section []" },
	{ "[vendors]\n", ":1: unknown section [vendors]; expected vendor, 'host NAME'" },
	{ "[host]\n", ":1: unknown section" },
	{ "[vendor]\ndialect = OAuth2\n", ":2: bad value of 'dialect'" },
	{ "[vendor]\ndialect = ../oauth2\n", ":2: bad value of 'dialect'" },
	{ IN_VENDOR("colour = red"),
	  ":3: unknown key 'colour' in section [vendor]; see apitoken.conf(5)" },
	{ IN_VENDOR("dialect = keycloak"), ":3: 'dialect' stands in line 2 already" },
	{ IN_VENDOR("token_url = http://login.example.com/"),
	  ":3: bad value of 'token_url': URL 'http://login.example.com/' has no https://" },
	{ IN_VENDOR("token_url = http://127.0.0.1/"), ":3: bad value of 'token_url'" },
	{ IN_VENDOR("token_url = https://u:hunter2@login.example.com/"),
	  ":3: bad value of 'token_url': the URL has a user name" },
	{ IN_VENDOR("token_url ="), ":3: bad value of 'token_url'" },
	{ IN_VENDOR("base_url = ftp://a.example/"), ":3: bad value of 'base_url'" },
	{ IN_VENDOR("issuer = a.example"), ":3: bad value of 'issuer'" },
	{ IN_VENDOR("client_id = \xc3\xa4"),
	  ":3: bad value of 'client_id'; expected printable ASCII" },
	{ IN_VENDOR("client_secret = hunter2"), ":3: unknown key 'client_secret'" },
	{ IN_VENDOR("password_suffix_file = secret"),
	  ":3: bad value of 'password_suffix_file'; expected an absolute path" },
	{ IN_VENDOR("client_secret_file = secret"),
	  ":3: bad value of 'client_secret_file'; expected an absolute path" },
	{ IN_VENDOR("ca_file = ca.pem"), ":3: bad value of 'ca_file'" },
	{ IN_VENDOR("username = %s@x"), ":3: bad value of 'username'; expected text with %u" },
	{ IN_VENDOR("username = x%"), ":3: bad value of 'username'" },
	{ IN_VENDOR("hosts = git.example.com/path"), ":3: host 'git.example.com/path' has" },
	{ IN_VENDOR("hosts = https://git.example.com"), ":3: host 'https://git.example.com' has" },
	{ IN_VENDOR("hosts = git.example.com, other.example.com"),
	  ":3: host 'git.example.com,' has" },
	{ IN_VENDOR("hosts = *.example.com"), ":3: host '*.example.com' has" },
	{ IN_VENDOR("hosts = a.example b.example A.Example:443"),
	  ":3: host 'a.example' stands twice in 'hosts'" },
	{ IN_VENDOR("hosts = a.example\n[host b.example]"),
	  ":4: host 'b.example' is not among 'hosts' of [vendor]" },
	{ IN_VENDOR("[host b.example]"), ":3: host 'b.example' is not among 'hosts'" },
	{ IN_VENDOR("hosts = a.example\n[host a.example]\n[host A.example:443]"),
	  ":5: host 'a.example' has two sections" },
	{ IN_VENDOR("hosts = a.example\n[host a.example]\ngit_auth = Bearer"),
	  ":5: bad value of 'git_auth'; expected auto|bearer|basic" },
	{ IN_VENDOR("hosts = a.example\n[host a.example]\ngit_username = a:b"),
	  ":5: bad value of 'git_username'; expected a name without ':'" },
	{ IN_VENDOR("hosts = a.example\n[host a.example]\nname = x"),
	  ":5: unknown key 'name' in section [host a.example]" },
	{ IN_VENDOR("hosts = a.example\n[host a.example ]x"), ":4: this section header" },
	{ IN_VENDOR("[host a b]"), ":3: host 'a b' has" },
	{ IN_VENDOR("proxy = proxy.example.com:3128"),
	  ":3: bad value of 'proxy'; expected http://HOST:PORT" },
	{ IN_VENDOR("proxy = http://proxy.example.com"), ":3: bad value of 'proxy'" },
	{ IN_VENDOR("proxy = http://proxy.example.com:3128/"), ":3: bad value of 'proxy'" },
	{ IN_VENDOR("proxy = socks5://proxy.example.com:1080"), ":3: bad value of 'proxy'" },
	{ IN_VENDOR("proxy = http://u:hunter2@proxy.example.com:3128"),
	  ":3: bad value of 'proxy'" },
	{ IN_VENDOR("connect_to = 127.0.0.1"),
	  ":3: bad value of 'connect_to'; expected HOST:PORT" },
	{ IN_VENDOR("connect_to = https://127.0.0.1:1"), ":3: bad value of 'connect_to'" },
	{ IN_VENDOR("connect_to = 127.0.0.1:0"), ":3: bad value of 'connect_to'" },
	{ IN_VENDOR("timeout = 0"),
	  ":3: bad value of 'timeout'; expected a plain number from 1 to 60 seconds" },
	{ IN_VENDOR("timeout = 61"), ":3: bad value of 'timeout'" },
	{ IN_VENDOR("timeout = 5s"), ":3: bad value of 'timeout'" },
	{ IN_VENDOR("timeout = -1"), ":3: bad value of 'timeout'" },
	{ IN_VENDOR("timeout = 99999999999"), ":3: bad value of 'timeout'" },
	{ IN_VENDOR("refresh = rotate"), ":3: bad value of 'refresh'; expected auto|none|try" },
	{ IN_VENDOR("default_lifetime = 0"), ":3: bad value of 'default_lifetime'; expected a "
					     "plain number from 1 to 31536000 seconds" },
	{ IN_VENDOR("default_lifetime = 31536001"), ":3: bad value of 'default_lifetime'" },
	{ IN_VENDOR("minimum_life = 0"), ":3: bad value of 'minimum_life'; expected a " },
	{ IN_VENDOR("minimum_life = 86401"), ":3: bad value of 'minimum_life'" },
	{ IN_VENDOR("git_minimum_life = 0"), ":3: bad value of 'git_minimum_life'" },
	{ IN_VENDOR("docker_minimum_life = 5m"), ":3: bad value of 'docker_minimum_life'" },
	{ IN_VENDOR("default_lifetime = 1e3"), ":3: bad value of 'default_lifetime'" },
	{ IN_VENDOR("[variables]\ntoken_url = https://a.example/"),
	  ":4: 'token_url' has its place in [vendor]" },
};

static void test_bad_files(void **state)
{
	struct vendor vendor;
	struct error error;
	const char *path = strdup(files_at("etc/vendors.d/acme.conf"));
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++) {
		if (load(&vendor, bad_files[i].text, &error) == 0)
			fail_msg("accepted: %s", bad_files[i].text);
		assert_int_equal(error.code, ERROR_CONFIGURATION);
		assert_int_equal(error.errnum, 0);
		assert_null(strstr(error.text, "hunter2"));
		assert_null(vendor.path);
		if (strncmp(error.text, path, strlen(path)) != 0 ||
		    strncmp(error.text + strlen(path), bad_files[i].told,
			    strlen(bad_files[i].told)) != 0)
			fail_msg("'%s' does not tell '%s'", error.text, bad_files[i].told);
	}
	free((void *)(uintptr_t)path);
}

static void test_control_bytes(void **state)
{
	struct vendor vendor;
	struct error error;
	const char *line, *end;
	char text[2048];
	size_t offset;
	int byte;

	(void)state;
	for (line = strchr(full, '\n') + 1; *line;
	     line = end + 1) { /* a tab may stand in the comment */
		end = strchr(line, '\n');
		offset = (size_t)(end - full);
		for (byte = 1; byte < 0x80; byte = byte == 0x1f ? 0x7f : byte + 1) {
			if (byte == '\n')
				continue;
			memcpy(text, full, offset);
			text[offset] = (char)byte;
			snprintf(text + offset + 1, sizeof(text) - offset - 1, "x%s",
				 full + offset);
			if (load(&vendor, text, &error) == 0)
				fail_msg("line '%.*s' took byte %d", (int)(end - line), line, byte);
		}
	}
}

static int parse_whole(const char *text, size_t length)
{
	struct vendor vendor = { .path = strdup("v.conf") };
	struct vendor_reader reader = { .vendor = &vendor };
	int result = ini_parse("v.conf", text, length, vendor_read_entry, &reader, NULL);

	if (result == 0)
		result = vendor_read_finish(&reader, NULL);
	vendor_hosts_release(reader.settings, reader.settings_count);
	vendor_release(&vendor);
	return result;
}

static void test_mutations(void **state)
{
	(void)state;
	mutations_all(parse_whole, "[vendor]\ndialect=d\ntoken_url=https://a.example/"
				   "\nusername=%u\nhosts=a.b [::1]:8\n"
				   "proxy=http://p:1\ntimeout=9\n[host "
				   "a.b]\ngit_auth=basic\n[variables]\nv=1\n[step s]\nurl={v}\n");
}

/* ---- where files are ---- */

static void test_folders(void **state)
{
	struct vendor vendor;
	struct error error;

	(void)state;
	files_write("etc/vendors.d/acme.conf", "[vendor]\ndialect = oauth2\n");
	files_write("user/vendors.d/acme.conf", "[vendor]\ndialect = keycloak\n");
	assert_int_equal(vendor_load(&vendor, "acme", &places, &error), 0);
	assert_string_equal(vendor.dialect, "keycloak"); /* the first folder's file, whole */
	vendor_release(&vendor);
	files_write("user/vendors.d/acme.conf", "[broken\n");
	assert_int_equal(vendor_load(&vendor, "acme", &places, &error),
			 -1); /* and no falling back to the other */
	assert_int_equal(chmod(files_at("user/vendors.d/acme.conf"), 0666), 0);
	assert_int_equal(vendor_load(&vendor, "acme", &places, &error), -1);
	unlink(files_at("user/vendors.d/acme.conf"));
	assert_int_equal(vendor_load(&vendor, "acme", &places, &error), 0);
	vendor_release(&vendor);
	assert_int_equal(vendor_load(&vendor, "other", &places, &error), -1);
	assert_int_equal(error.errnum, ENOENT);
	assert_int_equal(error.code, ERROR_CONFIGURATION);
	assert_non_null(strstr(error.text, "there is no vendor 'other'"));
	assert_non_null(strstr(error.text, "etc/vendors.d/other.conf"));
}

/* An unsafe user's folder is no obstacle where it has no such file, and a refusal where it has. */
static void test_unsafe_folder(void **state)
{
	struct vendor vendor;
	struct error error;

	(void)state;
	files_write("etc/vendors.d/acme.conf", "[vendor]\ndialect = oauth2\n");
	assert_int_equal(chmod(files_at("user"), 0777), 0);
	assert_int_equal(vendor_load(&vendor, "acme", &places, &error), 0);
	vendor_release(&vendor);
	files_write("user/vendors.d/acme.conf", "[vendor]\ndialect = keycloak\n");
	assert_int_equal(vendor_load(&vendor, "acme", &places, &error), -1);
	assert_non_null(
		strstr(error.text, "user/vendors.d/acme.conf: a folder above it may be written"));
	assert_int_equal(chmod(files_at("user"), 0755), 0);
	unlink(files_at("user/vendors.d/acme.conf"));
}

static void test_names(void **state)
{
	static const char *const bad[] = {
		"",    "-a",       "_a",  "A",
		"a.b", "a/b",      "..",  "../vendors.d/acme",
		"a b", "\xc3\xa4", "a\n", "a23456789012345678901234567890123"
	};
	struct vendor vendor;
	struct error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(vendor_name_valid(bad[i]));
		assert_int_equal(vendor_load(&vendor, bad[i], &places, &error), -1);
		assert_int_equal(error.errnum, 0);
	}
	assert_true(vendor_name_valid("a2345678901234567890123456789012"));
	assert_true(vendor_name_valid("0_-"));
}

static void test_list(void **state)
{
	char(*names)[VENDOR_NAME_MAX];
	struct vendor_places nowhere = places;
	struct error error;
	size_t count;

	(void)state;
	files_write("etc/vendors.d/acme.conf", "");
	files_write("etc/vendors.d/zeta.conf", "");
	files_write("user/vendors.d/beta.conf", "");
	files_write("user/vendors.d/zeta.conf", "");
	files_write("user/vendors.d/beta.conf~", "");
	files_write("user/vendors.d/.hidden.conf", "");
	files_write("user/vendors.d/Upper.conf", "");
	files_write("user/vendors.d/.conf", "");
	files_write("user/vendors.d/README", "");
	assert_int_equal(vendor_list(&places, &names, &count, &error), 0);
	assert_int_equal(count, 3);
	assert_string_equal(names[0], "acme");
	assert_string_equal(names[1], "beta");
	assert_string_equal(names[2], "zeta");
	free(names);
	snprintf(nowhere.vendor_folders[0], sizeof(nowhere.vendor_folders[0]), "%s",
		 files_at("nowhere"));
	nowhere.vendor_folders[1][0] = '\0';
	assert_int_equal(vendor_list(&nowhere, &names, &count, &error), 0);
	assert_int_equal(count, 0);
	free(names);
	snprintf(nowhere.vendor_folders[0], sizeof(nowhere.vendor_folders[0]), "%s",
		 files_at("etc/vendors.d/acme.conf"));
	assert_int_equal(vendor_list(&nowhere, &names, &count, &error), -1);
	assert_int_equal(error.errnum, ENOTDIR);
	unlink(files_at("user/vendors.d/beta.conf"));
	unlink(files_at("user/vendors.d/zeta.conf"));
	unlink(files_at("etc/vendors.d/zeta.conf"));
}

static void test_one_host_one_vendor(void **state)
{
	struct error error;

	(void)state;
	files_write("etc/vendors.d/acme.conf",
		    "[vendor]\ndialect = oauth2\nhosts = a.example b.example\n");
	files_write("etc/vendors.d/beta.conf",
		    "[vendor]\ndialect = oauth2\n\nhosts = c.example a.example:444\n");
	assert_int_equal(vendor_hosts_unique(&places, &error), 0);
	files_write("etc/vendors.d/beta.conf",
		    "[vendor]\ndialect = oauth2\n\nhosts = c.example A.Example:443\n");
	assert_int_equal(vendor_hosts_unique(&places, &error), -1);
	assert_int_equal(error.code, ERROR_CONFIGURATION);
	assert_non_null(strstr(error.text, "host 'a.example' stands in "));
	assert_non_null(strstr(error.text, "acme.conf:3"));
	assert_non_null(strstr(error.text, "beta.conf:4"));
	files_write("user/vendors.d/beta.conf",
		    "[vendor]\ndialect = oauth2\n"); /* replaces the system's file whole */
	assert_int_equal(vendor_hosts_unique(&places, &error), 0);
	files_write("user/vendors.d/beta.conf", "[vendor]\ndialect =\n");
	assert_int_equal(vendor_hosts_unique(&places, &error), -1);
	unlink(files_at("user/vendors.d/beta.conf"));
	unlink(files_at("etc/vendors.d/beta.conf"));
}

static void test_places_for_module(void **state)
{
	struct vendor_places built;
	struct error error;

	(void)state;
	assert_int_equal(vendor_places_for_module(&built, NULL, NULL, &error), 0);
	assert_string_equal(built.vendor_folders[0], "/etc/apitoken/vendors.d");
	assert_string_equal(built.vendor_folders[1], "");
	assert_string_equal(built.dialect_folders[0], "/etc/apitoken/dialects");
	assert_int_equal(vendor_places_for_module(&built, "/c", "/l", &error), 0);
	assert_string_equal(built.vendor_folders[0], "/c/vendors.d");
	assert_string_equal(built.dialect_folders[0], "/c/dialects");
	assert_string_equal(built.dialect_folders[1], "/l/dialects");
	assert_string_equal(built.dialect_folders[2], "/l/../../share/apitoken/dialects");
	assert_string_equal(built.dialect_folders[3], "");
	assert_string_equal(built.libexec, "/l");
	assert_int_equal(vendor_places_for_module(&built, "c", NULL, &error), -1);
	assert_int_equal(vendor_places_for_module(&built, NULL, "", &error), -1);
	assert_int_equal(vendor_places_for_module(&built, "/c\n", NULL, &error), -1);
	assert_int_equal(error.code, ERROR_CONFIGURATION);
}

static void test_places_for_user(void **state)
{
	struct vendor_places built;
	struct error error;

	(void)state;
	unsetenv("APITOKEN_CONFIG");
	setenv("XDG_CONFIG_HOME", "/elsewhere", 1);
	setenv("HOME", files_top, 1);
	assert_int_equal(vendor_places_for_user(&built, &error), 0);
	assert_string_equal(built.vendor_folders[0], files_at(".config/apitoken/vendors.d"));
	assert_string_equal(built.vendor_folders[1], "/etc/apitoken/vendors.d");
	assert_string_equal(built.vendor_folders[2], "");
	assert_string_equal(built.dialect_folders[0], files_at(".config/apitoken/dialects"));
	assert_string_equal(built.dialect_folders[1], "/etc/apitoken/dialects");
	assert_string_not_equal(built.dialect_folders[3], "");
	assert_string_equal(built.dialect_folders[4], "");
	assert_non_null(strstr(built.libexec, "/../libexec/apitoken"));
	setenv("APITOKEN_CONFIG", "/mine", 1);
	assert_int_equal(vendor_places_for_user(&built, &error), 0);
	assert_string_equal(built.vendor_folders[0], "/mine/vendors.d");
	assert_string_equal(built.vendor_folders[1], "");
	assert_string_equal(built.dialect_folders[0], "/mine/dialects");
	setenv("APITOKEN_CONFIG", "mine", 1);
	assert_int_equal(vendor_places_for_user(&built, &error), -1);
	unsetenv("APITOKEN_CONFIG");
}

/* No home, a relative one, one that is not there, somebody else's: then only the system's files
 * count. */
static void test_no_home(void **state)
{
	const char *homes[] = { "alice", "/nonexistent", "", files_at("foreign") };
	struct vendor_places built;
	struct error error;
	size_t i;

	(void)state;
	files_folder("foreign");
	assert_int_equal(chown(files_at("foreign"), 59001, 59001), 0);
	for (i = 0; i < sizeof(homes) / sizeof(homes[0]); i++) {
		setenv("HOME", homes[i], 1);
		assert_int_equal(vendor_places_for_user(&built, &error), 0);
		assert_string_equal(built.vendor_folders[0], "/etc/apitoken/vendors.d");
		assert_string_equal(built.vendor_folders[1], "");
	}
	unsetenv("HOME");
	assert_int_equal(vendor_places_for_user(&built, &error), 0);
	assert_string_equal(built.vendor_folders[0], "/etc/apitoken/vendors.d");
}

/* ---- usernames ---- */

static void test_usernames(void **state)
{
	static const struct {
		const char *template, *login, *expected;
	} cases[] = {
		{ "%u", "alice", "alice" },
		{ "%u@example.com", "alice", "alice@example.com" },
		{ "x%%u-%u-%u%%", "a", "x%u-a-a%" },
		{ "fixed", "alice", "fixed" },
		{ "%u", "%u%%", "%u%%" },
		{ "%u", "", "" },
		{ "%u", "a\nb", NULL },
		{ "%u", "a\x7f", NULL },
	};
	struct vendor vendor = { .path = NULL };
	char out[ACCOUNT_MAX], template[32], name[ACCOUNT_MAX + 1];
	struct error error;
	size_t i;

	(void)state;
	vendor.username = template;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(template, sizeof(template), "%s", cases[i].template);
		assert_int_equal(vendor_username(&vendor, cases[i].login, out, &error),
				 cases[i].expected ? 0 : -1);
		if (cases[i].expected)
			assert_string_equal(out, cases[i].expected);
		else
			assert_int_equal(error.code, ERROR_POLICY);
	}
	memset(name, 'a', sizeof(name));
	name[ACCOUNT_MAX - 1] = '\0';
	snprintf(template, sizeof(template), "%%u");
	assert_int_equal(vendor_username(&vendor, name, out, &error), 0);
	assert_string_equal(out, name);
	snprintf(template, sizeof(template), "%%ux");
	vendor.path = template;
	assert_int_equal(vendor_username(&vendor, name, out, &error), -1);
	assert_int_equal(error.code, ERROR_CONFIGURATION);
}

/* ---- dialects ---- */

static void test_dialect_variables(void **state)
{
	struct dialect dialect;
	struct error error;

	(void)state;
	if (load_dialect(&dialect, full, &error) < 0)
		fail_msg("%s", error.text);
	assert_string_equal(dialect.name, "oauth2");
	assert_string_equal(dialect_variable(&dialect, "token_url"),
			    "https://login.example.com/token");
	assert_string_equal(dialect_variable(&dialect, "base_url"), "https://api.example.com");
	assert_string_equal(dialect_variable(&dialect, "client_id"), "my client");
	assert_string_equal(dialect_variable(&dialect, "scope"), "a b");
	assert_string_equal(dialect_variable(&dialect, "realm"), "r");
	assert_int_equal(dialect.default_lifetime, 120);
	assert_int_equal(dialect.refresh, REFRESH_NONE);
	assert_int_equal(dialect_step_find(&dialect, "login")->client_auth, CLIENT_AUTH_POST);
	assert_int_equal(dialect_step_find(&dialect, "refresh")->client_auth,
			 CLIENT_AUTH_BASIC_FORM);
	dialect_release(&dialect);
}

static void test_dialect_defaults(void **state)
{
	struct dialect dialect;
	struct error error;

	(void)state;
	assert_int_equal(
		load_dialect(&dialect, "[vendor]\ndialect = apiax\nclient_id = mine\n", &error), 0);
	assert_string_equal(dialect_variable(&dialect, "client_id"), "mine");
	assert_non_null(strstr(dialect_variable(&dialect, "token_url"), "https://auth.apiax.io/"));
	dialect_release(&dialect);
	assert_int_equal(load_dialect(&dialect, "[vendor]\ndialect = vyopta\n", &error), 0);
	assert_int_equal(dialect.refresh, REFRESH_NONE);
	dialect_release(&dialect);
	assert_int_equal(
		load_dialect(&dialect, "[vendor]\ndialect = vyopta\nrefresh = try\n", &error), 0);
	assert_int_equal(dialect.refresh, REFRESH_ROTATE);
	dialect_release(&dialect);
	assert_int_equal(
		load_dialect(
			&dialect,
			"[vendor]\ndialect = apiax\nrefresh = try\n[dialect]\nrefresh = keep\n",
			&error),
		0);
	assert_int_equal(dialect.refresh, REFRESH_KEEP);
	dialect_release(&dialect);
	assert_int_equal(
		load_dialect(&dialect, "[vendor]\ndialect = apiax\nrefresh = none\n", &error), 0);
	assert_int_equal(dialect.refresh, REFRESH_NONE);
	dialect_release(&dialect);
}

static const struct bad bad_dialects[] = {
	{ "[vendor]\ndialect = none\n", "acme.conf:2: there is no dialect 'none'" },
	{ "[vendor]\ndialect = oauth2\nclient_id = x\n",
	  "acme.conf: 'token_url' (or 'issuer') is missing in [vendor]; the dialect oauth2 needs it" },
	{ "[vendor]\ndialect = oauth2\nclient_id = x\nissuer = https://a.example\n[discovery]\nendpoint.token_url =\n",
	  "acme.conf: 'token_url' is missing in [vendor]; the dialect oauth2 needs it" },
	{ "[vendor]\ndialect = apiax\nclient_id =\n",
	  "acme.conf: 'client_id' is missing in [vendor]" },
	{ "[vendor]\ndialect = apiax\n[dialect]\nrequires = client_secret_file\n",
	  "acme.conf: 'client_secret_file' is missing in [vendor]" },
	{ "[vendor]\ndialect = apiax\n[dialect]\nrequires = realm\n",
	  "acme.conf: 'realm' is missing in [variables]" },
	{ "[vendor]\ndialect = apiax\nscope = {x}\n",
	  "acme.conf:3: scope: a variable may name only" },
	{ "[vendor]\ndialect = apiax\nscope = {\n", "acme.conf:3: bad value of 'scope'" },
	{ "[vendor]\ndialect = apiax\n[step login]\nurll = x\n",
	  "acme.conf:4: unknown key 'urll' in section [step login]; see apitoken-dialect(5)" },
	{ "[vendor]\ndialect = apiax\n[step Login]\n",
	  "acme.conf:3: unknown section [step Login]" },
	{ "[vendor]\ndialect = apiax\n[error mine]\n", "acme.conf: [error mine] means: not set" },
	{ "[vendor]\ndialect = apiax\n[variables]\npassword = x\n",
	  "acme.conf:4: bad name 'password'" },
	{ "[vendor]\ndialect = apiax\n[step login]\nfield.x = {unknown}\n",
	  "acme.conf:4: field.x: {unknown} is no variable" },
};

static void test_bad_dialects(void **state)
{
	struct dialect dialect;
	struct error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad_dialects) / sizeof(bad_dialects[0]); i++) {
		if (load_dialect(&dialect, bad_dialects[i].text, &error) == 0)
			fail_msg("accepted: %s", bad_dialects[i].text);
		assert_int_equal(error.code, ERROR_CONFIGURATION);
		if (!strstr(error.text, bad_dialects[i].told))
			fail_msg("'%s' does not tell '%s'", error.text, bad_dialects[i].told);
		assert_int_equal(dialect.entries_count, 0);
		dialect_release(&dialect);
	}
}

static void test_issuer(void **state)
{
	struct dialect dialect;
	struct error error;

	(void)state;
	assert_int_equal(load_dialect(&dialect,
				      "[vendor]\ndialect = oauth2\nclient_id = x\n"
				      "issuer = https://Login.example.com:443/Realm/\n",
				      &error),
			 0);
	assert_string_equal(dialect_variable(&dialect, "issuer"), "https://Login.example.com:443/Realm/");
	assert_true(dialect_discovers(&dialect, "token_url"));
	assert_false(dialect_discovers(&dialect, "issuer"));
	dialect_release(&dialect);
}

static void test_own_rules_first(void **state)
{
	struct dialect dialect;
	struct error error;

	(void)state;
	assert_int_equal(load_dialect(&dialect,
				      "[vendor]\ndialect = apiax\n[error mine]\ncode = "
				      "invalid_grant\nmeans = account\n",
				      &error),
			 0);
	assert_string_equal(dialect.rules[0].name, "mine");
	assert_string_equal(dialect.rules[1].name, "rate_limited");
	dialect_release(&dialect);
}

/* ---- look-alikes ---- */

static const char listed_hosts[] = "git.example.com registry.example.com:5000 10.0.0.1";

/* The rule by other means than the code's: without regard to case, ":443" or not, one of the words
 * of the list. */
static bool is_listed(const char *text)
{
	char plain[512], list[256], *word, *rest = list;
	size_t length = strlen(text);

	snprintf(plain, sizeof(plain), "%s", text);
	if (length > 4 && strcmp(text + length - 4, ":443") == 0 &&
	    strchr(text, ':') == text + length - 4)
		plain[length - 4] = '\0';
	snprintf(list, sizeof(list), "%s", listed_hosts);
	while ((word = strsep(&rest, " ")))
		if (strcasecmp(word, plain) == 0)
			return true;
	return false;
}

static void try_host(const struct vendor *vendor, const char *text, size_t *allowed,
		     size_t *refused)
{
	char canonical[HOST_MAX];
	bool found = host_canonical(text, strlen(text), canonical, NULL) == 0 &&
		     vendor_host_find(vendor, canonical) != NULL;

	if (found != is_listed(text))
		fail_msg("'%s' is %s", text, found ? "allowed" : "refused");
	++*(found ? allowed : refused);
}

static void try_neighbours(const struct vendor *vendor, const char *host, size_t *allowed,
			   size_t *refused)
{
	static const char bytes[] = "aA0.-:_@/\\%*? #[]x\t\xc3";
	static const char *const around[] = { "evil", "evil.",    ".",     "-",
					      "a.b.", "https://", "user@", "%67" };
	static const char *const behind[] = { ".evil.example",
					      "evil",
					      ".",
					      "-",
					      ":443",
					      ":0443",
					      ":444",
					      ":80",
					      "/",
					      "/x",
					      "@evil.example",
					      "%00",
					      "\\.evil.example",
					      ":443:443" };
	char text[512];
	size_t place, i, length = strlen(host);

	try_host(vendor, host, allowed, refused);
	for (i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", around[i], host);
		try_host(vendor, text, allowed, refused);
	}
	for (i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", host, behind[i]);
		try_host(vendor, text, allowed, refused);
	}
	for (place = 0; place < length; place++) {
		snprintf(text, sizeof(text), "%.*s%s", (int)place, host,
			 host + place + 1); /* one byte less */
		try_host(vendor, text, allowed, refused);
		for (i = 0; i < sizeof(bytes) - 1; i++) {
			snprintf(text, sizeof(text), "%.*s%c%s", (int)place, host, bytes[i],
				 host + place); /* more */
			try_host(vendor, text, allowed, refused);
			snprintf(text, sizeof(text), "%.*s%c%s", (int)place, host, bytes[i],
				 host + place + 1); /* other */
			try_host(vendor, text, allowed, refused);
		}
	}
}

static void test_look_alikes(void **state)
{
	static const char *const bases[] = {
		"git.example.com", "GIT.Example.com:443", "registry.example.com:5000",
		"10.0.0.1",        "example.com",         "registry.example.com"
	};
	struct vendor vendor;
	char text[512];
	size_t i, allowed = 0, refused = 0;

	(void)state;
	snprintf(text, sizeof(text), "[vendor]\ndialect = oauth2\nhosts = %s\n", listed_hosts);
	load_good(&vendor, text);
	for (i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		try_neighbours(&vendor, bases[i], &allowed, &refused);
	assert_true(allowed >= 20);
	assert_true(refused >= 2000);
	vendor_release(&vendor);
}

/* ---- the manual pages ---- */

/* Writes the literal block of the page that begins with these bytes into the file. */
static void block_write(const char *page, const char *begin, const char *file)
{
	char *text = files_source(page), *block = text, *end;

	do {
		block = strstr(block, ".Bd -literal -offset indent\n");
		if (!block)
			fail_msg("%s has no example that begins with %s", page, begin);
		block = strchr(block, '\n') + 1;
	} while (strncmp(block, begin, strlen(begin)) != 0);
	end = strstr(block, ".Ed\n");
	assert_non_null(end);
	*end = '\0';
	files_write(file, block);
	free(text);
}

static void load_example(const char *name)
{
	struct vendor vendor;
	struct dialect dialect;
	struct error error;

	if (vendor_load(&vendor, name, &places, &error) < 0 ||
	    vendor_dialect(&vendor, &places, &dialect, &error) < 0)
		fail_msg("%s", error.text);
	dialect_release(&dialect);
	vendor_release(&vendor);
}

static void test_manual_pages(void **state)
{
	struct policy policy;
	struct error error;

	(void)state;
	block_write("common/apitoken.conf.5", "[pam]\nvendor = apiax\n", "etc/apitoken.conf");
	assert_int_equal(policy_load(&policy, files_at("etc"), "cron", &error), 0);
	assert_string_equal(policy.vendor, "none");
	block_write("common/apitoken.conf.5", "[vendor]\ndialect = apiax\n",
		    "etc/vendors.d/apiax.conf");
	load_example("apiax");
	block_write("common/apitoken.conf.5", "[vendor]\ndialect = keycloak\n",
		    "etc/vendors.d/work.conf");
	load_example("work");
	block_write("common/apitoken-dialect.5", "[dialect]\n", "etc/dialects/north.conf");
	block_write("common/apitoken-dialect.5", "[vendor]\ndialect = north\n",
		    "etc/vendors.d/north.conf");
	load_example("north");
	unlink(files_at("etc/vendors.d/apiax.conf"));
	unlink(files_at("etc/vendors.d/work.conf"));
	unlink(files_at("etc/vendors.d/north.conf"));
}

/* Many vendors and hosts: nothing that grows faster than they do. */
static void test_many(void **state)
{
	enum { VENDORS = 200, HOSTS = 5 };
	struct vendor_folders folders;
	struct vendor vendor;
	struct error error;
	char name[64], text[512];
	size_t i, j, used;

	(void)state;
	for (i = 0; i < VENDORS; i++) {
		used = (size_t)snprintf(text, sizeof(text), "[vendor]\ndialect = oauth2\nhosts =");
		for (j = 0; j < HOSTS; j++)
			used += (size_t)snprintf(text + used, sizeof(text) - used,
						 " h%zu.v%zu.example.com", j, i);
		snprintf(name, sizeof(name), "etc/vendors.d/v%zu.conf", i);
		files_write(name, text);
	}
	assert_int_equal(vendor_hosts_unique(&places, &error), 0);
	vendor_folders_init(&folders, &places);
	for (i = 0; i < VENDORS; i++) {
		snprintf(name, sizeof(name), "v%zu", i);
		assert_int_equal(vendor_load_from(&vendor, name, &folders, &error), 0);
		assert_int_equal(vendor.hosts_count, HOSTS);
		vendor_release(&vendor);
		snprintf(name, sizeof(name), "etc/vendors.d/v%zu.conf", i);
		unlink(files_at(name));
	}
	vendor_folders_close(&folders);
	vendor_folders_close(&folders);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("every key of a vendor file is read into its place", test_every_key),
		UNIT_TEST("a vendor file needs its dialect only", test_defaults),
		UNIT_TEST("NET-02 everything else is refused with file, line and what was "
			  "expected; a secret in it is not shown",
			  test_bad_files),
		UNIT_TEST("NET-13 no line of a vendor file takes a control byte",
			  test_control_bytes),
		UNIT_TEST("prefixes and mutations of a good vendor file do no harm",
			  test_mutations),
		UNIT_TEST("the first folder's file of a name counts, whole", test_folders),
		UNIT_TEST("an unsafe folder is a refusal for the files in it only",
			  test_unsafe_folder),
		UNIT_TEST("vendor names are short lower case names", test_names),
		UNIT_TEST("vendors are listed once each, sorted, without other files", test_list),
		UNIT_TEST("a host that two vendors claim is an error that names both lines",
			  test_one_host_one_vendor),
		UNIT_TEST("the module looks where its arguments say", test_places_for_module),
		UNIT_TEST("a user's programs look in the user's folder and in /etc",
			  test_places_for_user),
		UNIT_TEST("somebody else's home is no home", test_no_home),
		UNIT_TEST("the vendor's username is made of the login name", test_usernames),
		UNIT_TEST("a vendor file's words are variables and overrides of its dialect",
			  test_dialect_variables),
		UNIT_TEST("a dialect's defaults can be replaced, refresh switched",
			  test_dialect_defaults),
		UNIT_TEST("a vendor file that does not fit its dialect is refused",
			  test_bad_dialects),
		UNIT_TEST("NET-04 an issuer takes the place of token_url, and stays as it was written", test_issuer),
		UNIT_TEST("a vendor file's own error rules are asked first", test_own_rules_first),
		UNIT_TEST("CRD-05 a host is allowed only where it is one of the list, whatever "
			  "looks like it",
			  test_look_alikes),
		UNIT_TEST("the examples of the manual pages are read", test_manual_pages),
		UNIT_TEST("200 vendors with 1,000 hosts are read", test_many),
	};

	return cmocka_run_group_tests_name("vendor", tests, setup, files_remove);
}
