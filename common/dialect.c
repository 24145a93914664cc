/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/dialect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/dialect_entry.h"
#include "common/dialect_syntax.h"
#include "common/text.h"

/* ---- life ---- */

static void answer_init(struct dialect_answer *answer)
{
	answer->lifetime_is = -1;
	answer->refresh_lifetime_is = -1;
	answer->refresh_zero_is_end = -1;
	answer->token_type_required = -1;
	answer->narrow_scope_refused = -1;
}

void dialect_init(struct dialect *dialect)
{
	size_t i;

	memset(dialect, 0, sizeof(*dialect));
	dialect->default_lifetime = DIALECT_LIFETIME_DEFAULT;
	answer_init(&dialect->answer);
	dialect->answer.token_type_required = 1; /* RFC 6749 section 5.1 */
	for (i = 0; i < DIALECT_STEPS_MAX; i++)
		answer_init(&dialect->steps[i].answer);
}

static void parts_release(struct dialect_part *parts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(parts[i].name);
		free(parts[i].template_text);
	}
}

static void answer_release(struct dialect_answer *answer)
{
	size_t role;

	for (role = 0; role < ROLE_COUNT; role++)
		free(answer->paths[role]);
}

static void step_release(struct dialect_step *step)
{
	free(step->url);
	free(step->content_type);
	free(step->accept_types);
	free(step->success);
	parts_release(step->headers, step->headers_count);
	parts_release(step->fields, step->fields_count);
	answer_release(&step->answer);
}

static void rule_release(struct dialect_rule *rule)
{
	free(rule->steps);
	free(rule->statuses);
	free(rule->codes);
	free(rule->text);
}

void dialect_release(struct dialect *dialect)
{
	size_t i;

	free(dialect->description);
	free(dialect->requires_keys);
	for (i = 0; i < dialect->steps_count; i++)
		step_release(&dialect->steps[i]);
	free(dialect->discovery.url);
	free(dialect->discovery.hosts);
	parts_release(dialect->discovery.endpoints, dialect->discovery.endpoints_count);
	answer_release(&dialect->answer);
	for (i = 0; i < dialect->rules_count; i++)
		rule_release(&dialect->rules[i]);
	parts_release(dialect->variables, dialect->variables_count);
	parts_release(dialect->use_headers, dialect->use_headers_count);
	free(dialect->use_header);
	free(dialect->use_scheme);
	dialect_entries_release(dialect->entries, dialect->entries_count);
	dialect_init(dialect);
}

/* ---- reading ---- */

static int load_entry(const struct ini_entry *entry, void *context, struct error *error)
{
	return dialect_set(context, entry, error);
}

int dialect_load(struct dialect *dialect, const char *name, const char *const *folders,
		 struct error *error)
{
	struct error why = { .errnum = ENOENT };
	char path[INI_PATH_MAX];

	if (!dialect_name_valid(name))
		return error_set(error, ERROR_CONFIGURATION,
				 "'%s' is no name of a dialect; expected something like keycloak",
				 name);
	memcpy(dialect->name, name, strlen(name) + 1);
	for (; *folders; folders++) {
		if ((size_t)snprintf(path, sizeof(path), "%s/%s.conf", *folders, name) >=
		    sizeof(path))
			return error_set(error, ERROR_CONFIGURATION,
					 "%s: the path of this folder is too long", *folders);
		if (ini_parse_file(path, load_entry, dialect, &why) == 0)
			return 0;
		if (why.errnum != ENOENT) {
			if (error)
				*error = why;
			return -1;
		}
	}
	if (error) {
		error_set(error, ERROR_CONFIGURATION,
			  "there is no dialect '%s'; its file %s.conf was looked for in all "
			  "dialects folders",
			  name, name);
		error->errnum = ENOENT;
	}
	return -1;
}

/* ---- asking ---- */

const struct dialect_step *dialect_step_find(const struct dialect *dialect, const char *name)
{
	size_t i;

	for (i = 0; i < dialect->steps_count; i++)
		if (strcmp(dialect->steps[i].name, name) == 0)
			return &dialect->steps[i];
	return NULL;
}

const char *dialect_variable(const struct dialect *dialect, const char *name)
{
	size_t i;

	for (i = 0; i < dialect->variables_count; i++)
		if (strcmp(dialect->variables[i].name, name) == 0)
			return dialect->variables[i].template_text;
	return NULL;
}

bool dialect_discovers(const struct dialect *dialect, const char *name)
{
	const struct dialect_discovery *discovery = &dialect->discovery;
	size_t i;

	for (i = 0; discovery->url && i < discovery->endpoints_count; i++)
		if (strcmp(discovery->endpoints[i].name, name) == 0)
			return discovery->endpoints[i].template_text[0] != '\0';
	return false;
}

const char *dialect_paths(const struct dialect *dialect, const struct dialect_step *step,
			  enum dialect_role role)
{
	if (step && step->answer.paths[role])
		return step->answer.paths[role];
	return dialect->answer.paths[role];
}

/* "400" or "400-499" at text. */
static bool status_matches(const char *text, size_t length, int status)
{
	char digits[2][4] = { "", "" };
	int64_t low, high;

	if (length != 3 && length != 7)
		return false;
	memcpy(digits[0], text, 3);
	memcpy(digits[1], text + length - 3, 3);
	return number_parse(digits[0], 0, 999, &low) == 0 &&
	       number_parse(digits[1], 0, 999, &high) == 0 && low <= status && status <= high;
}

bool dialect_status_in(const char *list, int status)
{
	size_t length;

	for (; *list; list += length + (list[length] != '\0')) {
		length = strcspn(list, " ");
		if (status_matches(list, length, status))
			return true;
	}
	return false;
}

bool dialect_word_in(const char *list, const char *word)
{
	size_t length, wanted = strlen(word);

	for (; *list; list += length + (list[length] != '\0')) {
		length = strcspn(list, " ");
		if (length > 0 && length == wanted && memcmp(list, word, length) == 0)
			return true;
	}
	return false;
}

/* ---- verdicts ---- */

static const char *const verdicts[] = {
	[VERDICT_SUCCESS] = "success",           [VERDICT_REFUSED] = "refused",
	[VERDICT_ACCOUNT] = "account",           [VERDICT_CONFIGURATION] = "configuration",
	[VERDICT_RATE_LIMITED] = "rate_limited", [VERDICT_UNAVAILABLE] = "unavailable",
	[VERDICT_LOGIN_AGAIN] = "login_again",
};

const char *verdict_word(enum verdict verdict)
{
	return verdicts[verdict];
}

int verdict_parse(const char *word, enum verdict *verdict)
{
	size_t i;

	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		if (strcmp(verdicts[i], word) == 0) {
			*verdict = (enum verdict)i;
			return 0;
		}
	}
	return -1;
}
