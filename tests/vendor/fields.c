/* SPDX-License-Identifier: BSD-3-Clause */
#include "fields.h"

#include <err.h>
#include <gnutls/gnutls.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void fields_add(struct fields *fields, const char *name, const char *value, size_t length)
{
	struct field *grown = reallocarray(fields->list, fields->count + 1, sizeof(*grown));
	char *copy = malloc(length + 1);

	if (!grown || !copy)
		errx(1, "out of memory");
	memcpy(copy, value, length);
	copy[length] = '\0';
	fields->list = grown;
	grown[fields->count].name = strdup(name);
	grown[fields->count++].value = copy;
}

const char *fields_get(const struct fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++)
		if (strcmp(fields->list[i].name, name) == 0)
			return fields->list[i].value;
	return NULL;
}

const char *fields_get_header(const struct fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++)
		if (strcasecmp(fields->list[i].name, name) == 0)
			return fields->list[i].value;
	return NULL;
}

bool fields_repeated(const struct fields *fields)
{
	for (size_t i = 0; i < fields->count; i++)
		if (fields_get(fields, fields->list[i].name) != fields->list[i].value)
			return true;
	return false;
}

void fields_free(struct fields *fields)
{
	for (size_t i = 0; i < fields->count; i++) {
		free(fields->list[i].name);
		free(fields->list[i].value);
	}
	free(fields->list);
	*fields = (struct fields){ NULL, 0 };
}

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

long form_decode(char *text, size_t length)
{
	char *out = text;

	for (size_t i = 0; i < length; i++) {
		char byte = text[i] == '+' ? ' ' : text[i];

		if (byte == '%') {
			int high = length - i > 2 ? hex_digit(text[i + 1]) : -1;
			int low = length - i > 2 ? hex_digit(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return -1;
			byte = (char)(high * 16 + low);
			i += 2;
		}
		if (byte == '\0')
			return -1;
		*out++ = byte;
	}
	*out = '\0';
	return out - text;
}

static int read_pair(struct fields *fields, const char *pair, size_t length)
{
	char *name = strndup(pair, length);
	char *value = strchr(name, '=');
	size_t name_length = value ? (size_t)(value - name) : length;
	long decoded = 0;
	int result = -1;

	if (value) {
		*value++ = '\0';
		decoded = form_decode(value, length - name_length - 1);
	}
	if (decoded >= 0 && form_decode(name, name_length) >= 0) {
		fields_add(fields, name, value ? value : "", (size_t)decoded);
		result = 0;
	}
	free(name);
	return result;
}

int fields_read_form(struct fields *fields, const char *text, size_t length)
{
	int result = 0;

	if (memchr(text, '\0', length))
		return -1;
	while (length > 0) {
		const char *end = memchr(text, '&', length);
		size_t pair = end ? (size_t)(end - text) : length;

		if (pair > 0 && read_pair(fields, text, pair) != 0)
			result = -1;
		length -= pair + (end ? 1 : 0);
		text += pair + (end ? 1 : 0);
	}
	return result;
}

char *base64_decode(const char *text, size_t *length)
{
	const gnutls_datum_t in = { (unsigned char *)(uintptr_t)text, (unsigned)strlen(text) };
	gnutls_datum_t out = { NULL, 0 };
	char *copy;

	if (gnutls_base64_decode2(&in, &out) != 0)
		return NULL;
	copy = strndup((const char *)out.data, out.size);
	if (length)
		*length = strlen(copy);
	gnutls_free(out.data);
	return copy;
}

char *base64_encode(const void *bytes, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = bytes;
	char *text = malloc((length + 2) / 3 * 4 + 1);
	char *out = text;

	for (size_t i = 0; text && i < length; i += 3) {
		unsigned long bits = (unsigned long)in[i] << 16;

		bits |= i + 1 < length ? (unsigned long)in[i + 1] << 8 : 0;
		bits |= i + 2 < length ? in[i + 2] : 0;
		*out++ = digits[bits >> 18];
		*out++ = digits[bits >> 12 & 63];
		*out++ = i + 1 < length ? digits[bits >> 6 & 63] : '=';
		*out++ = i + 2 < length ? digits[bits & 63] : '=';
	}
	if (text)
		*out = '\0';
	return text;
}

char *base64url_encode(const void *bytes, size_t length)
{
	char *text = base64_encode(bytes, length);

	if (!text)
		return NULL;
	text[strcspn(text, "=")] = '\0';
	for (char *at = text; *at; at++) {
		if (*at == '+')
			*at = '-';
		else if (*at == '/')
			*at = '_';
	}
	return text;
}

int basic_read(const char *authorization, char **user, char **password)
{
	char *decoded, *colon;

	if (!authorization || strncasecmp(authorization, "Basic ", 6) != 0)
		return -1;
	decoded = base64_decode(authorization + 6, NULL);
	colon = decoded ? strchr(decoded, ':') : NULL;
	if (!colon) {
		free(decoded);
		return -1;
	}
	*user = strndup(decoded, (size_t)(colon - decoded));
	*password = strdup(colon + 1);
	free(decoded);
	return 0;
}

const char *bearer_read(const char *authorization)
{
	if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0)
		return NULL;
	return authorization + 7;
}
