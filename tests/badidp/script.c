/* SPDX-License-Identifier: BSD-3-Clause */
#include "script.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

enum { NUMBER_MAX = 2000000000 };

/* Arguments: n a number, b bytes with escapes, f a file's content. */
static const struct {
	const char *name, *arguments;
	enum verb verb;
} verbs[] = {
	{ "connection", "", DO_CONNECTION }, { "peek", "", DO_PEEK },         { "handshake", "", DO_HANDSHAKE },
	{ "handshake-cut", "n", DO_HANDSHAKE_CUT }, { "raw", "b", DO_RAW },   { "slow", "nn", DO_SLOW },
	{ "read", "", DO_READ },             { "read-head", "", DO_READ_HEAD }, { "send", "b", DO_SEND },
	{ "send-file", "f", DO_SEND_FILE },  { "repeat", "nb", DO_REPEAT },   { "flood", "b", DO_FLOOD },
	{ "trickle", "nnb", DO_TRICKLE },    { "trickle-file", "nnf", DO_TRICKLE_FILE }, { "respond", "nb", DO_RESPOND },
	{ "wait", "n", DO_WAIT },            { "hang", "", DO_HANG },         { "half-close", "", DO_HALF_CLOSE },
	{ "bye", "", DO_BYE },               { "close", "", DO_CLOSE },       { "reset", "", DO_RESET },
};
enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

char *file_read(const char *path, size_t *length)
{
	FILE *file = fopen(path, "re");
	char *bytes = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&bytes, &size);
	int byte;

	if (!file || !memory)
		err(1, "cannot read %s", path);
	while ((byte = getc(file)) != EOF)
		putc(byte, memory);
	fclose(memory);
	fclose(file);
	*length = size;
	return bytes;
}

static int hex_digit(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = digit ? strchr(digits, digit | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* One escape behind its backslash: 0, the byte and how long the escape is, or -1. */
static int unescape_one(const char *text, char *byte, size_t *length)
{
	static const char names[] = "rnt0\\", bytes[] = "\r\n\t\0\\";
	const char *name = *text ? strchr(names, *text) : NULL;
	int high = *text == 'x' ? hex_digit(text[1]) : -1;
	int low = high >= 0 ? hex_digit(text[2]) : -1;

	if (name)
		*byte = bytes[name - names];
	else
		*byte = (char)(high * 16 + low);
	*length = name ? 1 : 3;
	return name || low >= 0 ? 0 : -1;
}

/* In place. Returns the length, or -1 on an unknown escape. */
static long unescape(char *text)
{
	const char *from = text;
	char *to = text;
	size_t length;

	while (*from) {
		char byte = *from++;

		if (byte == '\\') {
			if (unescape_one(from, &byte, &length) != 0)
				return -1;
			from += length;
		}
		*to++ = byte;
	}
	return to - text;
}

static struct action *new_action(struct script *script, enum verb verb)
{
	script->list = reallocarray(script->list, script->count + 1, sizeof(*script->list));
	if (!script->list)
		errx(1, "out of memory");
	script->list[script->count] = (struct action){ .verb = verb };
	return &script->list[script->count++];
}

void script_add(struct script *script, enum verb verb, const char *bytes, size_t length)
{
	struct action *action = new_action(script, verb);

	action->bytes = malloc(length + 1);
	if (!action->bytes)
		errx(1, "out of memory");
	if (length > 0)
		memcpy(action->bytes, bytes, length);
	action->length = length;
}

static int read_number(char **rest, int64_t *number)
{
	const char *word = strsep(rest, " ");

	return word ? number_parse(word, 0, NUMBER_MAX, number) : -1;
}

static int read_bytes(const char *text, struct action *action)
{
	long length;

	action->bytes = strdup(text ? text : "");
	length = unescape(action->bytes);
	action->length = length < 0 ? 0 : (size_t)length;
	return length < 0 ? -1 : 0;
}

static int read_arguments(const char *kinds, char *rest, struct action *action)
{
	int64_t *numbers[] = { &action->first, &action->second };
	size_t taken = 0;

	for (; *kinds == 'n'; kinds++)
		if (read_number(&rest, numbers[taken++]) != 0)
			return -1;
	if (*kinds == 'b')
		return read_bytes(rest, action);
	if (*kinds == 'f' && rest)
		action->bytes = file_read(rest, &action->length);
	return *kinds == 'f' || !rest || !*rest ? 0 : -1;
}

static int read_action(char *line, struct script *script)
{
	const char *name = strsep(&line, " ");

	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return read_arguments(verbs[i].arguments, line, new_action(script, verbs[i].verb));
	return -1;
}

void script_read(struct script *script, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;

	if (!file)
		err(1, "cannot read %s", path);
	while (getline(&line, &size, file) > 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0' && line[0] != '#' && read_action(line, script) != 0)
			errx(2, "%s:%u: no such action, or not its arguments (tests/badidp/script.h lists them)", path, number);
	}
	free(line);
	if (file != stdin)
		fclose(file);
}

size_t script_part(const struct script *script, size_t connection)
{
	size_t start = 0;

	for (size_t i = 0; i < script->count && connection > 0; i++) {
		if (script->list[i].verb == DO_CONNECTION && i > 0) {
			start = i;
			connection--;
		}
	}
	return start;
}
