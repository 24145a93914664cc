/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/vendor_key.h"

#include <stdlib.h>
#include <string.h>

#include "common/dialect_entry.h"
#include "common/dialect_syntax.h"
#include "common/setting.h"
#include "common/text.h"
#include "common/vendor_value.h"

static const char page[] = "apitoken.conf(5)";

/* Keys of [vendor] that a dialect knows as variables. */
static const char variable_keys[] = "token_url base_url issuer client_id scope";

static int override_add(struct vendor *vendor, const struct ini_entry *entry, struct error *error)
{
	return dialect_entries_append(&vendor->overrides, &vendor->overrides_count, entry, error);
}

/* ---- setters ---- */

static int set_url(void *place, const struct setting *setting, const struct ini_entry *entry,
		   struct error *error)
{
	struct url url;
	struct error why;
	size_t length;

	(void)setting;
	if (url_parse(entry->value, &url, &why) < 0)
		return ini_error(error, entry, "bad value of '%s': %s", entry->key, why.text);
	/* {base_url}/path shall have one slash. */
	for (length = strlen(url.text);
	     strcmp(entry->key, "base_url") == 0 && url.text[length - 1] == '/'; length--)
		url.text[length - 1] = '\0';
	/* An issuer is compared byte for byte, as it was written (OpenID Connect Discovery 1.0, section 4.3). */
	return setting_replace(place, strcmp(entry->key, "issuer") == 0 ? entry->value : url.text,
			       entry, error);
}

static int set_endpoint(void *place, const struct setting *setting, const struct ini_entry *entry,
			struct error *error)
{
	char canonical[URL_MAX];
	const char *expected = vendor_endpoint(entry->value, strcmp(setting->key, "proxy") == 0,
					       canonical);

	if (expected)
		return ini_error(error, entry, "bad value of '%s'; expected %s", entry->key,
				 expected);
	return setting_replace(place, canonical, entry, error);
}

/* The host may have its line in "hosts" or in the header of [host NAME]. */
static int host_append(struct vendor_host **hosts, size_t *count, const char *host,
		       const struct ini_entry *entry, struct error *error)
{
	enum { STRIDE = 16 };
	struct vendor_host *grown;

	if (*count % STRIDE == 0) {
		grown = reallocarray(*hosts, *count + STRIDE, sizeof(*grown));
		if (!grown)
			return setting_no_memory(entry, error);
		*hosts = grown;
	}
	grown = *hosts + *count;
	*grown = (struct vendor_host){ .line = entry->line };
	if (setting_replace(&grown->host, host, entry, error) < 0)
		return -1;
	++*count;
	return 0;
}

static int host_read(const char *text, size_t length, char host[static HOST_MAX],
		     const struct ini_entry *entry, struct error *error)
{
	struct error why;

	if (host_canonical(text, length, host, &why) < 0)
		return ini_error(error, entry, "%s", why.text);
	return 0;
}

static int set_hosts(void *place, const struct setting *setting, const struct ini_entry *entry,
		     struct error *error)
{
	struct vendor *vendor = place;
	const char *word = entry->value + strspn(entry->value, " ");
	char host[HOST_MAX];
	size_t length;

	(void)setting;
	for (; *word; word += strspn(word, " ")) {
		length = strcspn(word, " ");
		if (vendor->hosts_count == VENDOR_HOSTS_MAX)
			return ini_error(error, entry, "there are more than %d hosts",
					 VENDOR_HOSTS_MAX);
		if (host_read(word, length, host, entry, error) < 0 ||
		    host_append(&vendor->hosts, &vendor->hosts_count, host, entry, error) < 0)
			return -1;
		word += length;
	}
	return 0;
}

static int set_timeout(void *place, const struct setting *setting, const struct ini_entry *entry,
		       struct error *error)
{
	int64_t seconds;

	if (setting_number(&seconds, setting, entry, error) < 0)
		return -1;
	*(int *)place = (int)seconds;
	return 0;
}

/* ---- keys ---- */

static const struct setting_word refresh_words[] = {
	{ "auto", VENDOR_REFRESH_AUTO },
	{ "none", VENDOR_REFRESH_NONE },
	{ "try", VENDOR_REFRESH_TRY },
	{ NULL, 0 },
};

static const struct setting_word refresh_retry_words[] = {
	{ "0", 0 },
	{ "1", 1 },
	{ NULL, 0 },
};

static const struct setting_word on_logout_words[] = {
	{ "delete", 0 },
	{ "revoke", 1 },
	{ NULL, 0 },
};

static const struct setting_word yes_words[] = {
	{ "no", 0 },
	{ "yes", 1 },
	{ NULL, 0 },
};

static const struct setting_word git_auth_words[] = {
	{ "auto", GIT_AUTH_AUTO },
	{ "bearer", GIT_AUTH_BEARER },
	{ "basic", GIT_AUTH_BASIC },
	{ NULL, 0 },
};

#define SET(KEY, SET_FUNCTION, MEMBER)                                                             \
	{                                                                                          \
		.key = (KEY), .set = (SET_FUNCTION), .offset = offsetof(struct vendor, MEMBER)     \
	}

