/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/request.h"

#include <string.h>

static bool field_is(const struct message_field *field, const char *name)
{
	return field->name_length == strlen(name) && memcmp(field->name, name, field->name_length) == 0;
}

/* Cuts the first of the parts that stand apart by NULs off; NULL where there is no NUL. */
static const char *take_part(const char **rest, size_t *length)
{
	const char *part = *rest, *end = memchr(part, '\0', *length);

	if (end == NULL)
		return NULL;
	*length -= (size_t)(end - part) + 1;
	*rest = end + 1;
	return part;
}

/* section NUL key NUL value */
static int take_entry(const struct message_field *field, struct dialect *dialect, struct error *error)
{
	struct ini_entry entry = { .path = "request", .line = 0 };
	const char *rest = field->value;
	size_t length = field->length;
	struct secret value;
	int result;

	entry.section = take_part(&rest, &length);
	entry.key = entry.section == NULL ? NULL : take_part(&rest, &length);
	if (entry.key == NULL)
		return error_set(error, ERROR_CONFIGURATION, "an entry of the request is damaged");
	if (secret_set(&value, rest, length) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	entry.value = value.bytes;
	result = dialect_set(dialect, &entry, error);
	secret_release(&value);
	return result;
}

/* name NUL value */
static int take_variable(const struct message_field *field, struct variables *variables, struct error *error)
{
	const char *rest = field->value;
	size_t length = field->length;
	const char *name = take_part(&rest, &length);

	if (name == NULL)
		return error_set(error, ERROR_CONFIGURATION, "a variable of the request is damaged");
	return variables_set(variables, name, rest, length, error);
}

static int take_lists(const struct message *message, struct request *request, struct error *error)
{
	struct message_field field;
	size_t cursor = 0;
	int result = 0;

	while (result == 0 && message_next(message, &cursor, &field)) {
		if (field_is(&field, "entry"))
			result = take_entry(&field, &request->dialect, error);
		else if (field_is(&field, "variable"))
			result = take_variable(&field, &request->variables, error);
	}
	return result;
}

static int take_settings(const struct message *message, struct request *request)
{
	struct message_field trust;
	int64_t keep_refresh = 0;

	if (message_text(message, "operation", request->operation, sizeof(request->operation)) < 0 ||
	    message_number(message, "timeout_ms", 1, VENDOR_TIMEOUT_MAX * 1000, &request->timeout_ms) < 0 ||
	    message_number(message, "keep_refresh", 0, 1, &keep_refresh) < 0 ||
	    message_number(message, "default_lifetime", 0, VENDOR_LIFETIME_MAX, &request->default_lifetime) < 0 ||
	    !message_find(message, "trust", &trust))
		return -1;
	request->keep_refresh = keep_refresh == 1;
	if (trust.length != strlen("system") || memcmp(trust.value, "system", trust.length) != 0) {
		request->ca = trust.value;
		request->ca_length = trust.length;
	}
	if (message_find(message, "proxy", &trust) && message_text(message, "proxy", request->proxy, sizeof(request->proxy)) < 0)
		return -1;
	if (message_find(message, "connect_to", &trust) &&
	    message_text(message, "connect_to", request->connect_to, sizeof(request->connect_to)) < 0)
		return -1;
	return 0;
}

int request_parse(const struct message *message, struct request *request, struct error *error)
{
	memset(request, 0, sizeof(*request));
	dialect_init(&request->dialect);
	variables_init(&request->variables, &request->dialect);
	if (take_settings(message, request) < 0)
		return error_set(error, ERROR_CONFIGURATION, "the request lacks a field, or one is out of its range");
	if (take_lists(message, request, error) < 0)
		return -1;
	return dialect_check(&request->dialect, "request", error);
}

void request_release(struct request *request)
{
	variables_release(&request->variables);
	dialect_release(&request->dialect);
}
