/* SPDX-License-Identifier: BSD-3-Clause */
#include "fields.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

char *copy_bytes(const char *bytes, size_t length)
{
	char *copy = malloc(length + 1);

	if (!copy)
		errx(1, "out of memory");
	memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

char *copy_text(const char *text)
{
	return text ? copy_bytes(text, strlen(text)) : NULL;
}

void fields_add(struct fields *fields, const char *name, const char *value, size_t length)
{
	fields->list = reallocarray(fields->list, fields->count + 1, sizeof(*fields->list));
	if (!fields->list)
		errx(1, "out of memory");
	fields->list[fields->count++] = (struct field){ copy_text(name), copy_bytes(value, length) };
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
	char *name = copy_bytes(pair, length);
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

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_decode(const char *text, size_t *length)
{
	size_t digits = strlen(text), padding = digits - strcspn(text, "=");
	char *bytes = malloc(digits / 4 * 3 + 1), *out = bytes;
	unsigned long bits = 0;

	if (!bytes || digits % 4 != 0 || padding > 2 || strspn(text + digits - padding, "=") != padding)
		goto bad;
	for (size_t i = 0; i < digits; i++) {
		const char *at = i < digits - padding ? strchr(base64_digits, text[i]) : base64_digits;

		if (!at)
			goto bad;
		bits = bits << 6 | (unsigned long)(at - base64_digits);
		if (i % 4 == 3)
			for (int shift = 16; shift >= 0; shift -= 8)
				*out++ = (char)(bits >> shift & 255);
	}
	out -= padding;
	*out = '\0';
	if (length)
		*length = (size_t)(out - bytes);
	return bytes;
bad:
	free(bytes);
	return NULL;
}

char *base64_encode(const void *bytes, size_t length)
{
	const unsigned char *in = bytes;
	char *text = malloc((length + 2) / 3 * 4 + 1);
	char *out = text;

	for (size_t i = 0; text && i < length; i += 3) {
		unsigned long bits = (unsigned long)in[i] << 16;

		bits |= i + 1 < length ? (unsigned long)in[i + 1] << 8 : 0;
		bits |= i + 2 < length ? in[i + 2] : 0;
		*out++ = base64_digits[bits >> 18];
		*out++ = base64_digits[bits >> 12 & 63];
		*out++ = i + 1 < length ? base64_digits[bits >> 6 & 63] : '=';
		*out++ = i + 2 < length ? base64_digits[bits & 63] : '=';
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
	*user = copy_bytes(decoded, (size_t)(colon - decoded));
	*password = copy_text(colon + 1);
	free(decoded);
	return 0;
}

const char *bearer_read(const char *authorization)
{
	if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0)
		return NULL;
	return authorization + 7;
}
