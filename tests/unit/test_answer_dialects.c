/* SPDX-License-Identifier: BSD-3-Clause */
/* Bodies that lie, against every dialect that is shipped: each has its own paths, and none may lead to a login. */
#include "tests/unit/answers.h"

#include <dirent.h>
#include <stdlib.h>

#include "tests/unit/files.h"

enum { BODY_MAX = 64 * 1024, SHIPPED_MAX = 32, SPARE = 1024 };

/*
 * A good answer of each dialect's step, with @ for the access token, # for its lifetime, ~ for the refresh token (JSON values), and an error word as
 * a member. A dialect may have several rows; each file has one at least.
 */
static const struct row {
	const char *dialect, *step, *good, *error;
} rows[] = {
	{ "oauth2", "login", "{\"access_token\":@,\"token_type\":\"Bearer\",\"expires_in\":#,\"refresh_token\":~}", "\"error\":\"invalid_grant\"" },
	{ "keycloak", "login", "{\"access_token\":@,\"token_type\":\"Bearer\",\"expires_in\":#,\"refresh_token\":~}", "\"error\":\"invalid_grant\"" },
	{ "keycloak", "refresh", "{\"access_token\":@,\"token_type\":\"Bearer\",\"expires_in\":#,\"refresh_token\":~}", "\"error\":\"invalid_grant\"" },
	{ "apiax", "login", "{\"access_token\":@,\"token_type\":\"bearer\",\"expires_in\":#,\"refresh_token\":~}", "\"error\":\"invalid_grant\"" },
	{ "apiax", "refresh", "{\"access_token\":@,\"token_type\":\"bearer\",\"expires_at\":#,\"refresh_token\":~}", "\"error\":\"invalid_grant\"" },
	{ "vyopta", "login", "{\"access_token\":@,\"token_type\":\"bearer\",\"expires_in\":#,\"refresh_token\":~}", "\"error\":\"invalid_grant\"" },
	{ "glewlwyd", "login", "{\"access_token\":@,\"token_type\":\"bearer\",\"expires_in\":#,\"refresh_token\":~}", "\"error\":\"x\"" },
	{ "amino", "login", "{\"data\":{\"attributes\":{\"access_token\":@,\"expires_at_timestamp\":#,\"refresh_token\":~}}}", "\"errors\":[{\"code\":\"x\"}]" },
	{ "amino", "login", "{\"data\":[{\"attributes\":{\"access_token\":@,\"expires_at_timestamp\":#,\"refresh_token\":~}}]}", "\"error\":\"x\"" },
	{ "amino-login", "login", "{\"userStat\":{\"accessToken\":[@,#],\"refreshToken\":[~,1900000000]}}", "\"error\":\"x\"" },
	{ "amino-operator", "login", "{\"access_token\":@,\"token_type\":\"Bearer\",\"expires_in\":#,\"refresh_token\":~}", "\"error\":\"x\"" },
	{ "amino-operator", "exchange", "{\"userStat\":{\"accessToken\":[@,#],\"refreshToken\":[~,1900000000]}}", "\"error\":\"x\"" },
	{ "directus", "login", "{\"data\":{\"access_token\":@,\"expires\":#,\"refresh_token\":~}}", "\"errors\":[{\"extensions\":{\"code\":\"X\"}}]" },
	{ "docker-token", "login", "{\"token\":@,\"expires_in\":#,\"refresh_token\":~}", "\"errors\":[{\"code\":\"DENIED\"}]" },
	{ "simplejwt", "login", "{\"access\":@,\"refresh\":~,\"ttl\":#}", "\"code\":\"no_active_account\"" },
	{ "strapi", "login", "{\"jwt\":@,\"user\":{\"id\":#,\"name\":~}}", "\"error\":{\"name\":\"ApplicationError\"}" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static struct dialect dialects[ROWS];

static int set_entry(const struct ini_entry *entry, void *context, struct error *error)
{
	return dialect_set(context, entry, error);
}

static int load_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct error error = { .code = ERROR_NONE };
		char path[128], *text;

		snprintf(path, sizeof(path), "common/dialects/%s.conf", rows[i].dialect);
		text = files_source(path);
		dialect_init(&dialects[i]);
		if (ini_parse(path, text, strlen(text), set_entry, &dialects[i], &error) < 0)
			fail_msg("%s", error.text);
		free(text);
	}
	return 0;
}

static int release_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		dialect_release(&dialects[i]);
	return 0;
}

/* The row's good answer with these values; free() it. */
static char *body_of(const struct row *row, const char *token, const char *lifetime, const char *refresh)
{
	char *body = calloc(1, BODY_MAX);
	size_t used = 0;

	assert_non_null(body);
	for (const char *c = row->good; *c != '\0'; c++) {
		const char one[] = { *c, '\0' };
		const char *value = *c == '@' ? token : *c == '#' ? lifetime : *c == '~' ? refresh : one;

		assert_true(used + strlen(value) < BODY_MAX);
		memcpy(body + used, value, strlen(value));
		used += strlen(value);
	}
	return body;
}

