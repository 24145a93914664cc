/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/strict.h"

#include <stdint.h>
#include <string.h>

struct key {
	size_t length; /* of the whole key, escapes resolved */
	char bytes[JSON_KEY_BYTES_MAX];
};

/* The keys of the objects that are open; one list for each depth. */
struct scan {
	const char *text, *end;
	struct key keys[JSON_DEPTH_MAX][JSON_KEYS_MAX];
	size_t counts[JSON_DEPTH_MAX];
	bool is_object[JSON_DEPTH_MAX];
	int depth;
};

static int hex_digit(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	if (byte >= 'A' && byte <= 'F')
		return byte - 'A' + 10;
	return -1;
}

static void key_append(struct key *key, unsigned int byte)
{
	if (key->length < sizeof(key->bytes))
		key->bytes[key->length] = (char)(unsigned char)byte;
	key->length++;
}

/* A code unit as UTF-8; surrogates one by one, which is enough to tell keys apart. */
static void key_append_unit(struct key *key, unsigned int unit)
{
	if (unit < 0x80) {
		key_append(key, unit);
	} else if (unit < 0x800) {
		key_append(key, 0xc0 | (unit >> 6));
		key_append(key, 0x80 | (unit & 63));
	} else {
		key_append(key, 0xe0 | (unit >> 12));
		key_append(key, 0x80 | ((unit >> 6) & 63));
		key_append(key, 0x80 | (unit & 63));
	}
}

/* Behind a backslash. Returns the code unit, or -1 where it is none. */
static int take_escape(struct scan *scan)
{
	static const char letters[] = "\"\\/bfnrt", units[] = "\"\\/\b\f\n\r\t";
	const char *letter;
	int unit = 0;

	if (scan->text == scan->end)
		return -1;
	letter = memchr(letters, *scan->text, sizeof(letters) - 1);
	if (letter != NULL) {
		scan->text++;
		return units[letter - letters];
	}
	if (*scan->text++ != 'u' || scan->end - scan->text < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(*scan->text++);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

/* Behind the opening quote, up to behind the closing one. */
static bool take_string(struct scan *scan, struct key *key)
{
	memset(key, 0, sizeof(*key));
	while (scan->text < scan->end) {
		unsigned char byte = (unsigned char)*scan->text++;
		int unit;

		if (byte == '"')
			return true;
		if (byte < 0x20)
			return false;
		if (byte != '\\') {
			key_append(key, byte);
			continue;
		}
		unit = take_escape(scan);
		if (unit < 0)
			return false;
		key_append_unit(key, (unsigned int)unit);
	}
	return false;
}

static bool has_nul(const struct key *key)
{
	size_t kept = key->length < sizeof(key->bytes) ? key->length : sizeof(key->bytes);

	return memchr(key->bytes, '\0', kept) != NULL;
}

/* Adds the key to the innermost object. False: it is there already, holds a NUL, or there are too many. */
static bool add_key(struct scan *scan, const struct key *key)
{
	struct key *keys = scan->keys[scan->depth - 1];
	size_t *count = &scan->counts[scan->depth - 1];

	if (*count == JSON_KEYS_MAX || has_nul(key))
		return false;
	for (size_t i = 0; i < *count; i++) {
		if (memcmp(&keys[i], key, sizeof(*key)) == 0)
			return false;
	}
	keys[(*count)++] = *key;
	return true;
}

static bool next_is_colon(const struct scan *scan)
{
	const char *text = scan->text;

	while (text < scan->end && (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r'))
		text++;
	return text < scan->end && *text == ':';
}

static bool take_text(struct scan *scan)
{
	struct key key;

	if (!take_string(scan, &key))
		return false;
	/* In JSON a string before a colon is a key, and nothing else is. */
	if (scan->depth > 0 && scan->is_object[scan->depth - 1] && next_is_colon(scan))
		return add_key(scan, &key);
	return true;
}

static bool open_container(struct scan *scan, bool is_object)
{
	if (scan->depth == JSON_DEPTH_MAX)
		return false;
	scan->is_object[scan->depth] = is_object;
	scan->counts[scan->depth] = 0;
	scan->depth++;
	return true;
}

static bool take_digits(struct scan *scan)
{
	const char *start = scan->text;

	while (scan->text < scan->end && *scan->text >= '0' && *scan->text <= '9')
		scan->text++;
	return scan->text > start;
}

static bool take_character(struct scan *scan, const char *characters)
{
	if (scan->text == scan->end || strchr(characters, *scan->text) == NULL || *scan->text == '\0')
		return false;
	scan->text++;
	return true;
}

/* RFC 8259 section 6: no leading zeros, digits around the point. json-c also reads -Infinity as a number. */
static bool take_number(struct scan *scan)
{
	bool negative = take_character(scan, "-");

	if (negative && take_character(scan, "I"))
		return true;
	if (!take_character(scan, "0") && !take_digits(scan))
		return false;
	if (take_character(scan, ".") && !take_digits(scan))
		return false;
	if (take_character(scan, "eE")) {
		take_character(scan, "+-");
		if (!take_digits(scan))
			return false;
	}
	return scan->text == scan->end || strchr("0123456789.+-", *scan->text) == NULL;
}

/* Punctuation, white space, and the letters of true, false, null and the NaN and Infinity that json-c takes for numbers. */
static bool is_json_character(char character)
{
	static const char characters[] = ":, \t\r\nabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return memchr(characters, character, sizeof(characters) - 1) != NULL;
}

static bool take_one(struct scan *scan)
{
	char character = *scan->text++;

	switch (character) {
	case '"':
		return take_text(scan);
	case '{':
		return open_container(scan, true);
	case '[':
		return open_container(scan, false);
	case '}':
	case ']':
		return scan->depth-- > 0;
	case '-':
	case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
		scan->text--;
		return take_number(scan);
	default:
		return is_json_character(character);
	}
}

bool json_is_strict(const char *text, size_t length)
{
	static struct scan scan; /* 70 kB: too much for a stack, and fetch has one thread that comes here */

	memset(&scan, 0, sizeof(scan));
	scan.text = text;
	scan.end = text + length;
	while (scan.text < scan.end) {
		if (!take_one(&scan))
			return false;
	}
	return scan.depth == 0;
}
