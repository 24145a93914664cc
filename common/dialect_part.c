/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/dialect_part.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/dialect_syntax.h"
#include "common/host.h"
#include "common/setting.h"
#include "common/text.h"

struct parts {
	struct dialect_part *items;
	size_t *count;
	size_t maximum;
	setting_fault *name_fault, *value_fault;
	bool any_case; /* names are compared without regard to case */
};

static struct dialect_part *part_find(const struct parts *parts, const char *name)
{
	size_t i;

	for (i = 0; i < *parts->count; i++)
		if (strcmp(parts->items[i].name, name) == 0 ||
		    (parts->any_case && text_equal_ignoring_case(parts->items[i].name, name)))
			return &parts->items[i];
	return NULL;
}

/* A new part behind the others, or a new value for an old part. */
static int part_store(const struct parts *parts, struct dialect_part *old, const char *name,
		      const struct ini_entry *entry, struct error *error)
{
	struct dialect_part *fresh = &parts->items[*parts->count];

	if (old)
		return setting_copy(&old->template_text, entry->value, entry, error);
	if (setting_copy(&fresh->template_text, entry->value, entry, error) < 0)
		return -1;
	if (setting_copy(&fresh->name, name, entry, error) < 0) {
		free(fresh->template_text);
		fresh->template_text = NULL;
		return -1;
	}
	++*parts->count;
	return 0;
}

/* An empty value stays as "": an override that takes a field out. */
static int part_set(const struct parts *parts, const char *name, const struct ini_entry *entry,
		    struct error *error)
{
	const char *expected = name[0] ? parts->name_fault(name) : "a name behind the dot";
	struct dialect_part *part;

	if (expected)
		return ini_error(error, entry, "bad name '%s'; expected %s", entry->key, expected);
	expected = entry->value[0] ? parts->value_fault(entry->value) : NULL;
	if (expected)
		return ini_error(error, entry, "bad value of '%s'; expected %s", entry->key,
				 expected);
	part = part_find(parts, name);
	if (part && strcmp(part->name, name) != 0)
		return ini_error(error, entry, "the header is spelt '%s' before; spell it the same",
				 part->name);
	if (!part && *parts->count == parts->maximum)
		return ini_error(error, entry, "there are more than %zu of them in section [%s]",
				 parts->maximum, entry->section);
	return part_store(parts, part, name, entry, error);
}

int dialect_header_set(struct dialect_step *step, const struct ini_entry *entry,
		       struct error *error)
{
	const struct parts parts = {
		step->headers,        &step->headers_count,        DIALECT_PARTS_MAX,
		dialect_header_fault, dialect_line_template_fault, true
	};

	return part_set(&parts, entry->key + strlen("header."), entry, error);
}

int dialect_use_header_set(struct dialect *dialect, const struct ini_entry *entry,
			   struct error *error)
{
	const struct parts parts = { dialect->use_headers, &dialect->use_headers_count,
				     DIALECT_PARTS_MAX,    dialect_header_fault,
				     dialect_line_fault,   true };

	return part_set(&parts, entry->key + strlen("header."), entry, error);
}

int dialect_field_set(struct dialect_step *step, const struct ini_entry *entry, struct error *error)
{
	const struct parts parts = { step->fields,        &step->fields_count,    DIALECT_PARTS_MAX,
				     dialect_field_fault, dialect_template_fault, false };

	return part_set(&parts, entry->key + strlen("field."), entry, error);
}

static const char *variable_name_fault(const char *name)
{
	static const char taken[] =
		"username password password_suffix otp refresh_token access_token client_secret";

	if (dialect_word_in(taken, name))
		return "a name that is not one of the request's own variables";
	return dialect_variable_name_valid(name)
		       ? NULL
		       : "a name of lower case letters, digits and '_', at most 63";
}

int dialect_endpoint_set(struct dialect_discovery *discovery, const struct ini_entry *entry,
			 struct error *error)
{
	const struct parts parts = { discovery->endpoints, &discovery->endpoints_count,
				     DIALECT_ENDPOINTS_MAX, variable_name_fault,
				     dialect_paths_fault,   false };

	return part_set(&parts, entry->key + strlen("endpoint."), entry, error);
}

static const char *variable_url_fault(const char *value)
{
	struct url url;

	if (strchr(value, '{'))
		return dialect_url_template_fault(value);
	return url_parse(value, &url, NULL) < 0
		       ? "a URL like https://login.example.com/token, nothing but https"
		       : NULL;
}

int dialect_variable_set(struct dialect *dialect, const struct ini_entry *entry,
			 struct error *error)
{
	struct parts parts = { dialect->variables,     &dialect->variables_count,
			       DIALECT_VARIABLES_MAX,  variable_name_fault,
			       dialect_template_fault, false };

	if (dialect_word_in("token_url base_url issuer", entry->key))
		parts.value_fault = variable_url_fault;
	return part_set(&parts, entry->key, entry, error);
}
