/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/json_text.h"

#include <stdbool.h>
#include <string.h>

/* A lead byte, how many bytes follow it, and the range of the first that follows: the table of RFC
 * 3629 section 4. */
static const struct {
	unsigned char first, last, following, low, high;
} leads[] = {
	{ 0xc2, 0xdf, 1, 0x80, 0xbf }, { 0xe0, 0xe0, 2, 0xa0, 0xbf }, { 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f }, { 0xee, 0xef, 2, 0x80, 0xbf }, { 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf }, { 0xf4, 0xf4, 3, 0x80, 0x8f },
};

/* Bytes of the UTF-8 sequence at text; 0 where there is none. */
static size_t sequence_length(const unsigned char *text, size_t left)
{
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		if (text[0] < leads[i].first || text[0] > leads[i].last)
			continue;
		if (left <= leads[i].following || text[1] < leads[i].low || text[1] > leads[i].high)
			return 0;
		for (size_t k = 2; k <= leads[i].following; k++)
			if (text[k] < 0x80 || text[k] > 0xbf)
				return 0;
		return leads[i].following + 1U;
	}
	return 0;
}

static void append_ascii(struct secret *out, char c)
{
	switch (c) {
	case '"':
		secret_append_text(out, "\\\"");
		break;
	case '\\':
		secret_append_text(out, "\\\\");
		break;
	case '\n':
		secret_append_text(out, "\\n");
		break;
	case '\t':
		secret_append_text(out, "\\t");
		break;
	default:
		if ((unsigned char)c < 0x20 || c == 0x7f)
			secret_append_format(out, "\\u%04x", (unsigned int)c);
		else
			secret_append(out, &c, 1);
	}
}

void json_text_append(struct secret *out, const char *text, size_t length)
{
	size_t i = 0;

	secret_append_text(out, "\"");
	while (i < length) {
		size_t sequence;

		if ((unsigned char)text[i] < 0x80) {
			append_ascii(out, text[i++]);
			continue;
		}
		sequence = sequence_length((const unsigned char *)text + i, length - i);
		if (sequence > 0)
			secret_append(out, text + i, sequence);
		else
			secret_append_text(out, "\\ufffd");
		i += sequence > 0 ? sequence : 1;
	}
	secret_append_text(out, "\"");
}

void json_text_comma(struct secret *out)
{
	char last = out->length > 0 ? out->bytes[out->length - 1] : '{';

	if (last != '{' && last != '[')
		secret_append_text(out, ",");
}

void json_text_name(struct secret *out, const char *name)
{
	json_text_comma(out);
	json_text_append(out, name, strlen(name));
	secret_append_text(out, ":");
}

void json_text_member(struct secret *out, const char *name, const char *value)
{
	json_text_name(out, name);
	if (value)
		json_text_append(out, value, strlen(value));
	else
		secret_append_text(out, "null");
}

void json_text_number(struct secret *out, const char *name, long long value)
{
	json_text_name(out, name);
	secret_append_format(out, "%lld", value);
}

void json_text_boolean(struct secret *out, const char *name, int value)
{
	json_text_name(out, name);
	secret_append_text(out, value ? "true" : "false");
}
