/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/dialect_syntax.h"

#include <stdint.h>
#include <string.h>

#include "common/host.h"
#include "common/text.h"

static const char name_first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
static const char name_rest[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
static const char variable_first[] = "abcdefghijklmnopqrstuvwxyz";
static const char variable_rest[] = "abcdefghijklmnopqrstuvwxyz0123456789_.";
static const char token_bytes[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";

/* One byte of first, then only bytes of rest, less than maximum bytes. */
static bool is_made_of(const char *text, const char *first, const char *rest, size_t maximum)
{
	size_t length = strlen(text);

	return length > 0 && length < maximum && strchr(first, text[0]) &&
	       strspn(text, rest) == length;
}

bool dialect_name_valid(const char *name)
{
	return is_made_of(name, name_first, name_rest, DIALECT_NAME_MAX);
}

bool dialect_variable_name_valid(const char *name)
{
	return is_made_of(name, variable_first, variable_rest, DIALECT_VARIABLE_NAME_MAX) &&
	       !strchr(name, '.');
}

/* Calls judge for each word of a list whose words stand apart by single spaces. */
static bool all_words(const char *list, bool (*judge)(const char *word))
{
	char word[DIALECT_TEMPLATE_MAX];
	size_t length;

	for (;; list += length + 1) {
		length = strcspn(list, " ");
		if (length == 0 || length >= sizeof(word))
			return false;
		memcpy(word, list, length);
		word[length] = '\0';
		if (!judge(word))
			return false;
		if (list[length] == '\0')
			return true;
	}
}

/* ---- templates ---- */

int dialect_template_next(const char **cursor, char name[static DIALECT_VARIABLE_NAME_MAX])
{
	const char *brace = *cursor + strcspn(*cursor, "{}");
	size_t length;

	if (*brace == '\0') {
		*cursor = brace;
		return 0;
	}
	length = *brace == '{' ? strcspn(brace + 1, "{}") : 0;
	if (length == 0 || length >= DIALECT_VARIABLE_NAME_MAX || brace[1 + length] != '}')
		return -1;
	memcpy(name, brace + 1, length);
	name[length] = '\0';
	*cursor = brace + length + 2;
	return is_made_of(name, variable_first, variable_rest, DIALECT_VARIABLE_NAME_MAX) ? 1 : -1;
}

const char *dialect_text_fault(const char *text)
{
	const char *byte;

	for (byte = text; *byte; byte++)
		if ((unsigned char)*byte < 0x20 || *byte == 0x7f)
			return "no control characters";
	return byte - text < DIALECT_TEMPLATE_MAX ? NULL : "less than 2048 bytes";
}

const char *dialect_template_fault(const char *text)
{
	char name[DIALECT_VARIABLE_NAME_MAX];
	const char *fault = dialect_text_fault(text);
	int found;

	if (fault)
		return fault;
	do
		found = dialect_template_next(&text, name);
	while (found > 0);
	return found < 0 ? "text in which braces stand only around a variable, as in {username}"
			 : NULL;
}

const char *dialect_line_fault(const char *text)
{
	return text_is_visible(text, strlen(text)) ? dialect_text_fault(text)
						   : "printable ASCII characters only";
}

const char *dialect_line_template_fault(const char *text)
{
	const char *fault = dialect_line_fault(text);

	return fault ? fault : dialect_template_fault(text);
}

const char *dialect_url_template_fault(const char *text)
{
	if ((!text_starts_with(text, "https://") && text[0] != '{') || strchr(text, ' '))
		return "a URL that begins with https:// or with a variable such as {token_url}";
	return dialect_line_template_fault(text);
}

/* ---- paths and fields ---- */

static bool is_path_byte(char c)
{
	return (unsigned char)c > 0x20 && (unsigned char)c < 0x7f && !strchr(".[]", c);
}

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* Quotes would be looked for in the answer; who writes them means the string inside. */
static bool is_selector(const char *content, const char *equals, const char *end)
{
	return equals > content && equals + 1 < end && !is_quote(equals[1]) && !is_quote(end[-1]);
}

static bool is_bracketed(const char *content, size_t length)
{
	size_t digits = strspn(content, "0123456789");
	const char *equals = memchr(content, '=', length);

	if (digits == length)
		return digits <= 3 && (content[0] != '0' || digits == 1);
	if (equals)
		return is_selector(content, equals, content + length);
	return (length == 6 && memcmp(content, "string", 6) == 0) ||
	       (length == 6 && memcmp(content, "number", 6) == 0);
}

/* "[0]" to "[999]" without leading zeros, "[string]", "[number]", "[name=value]". Returns its length,
   0 where it is none of these. */
static size_t index_length(const char *text)
{
	size_t length = 0;

	while (is_path_byte(text[1 + length]) || (length > 0 && text[1 + length] == '.'))
		length++;
	if (length == 0 || text[1 + length] != ']' || !is_bracketed(text + 1, length))
		return 0;
	return length + 2;
}

/* name or index first, then ".name" or indexes */
static bool is_path(const char *path)
{
	bool first = true;
	size_t length;

	for (; *path; first = false) {
		if (*path == '[') {
			length = index_length(path);
			if (length == 0)
				return false;
			path += length;
			continue;
		}
		if (!first && *path++ != '.')
			return false;
		if (!is_path_byte(*path))
			return false;
		while (is_path_byte(*path))
			path++;
	}
	return !first;
}

const char *dialect_paths_fault(const char *text)
{
	if (strlen(text) >= DIALECT_PATHS_MAX || !all_words(text, is_path))
		return "paths like a.b[0].c or a[name=value].b, without quotes, alternatives "
		       "apart by one space, less than 512 bytes";
	return NULL;
}

const char *dialect_field_fault(const char *text)
{
	size_t length = strlen(text);

	if (!text_is_visible(text, length) || strchr(text, ' ') || text[0] == '.' ||
	    text[length - 1] == '.' || strstr(text, ".."))
		return "a field name, or names apart by single dots as in "
		       "field.credentials.username";
	return NULL;
}

/* ---- HTTP ---- */

const char *dialect_token_fault(const char *text)
{
	return is_made_of(text, token_bytes, token_bytes, DIALECT_PATHS_MAX)
		       ? NULL
		       : "a name of letters, digits and hyphens";
}

const char *dialect_header_fault(const char *text)
{
	/* A Host of its own would part the name that TLS proved from the one that is asked. */
	static const char *const transport[] = { "Host",
						 "Content-Length",
						 "Content-Type",
						 "Transfer-Encoding",
						 "Connection",
						 "Expect",
						 "TE",
						 "Trailer",
						 "Upgrade",
						 "Cookie",
						 "Proxy-Authorization" };
	size_t i;

	for (i = 0; i < sizeof(transport) / sizeof(transport[0]); i++)
		if (text_equal_ignoring_case(text, transport[i]))
			return "a header that fetch does not set itself (for Content-Type there is "
			       "content_type)";
	return dialect_token_fault(text);
}

static bool status_parse(const char *digits, int64_t *status)
{
	return strlen(digits) == 3 && number_parse(digits, 100, 599, status) == 0;
}

static bool is_status_or_range(const char *word)
{
	char low[4];
	int64_t first, last;

	if (word[0] == '\0' || strlen(word) < 3)
		return false;
	memcpy(low, word, 3);
	low[3] = '\0';
	if (!status_parse(low, &first))
		return false;
	if (word[3] == '\0')
		return true;
	return word[3] == '-' && status_parse(word + 4, &last) && first <= last;
}

const char *dialect_statuses_fault(const char *text)
{
	if (strlen(text) >= DIALECT_PATHS_MAX || !all_words(text, is_status_or_range))
		return "HTTP statuses from 100 to 599 and ranges, apart by one space, as in 200 "
		       "201 400-499";
	return NULL;
}

static bool is_media_type(const char *word)
{
	size_t type = strspn(word, token_bytes), subtype;

	if (type == 0 || word[type] != '/')
		return false;
	subtype = strspn(word + type + 1, token_bytes);
	return subtype > 0 && word[type + 1 + subtype] == '\0';
}

const char *dialect_media_types_fault(const char *text)
{
	if (strlen(text) >= DIALECT_PATHS_MAX || !all_words(text, is_media_type))
		return "content types as in application/json, apart by one space";
	return NULL;
}

const char *dialect_media_type_fault(const char *text)
{
	size_t type = strcspn(text, "; ");
	char word[DIALECT_PATHS_MAX];

	if (strlen(text) < sizeof(word) && text_is_visible(text, strlen(text)) &&
	    (text[type] == '\0' || text[type] == ';')) {
		memcpy(word, text, type);
		word[type] = '\0';
		if (is_media_type(word))
			return NULL;
	}
	return "a content type as in application/json";
}

/* ---- words ---- */

const char *dialect_name_fault(const char *text)
{
	return dialect_name_valid(text)
		       ? NULL
		       : "a name of lower case letters, digits, '_' and '-', at most 32";
}

const char *dialect_names_fault(const char *text)
{
	return all_words(text, dialect_name_valid)
		       ? NULL
		       : "names of lower case letters, digits, '_' and '-', apart by one space";
}

static bool is_canonical_host(const char *word)
{
	char host[HOST_MAX];

	return host_canonical(word, strlen(word), host, NULL) == 0 && strcmp(word, host) == 0;
}

const char *dialect_hosts_fault(const char *text)
{
	const char *space = text;
	size_t count = 1;

	while ((space = strchr(space, ' '))) {
		space++;
		count++;
	}
	if (count > DIALECT_HOSTS_MAX || !all_words(text, is_canonical_host))
		return "up to 4 hosts in lower case as in login.example.com or id.example.com:8443, "
		       "apart by one space";
	return NULL;
}

static bool is_visible_word(const char *word)
{
	return text_is_visible(word, strlen(word));
}

const char *dialect_words_fault(const char *text)
{
	if (strlen(text) >= DIALECT_PATHS_MAX || !all_words(text, is_visible_word))
		return "words of printable ASCII characters, apart by one space";
	return NULL;
}