static char *good_body(const struct row *row) { return body_of(row, "\"tok.en\"", "1800000600", "\"re.fresh\""); }

/* The good answer with further members in front of its own; free() it. */
static char *body_with(const struct row *row, const char *members)
{
	char *good = good_body(row), *body = calloc(1, BODY_MAX);

	assert_non_null(body);
	snprintf(body, BODY_MAX, "{%s,%s", members, good + 1);
	free(good);
	return body;
}

static bool is_login(size_t number, const struct sample *sample, int64_t *lifetime)
{
	struct outcome outcome;
	int result = answers_read_step(&dialects[number], rows[number].step, sample, &outcome);

	if (lifetime != NULL)
		*lifetime = outcome.lifetime;
	outcome_release(&outcome);
	return result == 0;
}

static bool body_is_login(size_t number, const char *body)
{
	const struct sample sample = { .status = 200, .type = "application/json", .body = body };

	return is_login(number, &sample, NULL);
}

/* Frees the body. */
static void refuses(size_t number, char *body)
{
	if (body_is_login(number, body))
		fail_msg("%s, step %s, took %.200s", rows[number].dialect, rows[number].step, body);
	free(body);
}

/* Without this the other tests would prove nothing: the good answer is a login, and only by its values. */
static void test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		char *body = good_body(&rows[i]);

		if (!body_is_login(i, body))
			fail_msg("%s, step %s, refused %s", rows[i].dialect, rows[i].step, body);
		free(body);
	}
}

static void test_every_file(void **state)
{
	DIR *folder = opendir("common/dialects");
	struct dirent *entry;
	char name[SHIPPED_MAX + 8];
	size_t found;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(entry->d_name, "."), entry->d_name);
		for (found = 0; found < ROWS && strcmp(rows[found].dialect, name) != 0;)
			found++;
		if (found == ROWS)
			fail_msg("the dialect %s has no row here", name);
	}
	closedir(folder);
}

static void test_types(void **state)
{
	static const char *const types[] = { "text/html", "text/plain", "", "application/json, text/html", "application/octet-stream" };

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		char *body = good_body(&rows[i]);

		for (size_t j = 0; j < sizeof(types) / sizeof(types[0]); j++) {
			const struct sample sample = { .status = 200, .type = types[j], .body = body };

			assert_false(is_login(i, &sample, NULL));
		}
		free(body);
		refuses(i, strdup("<html><body>Please sign in</body></html>"));
	}
}

static void test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		refuses(i, body_with(&rows[i], rows[i].error));
}

static void test_kinds(void **state)
{
	static const char *const values[] = { "null", "\"\"", "{}", "{\"a\":1}", "[]", "[\"tok.en\"]", "1", "true", "false", "1.5" };

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++)
			refuses(i, body_of(&rows[i], values[j], "1800000600", "\"r\""));
}

static void test_bytes(void **state)
{
	static const char *const values[] = { "\"a\\u0000b\"", "\"\\u0000\"", "\"ab\\u0000\"", "\"a\\nb\"", "\"a\\r\\nX: y\"", "\"a b\"", "\" ab\"", "\"ab \"",
					      "\"a\\tb\"", "\"a\\u007fb\"", "\"a\xc3\xa4\"", "\"a\\\"b\"", "\"a\\\\b\"", "\"a\nb\"", "\"a\x1b[31m\"", "\"a\\ud800b\"" };

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++)
			refuses(i, body_of(&rows[i], values[j], "1800000600", "\"r\""));
}

static void test_sizes(void **state)
{
	static const size_t sizes[] = { 9010, 16384, 32768, 60000 };
	char *token = calloc(1, BODY_MAX);

	(void)state;
	assert_non_null(token);
	for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
		memset(token, 'a', sizes[j]);
		token[0] = token[sizes[j] - 1] = '"';
		for (size_t i = 0; i < ROWS; i++)
			refuses(i, body_of(&rows[i], token, "1800000600", "\"r\""));
	}
	free(token);
}

/* All members twice, and the whole object's own once more inside. */
static void test_duplicates(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		char *good = good_body(&rows[i]), members[SPARE];

		snprintf(members, sizeof(members), "%.*s", (int)strlen(good) - 2, good + 1);
		free(good);
		refuses(i, body_with(&rows[i], members));
	}
}

static void test_nesting_and_keys(void **state)
{
	char *keys = calloc(1, BODY_MAX);

	(void)state;
	assert_non_null(keys);
	for (int i = 0; i < 100; i++)
		snprintf(keys + strlen(keys), BODY_MAX - strlen(keys), "%s\"k%d\":1", i == 0 ? "" : ",", i);
	for (size_t i = 0; i < ROWS; i++) {
		refuses(i, body_with(&rows[i], "\"deep\":[[[[[[[[[[]]]]]]]]]]"));
		refuses(i, body_with(&rows[i], keys));
	}
	free(keys);
}

