/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/text.h"

#include <string.h>

static bool byte_is_printable(unsigned char byte)
{
	return byte >= 0x20 && byte <= 0x7e;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int number_parse(const char *text, int64_t minimum, int64_t maximum, int64_t *number)
{
	int64_t value = 0;

	if (*text == '\0')
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *text - '0', &value))
			return -1;
	}
	if (value < minimum || value > maximum)
		return -1;
	*number = value;
	return 0;
}

/* How one byte is written: 1 byte, or 4 as \xNN. Returns the number of bytes. */
static size_t byte_escape(char out[4], unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";

	if (byte_is_printable(byte)) {
		out[0] = (char)byte;
		return 1;
	}
	out[0] = '\\';
	out[1] = 'x';
	out[2] = digits[byte >> 4];
	out[3] = digits[byte & 0x0f];
	return 4;
}

char *text_printable(char *out, size_t size, const char *text, size_t length)
{
	static const char cut[] = "...";
	char piece[4];
	size_t used = 0, safe = 0, count, i;

	if (size == 0)
		return out;
	if (!text) {
		text = "unknown";
		length = strlen(text);
	}
	for (i = 0; i < length; i++) {
		count = byte_escape(piece, (unsigned char)text[i]);
		if (used + count > size - 1)
			break;
		memcpy(out + used, piece, count);
		used += count;
		if (used + strlen(cut) <= size - 1)
			safe = used; /* up to here the mark of a cut still fits behind */
	}
	if (i < length && size > strlen(cut)) {
		memcpy(out + safe, cut, strlen(cut));
		used = safe + strlen(cut);
	}
	out[used] = '\0';
	return out;
}

bool text_equal_ignoring_case(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (lower(*a) != lower(*b))
			return false;
	return *a == *b;
}

bool text_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_is_visible(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (!byte_is_printable((unsigned char)text[i]))
			return false;
	return true;
}

int text_copy(char *out, size_t size, const char *text)
{
	size_t length = strlen(text);

	if (length >= size) {
		if (size > 0)
			out[0] = '\0';
		return -1;
	}
	memcpy(out, text, length + 1);
	return 0;
}
