/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/json_body.h"

#include <stdbool.h>
#include <string.h>

#include "common/fetch/encode.h"

/* The fields below one object: those whose paths begin with the same bytes. */
struct level {
	const struct json_field *fields;
	size_t count;
	const char *prefix; /* "a.b." */
	size_t prefix_length;
	int nesting;
};

static bool belongs(const struct level *level, size_t i)
{
	return strncmp(level->fields[i].path, level->prefix, level->prefix_length) == 0;
}

/* The component of field i at this level, without its dot. */
static const char *component(const struct level *level, size_t i, size_t *length)
{
	const char *text = level->fields[i].path + level->prefix_length;

	*length = strcspn(text, ".");
	return text;
}

/* True where an earlier field of this level has the same component: then that one wrote it. */
static bool was_written(const struct level *level, size_t i)
{
	size_t length, other_length;
	const char *text = component(level, i, &length);

	for (size_t k = 0; k < i; k++) {
		if (!belongs(level, k))
			continue;
		if (strncmp(component(level, k, &other_length), text, length) == 0 && other_length == length)
			return true;
	}
	return false;
}

static int write_object(struct secret *out, const struct level *level, struct error *error);

static int write_member(struct secret *out, const struct level *level, size_t i, struct error *error)
{
	size_t length;
	const char *name = component(level, i, &length);
	struct level below = *level;

	encode_json_string(out, name, length);
	secret_append(out, ":", 1);
	if (name[length] == '\0') {
		encode_json_string(out, level->fields[i].value->bytes, level->fields[i].value->length);
		return 0;
	}
	below.prefix = level->fields[i].path;
	below.prefix_length = level->prefix_length + length + 1;
	below.nesting = level->nesting + 1;
	if (below.nesting > JSON_BODY_NESTING_MAX)
		return error_set(error, ERROR_CONFIGURATION, "the dialect's field %s nests deeper than %d", below.prefix, JSON_BODY_NESTING_MAX);
	return write_object(out, &below, error);
}

static int write_object(struct secret *out, const struct level *level, struct error *error)
{
	bool first = true;

	secret_append(out, "{", 1);
	for (size_t i = 0; i < level->count; i++) {
		if (!belongs(level, i) || was_written(level, i))
			continue;
		if (!first)
			secret_append(out, ",", 1);
		first = false;
		if (write_member(out, level, i, error) < 0)
			return -1;
	}
	secret_append(out, "}", 1);
	return 0;
}

static int check_path(const char *path, struct error *error)
{
	size_t length = strlen(path);

	if (length == 0 || path[0] == '.' || path[length - 1] == '.' || strstr(path, "..") != NULL)
		return error_set(error, ERROR_CONFIGURATION, "the dialect's field path \"%s\" has an empty part", path);
	return 0;
}

/* "a" beside "a.b", or "a" twice, cannot both be written. */
static int check_pair(const char *path, const char *other, struct error *error)
{
	size_t length = strlen(path);

	if (strncmp(path, other, length) == 0 && (other[length] == '\0' || other[length] == '.'))
		return error_set(error, ERROR_CONFIGURATION, "the dialect's fields %s and %s exclude each other", path, other);
	return 0;
}

static int check(const struct json_field fields[], size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		if (check_path(fields[i].path, error) < 0)
			return -1;
		if (!encode_is_utf8(fields[i].value->bytes, fields[i].value->length))
			return error_set(error, ERROR_REFUSED,
					 "the value of %s is not UTF-8, and this vendor takes only UTF-8; nothing was sent", fields[i].path);
		for (size_t k = 0; k < count; k++) {
			if (k != i && check_pair(fields[i].path, fields[k].path, error) < 0)
				return -1;
		}
	}
	return 0;
}

int json_body_build(struct secret *out, const struct json_field fields[], size_t count, struct error *error)
{
	const struct level top = { .fields = fields, .count = count, .prefix = "" };

	if (check(fields, count, error) < 0 || write_object(out, &top, error) < 0)
		return -1;
	if (!secret_ok(out))
		return error_set(error, ERROR_CONFIGURATION, "the request body is longer than %zu bytes, or memory is short", out->maximum);
	return 0;
}
