/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include <stddef.h>
#include <string.h>

#include "common/text.h"

enum { SECONDS_MAX = INT32_MAX, LENGTH_MAX = 2 << 20 };

struct options options;
static struct options kept;

/* A number has choices == NULL; a text with "" takes any value, the others one of the words. The default is the first word. */
static const struct rule {
	const char *name;
	size_t offset;
	const char *choices;
	const char *standard;
	int64_t minimum, maximum;
} rules[] = {
#define NUMBER(name, standard, minimum, maximum) { #name, offsetof(struct options, name), NULL, standard, minimum, maximum }
#define CHOICE(name, standard, choices) { #name, offsetof(struct options, name), choices, standard, 0, 0 }
#define TEXT(name, standard) { #name, offsetof(struct options, name), "", standard, 0, 0 }
	NUMBER(access_seconds, "0", 0, SECONDS_MAX),
	NUMBER(refresh_seconds, "0", 0, SECONDS_MAX),
	NUMBER(access_length, "400", 1, LENGTH_MAX),
	NUMBER(refresh_length, "400", 1, LENGTH_MAX),
	NUMBER(reuse_grace_seconds, "0", 0, SECONDS_MAX),
	NUMBER(refresh_ends_access, "0", 0, 1),
	CHOICE(rotation, "rotate", "rotate reusable keep"),
	CHOICE(refresh_token, "given", "given absent"),
	CHOICE(expiry, "normal", "normal string java_timestamp absent"),
	NUMBER(keycloak_status, "401", 400, 401),
	CHOICE(vyopta_refresh, "refused", "refused works"),
	TEXT(vyopta_host, "login.vyopta.com"),
	CHOICE(amino_data, "object", "object array"),
	CHOICE(amino_user_id, "string", "string number"),
	CHOICE(amino_content_type, "form", "form json any"),
	CHOICE(amino_refresh, "top", "top nested refused"),
	CHOICE(amino_exchange, "userstat", "userstat data rfc"),
	CHOICE(amino_expiry, "normal", "normal birth"),
	TEXT(client_secret, "test-client-secret"),
	CHOICE(basic_encoding, "form", "form raw"),
	CHOICE(git_challenge, "both", "both basic bearer none"),
	CHOICE(git_accept, "both", "both bearer basic"),
	TEXT(registry_issuer, "testvendor"),
	NUMBER(registry_seconds, "300", 1, SECONDS_MAX),
};
enum { RULES = sizeof(rules) / sizeof(rules[0]) };

static int is_choice(const char *choices, const char *value)
{
	size_t length = strlen(value);

	if (choices[0] == '\0')
		return 1;
	for (const char *at = choices; *at; at += strspn(at, " ")) {
		size_t word = strcspn(at, " ");

		if (word == length && memcmp(at, value, length) == 0)
			return 1;
		at += word;
	}
	return 0;
}

static int set_value(const struct rule *rule, const char *value)
{
	char *field = (char *)&options + rule->offset;
	int64_t number;

	if (!rule->choices) {
		if (number_parse(value, rule->minimum, rule->maximum, &number) != 0)
			return -1;
		memcpy(field, &number, sizeof(number));
		return 0;
	}
	return is_choice(rule->choices, value) ? text_copy(field, OPTION_TEXT_MAX, value) : -1;
}

int options_set(const char *name, const char *value)
{
	for (size_t i = 0; i < RULES; i++)
		if (strcmp(rules[i].name, name) == 0)
			return set_value(&rules[i], value);
	return -1;
}

void options_reset(void)
{
	static int begun;

	if (begun) {
		options = kept;
		return;
	}
	begun = 1;
	for (size_t i = 0; i < RULES; i++)
		set_value(&rules[i], rules[i].standard);
	kept = options;
}

void options_keep(void)
{
	kept = options;
}

struct json_object *options_json(void)
{
	struct json_object *all = json_object_new_object();

	for (size_t i = 0; i < RULES; i++) {
		const char *field = (const char *)&options + rules[i].offset;
		int64_t number;

		memcpy(&number, field, sizeof(number));
		json_object_object_add(all, rules[i].name,
				       rules[i].choices ? json_object_new_string(field) : json_object_new_int64(number));
	}
	return all;
}