/* Nonsense is the default or no login at all, and never a life without end. */
static void test_lifetimes(void **state)
{
	static const char *const values[] = { "null", "\"junk\"", "\"3600abc\"", "\"\"", "{}", "[]", "true", "0", "-1", "1.5", "1e400", "99999999999999999999999",
					      "9223372036854775807", "-9223372036854775808", "\"99999999999999999999999\"", "31536001", "4102444800000",
					      "NaN", "-Infinity" };

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			char *body = body_of(&rows[i], "\"tok.en\"", values[j], "\"r\"");
			const struct sample sample = { .status = 200, .type = "application/json", .body = body };
			int64_t lifetime = 0;

			if (is_login(i, &sample, &lifetime))
				assert_in_range(lifetime, 1, DIALECT_LIFETIME_MAX);
			free(body);
		}
	}
}

static char *joined(const char *before, char *body, const char *behind)
{
	char *whole = calloc(1, BODY_MAX);

	assert_non_null(whole);
	snprintf(whole, BODY_MAX, "%s%s%s", before, body, behind);
	free(body);
	return whole;
}

static void test_strictness(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		refuses(i, joined("", good_body(&rows[i]), "x"));
		refuses(i, joined("", good_body(&rows[i]), "{}"));
		refuses(i, joined("/* c */", good_body(&rows[i]), ""));
		refuses(i, joined("\xef\xbb\xbf", good_body(&rows[i]), ""));
		refuses(i, joined("[", good_body(&rows[i]), "]"));
		refuses(i, body_with(&rows[i], "'quoted':1"));
		refuses(i, body_with(&rows[i], "\"n\":01"));
		refuses(i, body_with(&rows[i], "\"bad\":\"\xff\""));
	}
}

/* Where a dialect knows a type, it looks at it. */
static void test_token_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct dialect_step *step = dialect_step_find(&dialects[i], rows[i].step);
		const char *paths = dialect_paths(&dialects[i], step, ROLE_TOKEN_TYPE);
		char *body = good_body(&rows[i]), *type = strstr(body, "earer");

		if (type != NULL)
			memcpy(type - 1, "DPoPxx", 6);
		free(type != NULL ? NULL : body);
		if (type != NULL)
			refuses(i, body);
		else if (paths != NULL)
			refuses(i, body_with(&rows[i], "\"token_type\":\"mac\""));
	}
}

static void test_refresh_tokens(void **state)
{
	static const char *const values[] = { "\"a b\"", "\"a\\nb\"", "{}", "[1]", "1", "true", "\"a\\u0000b\"" };

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct dialect_step *step = dialect_step_find(&dialects[i], rows[i].step);

		if (dialect_paths(&dialects[i], step, ROLE_REFRESH_TOKEN) == NULL)
			continue;
		for (size_t j = 0; j < sizeof(values) / sizeof(values[0]); j++)
			if (values[j][0] == '"' || strstr(rows[i].good, "[~") == NULL) /* a list without a string has none */
				refuses(i, body_of(&rows[i], "\"tok.en\"", "1800000600", values[j]));
	}
}

static void test_truncation(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		char *good = good_body(&rows[i]);

		for (size_t length = 1; length < strlen(good); length++) {
			const struct sample sample = { .status = 200, .type = "application/json", .body = good, .length = length };

			assert_false(is_login(i, &sample, NULL));
		}
		free(good);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		UNIT_TEST("every shipped dialect has its good answer here", test_every_file),
		UNIT_TEST("the good answer of each dialect is a login", test_good),
		UNIT_TEST("BOD-01 every dialect: another content type, or a portal's page, is no login", test_types),
		UNIT_TEST("BOD-02 every dialect: an error word beside a token is a failure", test_errors),
		UNIT_TEST("BOD-03 every dialect: a token is a string and not empty", test_kinds),
		UNIT_TEST("BOD-04 BOD-05 every dialect: NUL, line ends, blanks, quotes and other bytes in a token", test_bytes),
		UNIT_TEST("BOD-06 every dialect: a token that is too long is refused, not cut", test_sizes),
		UNIT_TEST("BOD-07 every dialect: members that stand twice", test_duplicates),
		UNIT_TEST("BOD-08 every dialect: deep nesting and many keys", test_nesting_and_keys),
		UNIT_TEST("BOD-09 BOD-10 BOD-11 every dialect: no lifetime beyond the cap, whatever stands there", test_lifetimes),
		UNIT_TEST("BOD-12 BOD-13 every dialect: strict JSON in UTF-8 alone", test_strictness),
		UNIT_TEST("BOD-14 every dialect that knows a token type looks at it", test_token_types),
		UNIT_TEST("BOD-15 every dialect: a malformed refresh token spoils the answer", test_refresh_tokens),
		UNIT_TEST("BOD-17 every dialect: an answer cut at any byte", test_truncation),
	};

	return cmocka_run_group_tests_name("every dialect", tests, load_all, release_all);
}
