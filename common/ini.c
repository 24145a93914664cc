/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/ini.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

/* A name that was seen: a key in its section, or (key NULL) a section. The table finds repetitions
 * without comparing all with all. */
struct seen {
	const char *section;
	const char *key;
	int line;
};

struct parser {
	ini_handler *handler;
	void *context;
	struct ini_entry entry; /* the current line */
	struct seen
		*seen; /* open addressing; a power of two of places, at most half of them used */
	size_t places;
};

int ini_error(struct error *error, const struct ini_entry *entry, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		text[0] = '\0';
	va_end(arguments);
	return error_set(error, ERROR_CONFIGURATION, "%s:%d: %s", entry->path, entry->line, text);
}

static uint32_t hash_text(uint32_t hash, const char *text) /* FNV-1a */
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

static bool seen_is(const struct seen *seen, const struct ini_entry *entry)
{
	if (!seen->key != !entry->key || strcmp(seen->section, entry->section) != 0)
		return false;
	return !entry->key || strcmp(seen->key, entry->key) == 0;
}

/* Remembers section and key of the entry. Returns 0, or the line where they stood already. */
static int parser_remember(struct parser *parser)
{
	const struct ini_entry *entry = &parser->entry;
	uint32_t hash = hash_text(2166136261u, entry->section);
	size_t place;

	hash = hash_text(hash ^ (entry->key ? 1u : 0u), entry->key ? entry->key : "");
	for (place = hash & (parser->places - 1); parser->seen[place].section;
	     place = (place + 1) & (parser->places - 1))
		if (seen_is(&parser->seen[place], entry))
			return parser->seen[place].line;
	parser->seen[place] = (struct seen){ entry->section, entry->key, entry->line };
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts white space off both ends, in place. */
static char *strip(char *begin, char *end)
{
	while (begin < end && is_blank(*begin))
		begin++;
	while (end > begin && is_blank(end[-1]))
		end--;
	*end = '\0';
	return begin;
}

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Bytes of the UTF-8 character (RFC 3629) at text, 0 where there is none; ASCII and C1 control
 * characters count as none. */
static size_t utf8_character(const unsigned char *text)
{
	if (text[0] < 0x20 || text[0] == 0x7f)
		return 0;
	if (text[0] < 0x80)
		return 1;
	if (!is_continuation(text[1]) || text[0] < 0xc2)
		return 0;
	if (text[0] < 0xe0)
		return text[0] == 0xc2 && text[1] < 0xa0 ? 0 : 2;
	if (!is_continuation(text[2]))
		return 0;
	if (text[0] < 0xf0)
		return (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f)
			       ? 0
			       : 3;
	if (!is_continuation(text[3]) || text[0] > 0xf4)
		return 0;
	return (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f) ? 0 : 4;
}

static bool value_is_text(const char *value)
{
	const unsigned char *cursor = (const unsigned char *)value;
	size_t count;

	for (; *cursor; cursor += count)
		if ((count = utf8_character(cursor)) == 0)
			return false;
	return true;
}

static int line_section(struct parser *parser, char *line, struct error *error)
{
	struct ini_entry *entry = &parser->entry;
	size_t length = strlen(line);
	int before;

	if (line[length - 1] != ']' || length < 3)
		return ini_error(error, entry,
				 "this section header is not complete; expected [NAME]");
	entry->section = strip(line + 1, line + length - 1);
	entry->key = NULL;
	entry->value = "";
	if (*entry->section == '\0' || strlen(entry->section) > INI_NAME_MAX ||
	    !text_is_visible(entry->section, strlen(entry->section)))
		return ini_error(error, entry,
				 "a section name is 1 to %d printable ASCII characters",
				 INI_NAME_MAX);
	before = parser_remember(parser);
	if (before)
		return ini_error(error, entry,
				 "section [%s] stands in line %d already; put its keys together",
				 entry->section, before);
	return parser->handler(entry, parser->context, error);
}

static int line_key(struct parser *parser, char *line, struct error *error)
{
	struct ini_entry *entry = &parser->entry;
	char *equals = strchr(line, '='), *key;
	int before;

	if (!equals)
		return ini_error(
			error, entry,
			"expected 'key = value', '[section]' or a line that begins with '#'");
	entry->value = strip(equals + 1, line + strlen(line));
	entry->key = key = strip(line, equals);
	if (*key == '\0' || strlen(key) > INI_NAME_MAX || !text_is_visible(key, strlen(key)) ||
	    strchr(key, ' '))
		return ini_error(error, entry,
				 "before '=' stands one name of 1 to %d printable ASCII characters "
				 "without spaces",
				 INI_NAME_MAX);
	if (!value_is_text(entry->value))
		return ini_error(error, entry,
				 "the value of '%s' holds a control character or is not UTF-8; "
				 "delete what cannot be seen",
				 key);
	before = parser_remember(parser);
	if (before)
		return ini_error(error, entry,
				 "'%s' stands in line %d already; keep one of the two", key,
				 before);
	return parser->handler(entry, parser->context, error);
}

/* Comments included: a terminal that shows the file shows all of it. */
static bool has_control_byte(const char *line, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (((unsigned char)line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f)
			return true;
	return false;
}

/* One line without its LF; line[length] may be overwritten. */
static int parse_line(struct parser *parser, char *line, size_t length, bool has_newline,
		      struct error *error)
{
	char *begin;

	parser->entry.line++;
	if (length > INI_LINE_MAX)
		return ini_error(error, &parser->entry, "the line is longer than %d bytes",
				 INI_LINE_MAX);
	if (has_newline && length > 0 && line[length - 1] == '\r')
		length--;
	if (has_control_byte(line, length))
		return ini_error(error, &parser->entry,
				 "the line holds a control character; delete what cannot be seen");
	begin = strip(line, line + length);
	if (*begin == '\0' || *begin == '#')
		return 0;
	return *begin == '[' ? line_section(parser, begin, error) : line_key(parser, begin, error);
}

static size_t count_lines(const char *text, size_t length)
{
	const char *end = text + length, *newline;
	size_t lines = 1;

	for (; (newline = memchr(text, '\n', (size_t)(end - text))); text = newline + 1)
		lines++;
	return lines;
}

static int parse_text(struct parser *parser, char *text, size_t length, struct error *error)
{
	char *end = text + length, *newline;

	while (text < end) {
		newline = memchr(text, '\n', (size_t)(end - text));
		if (parse_line(parser, text, (size_t)((newline ? newline : end) - text),
			       newline != NULL, error) < 0)
			return -1;
		text = newline ? newline + 1 : end;
	}
	return 0;
}

int ini_parse(const char *path, const char *text, size_t length, ini_handler *handler,
	      void *context, struct error *error)
{
	struct parser parser = { .handler = handler,
				 .context = context,
				 .entry = { .path = path, .section = "" },
				 .places = 16 };
	char *block, *copy;
	int result;

	if (length > INI_TEXT_MAX)
		return error_set(error, ERROR_CONFIGURATION,
				 "%s: the file is larger than %d bytes; it cannot be one of ours",
				 path, INI_TEXT_MAX);
	while (parser.places < 2 * count_lines(text, length))
		parser.places *= 2;
	block = calloc(1, parser.places * sizeof(*parser.seen) + length + 1);
	if (!block)
		return error_set(error, ERROR_MEMORY, "%s: not enough memory to read it", path);
	parser.seen = (struct seen *)(void *)block;
	copy = block + parser.places * sizeof(*parser.seen);
	if (length > 0)
		memcpy(copy, text, length);
	result = parse_text(&parser, copy, length, error);
	free(block);
	return result;
}

int ini_parse_file(const char *path, ini_handler *handler, void *context, struct error *error)
{
	struct secret content;
	int result;

	if (trusted_read(path, TRUSTED_FILE, INI_TEXT_MAX, &content, error) < 0)
		return -1;
	result = ini_parse(path, content.bytes, content.length, handler, context, error);
	secret_release(&content);
	return result;
}

int ini_parse_in_folder(const struct trusted_folder *folder, const char *name, ini_handler *handler,
			void *context, struct error *error)
{
	struct secret content;
	char path[INI_PATH_MAX];
	int result;

	if (trusted_folder_read(folder, name, TRUSTED_FILE, INI_TEXT_MAX, &content, error) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/%s", folder->path, name); /* to be shown: may be cut */
	result = ini_parse(path, content.bytes, content.length, handler, context, error);
	secret_release(&content);
	return result;
}