static const struct setting vendor_settings[] = {
	SETTING_ARRAY("dialect", vendor, dialect, dialect_name_fault),
	SET("token_url", set_url, token_url),
	SET("base_url", set_url, base_url),
	SET("issuer", set_url, issuer),
	SETTING_TEXT("client_id", vendor, client_id, vendor_visible_fault),
	SETTING_TEXT("client_secret_file", vendor, client_secret_file, vendor_path_fault),
	SETTING_TEXT("password_suffix_file", vendor, password_suffix_file, vendor_path_fault),
	SETTING_TEXT("scope", vendor, scope, vendor_visible_fault),
	SETTING_TEXT("username", vendor, username, vendor_username_fault),
	{ .key = "hosts", .set = set_hosts, .offset = 0 },
	SETTING_TEXT("ca_file", vendor, ca_file, vendor_path_fault),
	SET("proxy", set_endpoint, proxy),
	SET("connect_to", set_endpoint, connect_to),
	SETTING_FLAG("on_logout", vendor, revoke_on_logout, on_logout_words),
	SETTING_FLAG("revoke_displaced", vendor, revoke_displaced, yes_words),
	SETTING_FLAG("askpass", vendor, askpass, yes_words),
	SETTING_FLAG("keep_password", vendor, keep_password, yes_words),
	SETTING_NUMBER("otp_digits", vendor, otp_digits, VENDOR_OTP_DIGITS_MIN, VENDOR_OTP_DIGITS_MAX, "digits"),
	{ .key = "timeout",
	  .set = set_timeout,
	  .offset = offsetof(struct vendor, timeout),
	  .minimum = VENDOR_TIMEOUT_MIN,
	  .maximum = VENDOR_TIMEOUT_MAX,
	  .unit = "seconds" },
	SETTING_CHOICE("refresh", vendor, refresh, refresh_words),
	SETTING_FLAG("refresh_retry", vendor, refresh_retry, refresh_retry_words),
	SETTING_NUMBER("default_lifetime", vendor, default_lifetime, 1, VENDOR_LIFETIME_MAX,
		       "seconds"),
	SETTING_NUMBER("minimum_life", vendor, minimum_life, 1, VENDOR_MINIMUM_LIFE_MAX, "seconds"),
	SETTING_NUMBER("git_minimum_life", vendor, git_minimum_life, 1, VENDOR_MINIMUM_LIFE_MAX,
		       "seconds"),
	SETTING_NUMBER("docker_minimum_life", vendor, docker_minimum_life, 1,
		       VENDOR_MINIMUM_LIFE_MAX, "seconds"),
	{ .key = NULL },
};

static const struct setting host_settings[] = {
	SETTING_CHOICE("git_auth", vendor_host, git_auth, git_auth_words),
	SETTING_TEXT("git_username", vendor_host, git_username, vendor_account_fault),
	SETTING_TEXT("docker_username", vendor_host, docker_username, vendor_account_fault),
	{ .key = NULL },
};

/* ---- sections ---- */

/* A URL in its canonical form; NULL where the key is none of a URL. */
static const char *vendor_url(const struct vendor *vendor, const char *key)
{
	if (strcmp(key, "token_url") == 0)
		return vendor->token_url;
	if (strcmp(key, "base_url") == 0)
		return vendor->base_url;
	return strcmp(key, "issuer") == 0 ? vendor->issuer : NULL;
}

/* What [vendor] says about the dialect goes the way of all overrides, with its own line. */
static int override_from_vendor(struct vendor *vendor, const struct ini_entry *entry,
				struct error *error)
{
	struct ini_entry moved = *entry;

	if (strcmp(entry->key, "default_lifetime") == 0)
		moved.section = "dialect";
	else if (dialect_word_in(variable_keys, entry->key))
		moved.section = "variables";
	else
		return 0;
	if (vendor_url(vendor, entry->key))
		moved.value = vendor_url(vendor, entry->key);
	return override_add(vendor, &moved, error);
}

static int read_vendor(struct vendor_reader *reader, const struct ini_entry *entry,
		       struct error *error)
{
	if (!entry->key)
		return 0;
	if (setting_apply(reader->vendor, vendor_settings, entry, page, error) < 0)
		return -1;
	if (strcmp(entry->key, "dialect") == 0)
		reader->vendor->dialect_line = entry->line;
	return override_from_vendor(reader->vendor, entry, error);
}

static int read_host(struct vendor_reader *reader, const struct ini_entry *entry,
		     struct error *error)
{
	const char *name = entry->section + strlen("host ");
	char host[HOST_MAX];

	if (entry->key)
		return setting_apply(&reader->settings[reader->settings_count - 1], host_settings,
				     entry, page, error);
	if (host_read(name, strlen(name), host, entry, error) < 0)
		return -1;
	return host_append(&reader->settings, &reader->settings_count, host, entry, error);
}

