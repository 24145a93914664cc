/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/encode.h"

#include <stdbool.h>
#include <stdint.h>

/* Own test, because isalnum() asks the locale. */
static bool is_letter_or_digit(unsigned char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

static void append_percent(struct secret *out, unsigned char byte)
{
	static const char digits[] = "0123456789ABCDEF";
	const char text[3] = { '%', digits[byte >> 4], digits[byte & 15] };

	secret_append(out, text, sizeof(text));
}

void encode_form(struct secret *out, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if (byte == ' ')
			secret_append(out, "+", 1);
		else if (is_letter_or_digit(byte) || byte == '-' || byte == '.' || byte == '_' || byte == '*')
			secret_append(out, &bytes[i], 1);
		else
			append_percent(out, byte);
	}
}

void encode_form_field(struct secret *out, const char *name, const char *bytes, size_t length)
{
	size_t name_length = 0;

	while (name[name_length] != '\0')
		name_length++;
	if (out->length > 0)
		secret_append(out, "&", 1);
	encode_form(out, name, name_length);
	secret_append(out, "=", 1);
	encode_form(out, bytes, length);
}

void encode_percent(struct secret *out, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if (is_letter_or_digit(byte) || byte == '-' || byte == '.' || byte == '_' || byte == '~')
			secret_append(out, &bytes[i], 1);
		else
			append_percent(out, byte);
	}
}

void encode_base64(struct secret *out, const char *bytes, size_t length)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t group = (uint32_t)(unsigned char)bytes[i] << 16;
		char text[4];

		if (left > 1)
			group |= (uint32_t)(unsigned char)bytes[i + 1] << 8;
		if (left > 2)
			group |= (unsigned char)bytes[i + 2];
		text[0] = alphabet[group >> 18];
		text[1] = alphabet[(group >> 12) & 63];
		text[2] = left > 1 ? alphabet[(group >> 6) & 63] : '=';
		text[3] = left > 2 ? alphabet[group & 63] : '=';
		secret_append(out, text, sizeof(text));
	}
}

static void append_json_escape(struct secret *out, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";
	const char text[6] = { '\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15] };

	secret_append(out, text, sizeof(text));
}

void encode_json_string(struct secret *out, const char *bytes, size_t length)
{
	secret_append(out, "\"", 1);
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if (byte < 0x20 || byte == 0x7f) {
			append_json_escape(out, byte);
			continue;
		}
		if (byte == '"' || byte == '\\')
			secret_append(out, "\\", 1);
		secret_append(out, &bytes[i], 1);
	}
	secret_append(out, "\"", 1);
}

/* Bytes of the sequence that this first byte opens, and the range its second byte must be in (RFC 3629 section 4); 0: not a first byte. */
static size_t sequence_length(unsigned char first, unsigned char *low, unsigned char *high)
{
	*low = 0x80;
	*high = 0xbf;
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef) {
		*low = first == 0xe0 ? 0xa0 : 0x80;
		*high = first == 0xed ? 0x9f : 0xbf;
		return 3;
	}
	if (first >= 0xf0 && first <= 0xf4) {
		*low = first == 0xf0 ? 0x90 : 0x80;
		*high = first == 0xf4 ? 0x8f : 0xbf;
		return 4;
	}
	return 0;
}

int encode_is_utf8(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length;) {
		unsigned char low, high;
		size_t count = sequence_length((unsigned char)bytes[i], &low, &high);

		if (count == 0 || count > length - i)
			return 0;
		for (size_t k = 1; k < count; k++) {
			unsigned char byte = (unsigned char)bytes[i + k];

			if (byte < (k == 1 ? low : 0x80) || byte > (k == 1 ? high : 0xbf))
				return 0;
		}
		i += count;
	}
	return 1;
}
