/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/document.h"

#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/fetch/encode.h"
#include "common/fetch/strict.h"
#include "common/text.h"

struct document {
	struct json_object *root;
};

/* json-c's own depth counts scalars too. */
enum { TOKENER_DEPTH = JSON_DEPTH_MAX + 1 };

/* Behind the value only white space may stand; json_tokener_parse_ex() stops where the value ends. */
static bool is_rest_blank(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] != ' ' && text[i] != '\t' && text[i] != '\n' && text[i] != '\r')
			return false;
	}
	return true;
}

static struct json_object *parse(const char *text, size_t length)
{
	struct json_tokener *tokener = json_tokener_new_ex(TOKENER_DEPTH);
	struct json_object *root = NULL;
	size_t used = 0;

	if (tokener == NULL)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, text, (int)length);
	if (json_tokener_get_error(tokener) == json_tokener_success)
		used = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (used == 0 || !is_rest_blank(text + used, length - used)) {
		json_object_put(root);
		return NULL;
	}
	return root;
}

struct document *document_parse(const char *text, size_t length)
{
	struct document *document;
	struct json_object *root;

	if (length == 0 || length > INT_MAX || !encode_is_utf8(text, length)) /* json-c lets overlong forms through */
		return NULL;
	root = parse(text, length);
	if (root == NULL)
		return NULL;
	if ((!json_object_is_type(root, json_type_object) && !json_object_is_type(root, json_type_array)) ||
	    !json_is_strict(text, length) || (document = calloc(1, sizeof(*document))) == NULL) {
		json_object_put(root);
		return NULL;
	}
	document->root = root;
	return document;
}

void document_release(struct document *document)
{
	if (document == NULL)
		return;
	json_object_put(document->root);
	free(document);
}

/* True for an object whose member has this name and is this text: "type=AuthenticationTokens". */
static bool has_member(struct json_object *object, char *selector)
{
	char *equals = strchr(selector, '=');
	struct json_object *member = NULL;
	bool result;

	if (equals == NULL || !json_object_is_type(object, json_type_object))
		return false;
	*equals = '\0';
	result = json_object_object_get_ex(object, selector, &member) && json_object_is_type(member, json_type_string) &&
		 strcmp(json_object_get_string(member), equals + 1) == 0;
	*equals = '=';
	return result;
}

static bool is_selected(struct json_object *element, char *selector)
{
	if (strcmp(selector, "string") == 0)
		return json_object_is_type(element, json_type_string);
	if (strcmp(selector, "number") == 0)
		return json_object_is_type(element, json_type_int);
	return has_member(element, selector);
}

/* The element that stands at an index, or the first that is selected: "3", "string", "number", "name=value". */
static struct json_object *element_of(struct json_object *array, char *selector)
{
	int64_t index;

	if (!json_object_is_type(array, json_type_array))
		return NULL;
	if (number_parse(selector, 0, 1000, &index) == 0)
		return json_object_array_get_idx(array, (size_t)index);
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *element = json_object_array_get_idx(array, i);

		if (is_selected(element, selector))
			return element;
	}
	return NULL;
}

/* One step down by "name", "[3]" or another selector at *path, which moves behind it and its dot. NULL where there is no such thing. */
static struct json_object *descend(struct json_object *object, const char **path)
{
	char part[128];
	size_t length = **path == '[' ? strcspn(*path, "]") + 1 : strcspn(*path, ".[");
	struct json_object *found = NULL;

	if (length == 0 || length >= sizeof(part) || length > strlen(*path))
		return NULL;
	memcpy(part, *path, length);
	part[length] = '\0';
	*path += length;
	if (**path == '.')
		(*path)++;
	if (part[0] != '[') {
		if (json_object_is_type(object, json_type_object))
			json_object_object_get_ex(object, part, &found);
		return found;
	}
	part[length - 1] = '\0';
	return element_of(object, part + 1);
}

static void take_value(struct json_object *object, struct document_value *value)
{
	switch (json_object_get_type(object)) {
	case json_type_null:
		value->kind = DOCUMENT_MISSING;
		break;
	case json_type_string:
		value->kind = DOCUMENT_STRING;
		value->bytes = json_object_get_string(object);
		value->length = (size_t)json_object_get_string_len(object);
		break;
	case json_type_int:
		value->kind = DOCUMENT_INTEGER;
		value->integer = json_object_get_int64(object);
		break;
	default:
		value->kind = DOCUMENT_OTHER;
	}
}

static void look_up(const struct document *document, struct document_value *value)
{
	struct json_object *object = document->root;
	const char *path = value->path;

	while (object != NULL && *path != '\0')
		object = descend(object, &path);
	take_value(object, value);
}

bool document_next(const struct document *document, const char **rest, struct document_value *value)
{
	while (document != NULL && *rest != NULL) {
		size_t length;

		*rest += strspn(*rest, " ");
		length = strcspn(*rest, " ");
		if (length == 0)
			return false;
		memset(value, 0, sizeof(*value));
		if (length < sizeof(value->path)) {
			memcpy(value->path, *rest, length);
			look_up(document, value);
		}
		*rest += length;
		if (value->kind != DOCUMENT_MISSING)
			return true;
	}
	return false;
}

enum document_kind document_find(const struct document *document, const char *paths, struct document_value *value)
{
	if (!document_next(document, &paths, value)) {
		memset(value, 0, sizeof(*value));
		value->kind = DOCUMENT_MISSING;
	}
	return value->kind;
}
