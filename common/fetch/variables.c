/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/variables.h"

#include <stdbool.h>
#include <string.h>

#include "common/fetch/encode.h"
#include "common/text.h"

void variables_init(struct variables *variables, const struct dialect *dialect)
{
	memset(variables, 0, sizeof(*variables));
	variables->dialect = dialect;
}

void variables_release(struct variables *variables)
{
	for (size_t i = 0; i < variables->count; i++)
		secret_release(&variables->items[i].value);
	variables->count = 0;
}

/* Its place among the items; count where there is none. */
static size_t find(const struct variables *variables, const char *name)
{
	size_t i = 0;

	while (i < variables->count && strcmp(variables->items[i].name, name) != 0)
		i++;
	return i;
}

const struct secret *variables_find(const struct variables *variables, const char *name)
{
	size_t i = find(variables, name);

	return i == variables->count ? NULL : &variables->items[i].value;
}

int variables_set(struct variables *variables, const char *name, const void *bytes, size_t length, struct error *error)
{
	size_t i = find(variables, name);
	struct variable *item = &variables->items[i];

	if (i == VARIABLES_MAX)
		return error_set(error, ERROR_CONFIGURATION, "more than %d variables in one request", VARIABLES_MAX);
	if (i == variables->count) {
		if (name[0] == '\0' || text_copy(item->name, sizeof(item->name), name) < 0)
			return error_set(error, ERROR_CONFIGURATION, "a variable's name is empty or longer than %d bytes", VARIABLE_NAME_MAX - 1);
		variables->count++;
	}
	secret_release(&item->value);
	if (secret_set(&item->value, bytes, length) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	return 0;
}

int variables_set_url(struct variables *variables, const char *name, const char *url, struct error *error)
{
	if (variables_set(variables, name, url, strlen(url), error) < 0)
		return -1;
	variables->items[find(variables, name)].is_url = true;
	return 0;
}

void variables_drop(struct variables *variables, const char *name)
{
	size_t i = find(variables, name);

	if (i < variables->count)
		secret_release(&variables->items[i].value);
}

/* What the administrator wrote stands in a URL as it is; the rest comes from a person or from a vendor's answer. */
static bool is_configuration(const char *name)
{
	static const char *const names[] = { "client_id", "scope", "token_url", "base_url", "issuer" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static int expand(struct secret *out, const char *text, const struct variables *variables, enum template_use use, int nesting,
		  struct error *error);

static int expand_name(struct secret *out, const char *name, const struct variables *variables, enum template_use use, int nesting,
		       struct error *error)
{
	size_t i = find(variables, name);
	const struct variable *item = i == variables->count ? NULL : &variables->items[i];
	const char *text;

	if (item != NULL && item->value.bytes != NULL) {
		if (use == TEMPLATE_URL && !item->is_url && !is_configuration(name))
			encode_percent(out, item->value.bytes, item->value.length);
		else
			secret_append(out, item->value.bytes, item->value.length);
		return 0;
	}
	text = variables->dialect == NULL ? NULL : dialect_variable(variables->dialect, name);
	if (text == NULL)
		return 0;
	if (nesting == VARIABLES_NESTING_MAX)
		return error_set(error, ERROR_CONFIGURATION, "the variable %s of the dialect refers to others too deep, or to itself", name);
	return expand(out, text, variables, use, nesting + 1, error);
}

/* Takes "{name}" at text apart. Returns what follows it, NULL where it is none. */
static const char *take_name(const char *text, char name[static VARIABLE_NAME_MAX])
{
	const char *end = strchr(text, '}');
	size_t length = end == NULL ? 0 : (size_t)(end - text) - 1;

	if (length == 0 || length >= VARIABLE_NAME_MAX)
		return NULL;
	memcpy(name, text + 1, length);
	name[length] = '\0';
	return end + 1;
}

static int expand(struct secret *out, const char *text, const struct variables *variables, enum template_use use, int nesting,
		  struct error *error)
{
	char name[VARIABLE_NAME_MAX];

	while (*text != '\0') {
		size_t plain = strcspn(text, "{}");

		secret_append(out, text, plain);
		text += plain;
		if (*text == '\0')
			break;
		text = *text == '{' ? take_name(text, name) : NULL;
		if (text == NULL)
			return error_set(error, ERROR_CONFIGURATION, "a template of the dialect has a brace that is not part of {name}");
		if (expand_name(out, name, variables, use, nesting, error) < 0)
			return -1;
	}
	return 0;
}

int template_expand(struct secret *out, const char *text, const struct variables *variables, enum template_use use, struct error *error)
{
	if (expand(out, text, variables, use, 0, error) < 0)
		return -1;
	if (!secret_ok(out))
		return error_set(error, ERROR_CONFIGURATION, "a part of the request is longer than %zu bytes, or memory is short", out->maximum);
	return 0;
}

static int names(const char *text, const struct variables *variables, const char *wanted, int nesting)
{
	char name[VARIABLE_NAME_MAX];

	while (text != NULL && (text = strchr(text, '{')) != NULL) {
		const char *value;

		text = take_name(text, name);
		if (text == NULL)
			return 0;
		if (strcmp(name, wanted) == 0)
			return 1;
		value = variables->dialect == NULL ? NULL : dialect_variable(variables->dialect, name);
		if (value != NULL && nesting < VARIABLES_NESTING_MAX && names(value, variables, wanted, nesting + 1))
			return 1;
	}
	return 0;
}

int template_names(const char *text, const struct variables *variables, const char *name)
{
	return names(text, variables, name, 0);
}