static int read_variables(struct vendor_reader *reader, const struct ini_entry *entry,
			  struct error *error)
{
	if (entry->key && dialect_word_in(variable_keys, entry->key))
		return ini_error(error, entry, "'%s' has its place in [vendor]", entry->key);
	return override_add(reader->vendor, entry, error);
}

static bool is_dialect_section(const char *section)
{
	char word[sizeof("discovery")];
	size_t length = strcspn(section, " ");

	if (length >= sizeof(word))
		return false;
	memcpy(word, section, length);
	word[length] = '\0';
	return dialect_word_in("dialect defaults step discovery answer error use", word);
}

int vendor_read_entry(const struct ini_entry *entry, void *context, struct error *error)
{
	struct vendor_reader *reader = context;

	if (strcmp(entry->section, "vendor") == 0)
		return read_vendor(reader, entry, error);
	if (text_starts_with(entry->section, "host "))
		return read_host(reader, entry, error);
	if (strcmp(entry->section, "variables") == 0)
		return read_variables(reader, entry, error);
	if (is_dialect_section(entry->section))
		return override_add(reader->vendor, entry, error);
	return ini_error(error, entry,
			 "unknown section [%s]; expected vendor, 'host NAME', variables, or a "
			 "section of apitoken-dialect(5)",
			 entry->section);
}

/* ---- the whole ---- */

static int host_compare(const void *a, const void *b)
{
	const struct vendor_host *const *first = a, *const *second = b;

	return strcmp((*first)->host, (*second)->host);
}

static int path_line_error(const struct vendor_reader *reader, int line, struct error *error,
			   const char *host, const char *what)
{
	return error_set(error, ERROR_CONFIGURATION, "%s:%d: host '%s' %s", reader->vendor->path,
			 line, host, what);
}

/* Moves the settings of one [host NAME] to the host of that name. */
static int settings_move(struct vendor_reader *reader, struct vendor_host **sorted,
			 struct vendor_host *settings, struct error *error)
{
	struct vendor_host **found = bsearch(&settings, sorted, reader->vendor->hosts_count,
					     sizeof(struct vendor_host *), host_compare),
			   *host;

	if (!found)
		return path_line_error(reader, settings->line, error, settings->host,
				       "is not among 'hosts' of [vendor]; add it there");
	host = *found;
	host->git_auth = settings->git_auth;
	host->git_username = settings->git_username;
	host->docker_username = settings->docker_username;
	settings->git_username = settings->docker_username = NULL; /* transferred */
	return 0;
}

/* Fills sorted with the hosts in the order of their names. Returns one that stands there twice, or
 * NULL. */
static const struct vendor_host *hosts_sort(struct vendor_host **sorted, struct vendor_host *hosts,
					    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		sorted[i] = &hosts[i];
	qsort(sorted, count, sizeof(struct vendor_host *), host_compare);
	for (i = 1; i < count; i++)
		if (strcmp(sorted[i - 1]->host, sorted[i]->host) == 0)
			return sorted[i];
	return NULL;
}

static int hosts_finish(struct vendor_reader *reader, struct vendor_host **sorted,
			struct error *error)
{
	struct vendor *vendor = reader->vendor;
	const struct vendor_host *twice;
	size_t i;

	twice = hosts_sort(sorted, reader->settings, reader->settings_count);
	if (twice)
		return path_line_error(reader, twice->line, error, twice->host,
				       "has two sections; keep one of the two");
	twice = hosts_sort(sorted, vendor->hosts, vendor->hosts_count);
	if (twice)
		return path_line_error(reader, twice->line, error, twice->host,
				       "stands twice in 'hosts'; keep one of the two");
	for (i = 0; i < reader->settings_count; i++)
		if (settings_move(reader, sorted, &reader->settings[i], error) < 0)
			return -1;
	return 0;
}

int vendor_read_finish(struct vendor_reader *reader, struct error *error)
{
	struct vendor *vendor = reader->vendor;
	struct vendor_host **sorted;
	int result;

	if (vendor->dialect[0] == '\0')
		return error_set(error, ERROR_CONFIGURATION,
				 "%s: 'dialect' is missing in [vendor]; expected for example "
				 "dialect = keycloak",
				 vendor->path);
	if (vendor->keep_password && vendor->otp_digits != 0)
		return error_set(error, ERROR_CONFIGURATION,
				 "%s: 'keep_password = yes' and 'otp_digits' exclude each other: a "
				 "one-time code cannot be sent again; take one of them out",
				 vendor->path);
	if (!vendor->username && !(vendor->username = strdup("%u")))
		return error_set(error, ERROR_MEMORY, "%s: not enough memory to read it",
				 vendor->path);
	sorted = calloc(vendor->hosts_count + reader->settings_count + 1,
			sizeof(struct vendor_host *));
	if (!sorted)
		return error_set(error, ERROR_MEMORY, "%s: not enough memory to read it",
				 vendor->path);
	result = hosts_finish(reader, sorted, error);
	free(sorted);
	return result;
}

void vendor_hosts_release(struct vendor_host *hosts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(hosts[i].host);
		free(hosts[i].git_username);
		free(hosts[i].docker_username);
	}
	free(hosts);
}
