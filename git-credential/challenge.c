/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/challenge.h"

#include <string.h>
#include <strings.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* The end of the element that starts here: the next comma outside of a quoted string. */
static size_t element_end(const char *value, size_t start, size_t length)
{
	bool quoted = false;
	size_t i;

	for (i = start; i < length; i++) {
		if (quoted && value[i] == '\\')
			i++;
		else if (value[i] == '"')
			quoted = !quoted;
		else if (value[i] == ',' && !quoted)
			break;
	}
	return i < length ? i : length;
}

/* An element "SCHEME", "SCHEME token68" or "SCHEME name=value" begins a challenge; "name=value" and
 * "name = value" go on with one. */
static bool element_begins(const char *element, size_t length, const char *scheme)
{
	size_t word = 0, after;

	while (word < length && !is_space(element[word]) && element[word] != '=')
		word++;
	for (after = word; after < length && is_space(element[after]); after++)
		;
	if (after < length && element[after] == '=')
		return false;
	return word == strlen(scheme) && strncasecmp(element, scheme, word) == 0;
}

bool challenge_offers(const char *value, size_t length, const char *scheme)
{
	size_t start = 0;

	while (start < length) {
		size_t end = element_end(value, start, length);

		while (start < end && is_space(value[start]))
			start++;
		if (element_begins(value + start, end - start, scheme))
			return true;
		start = end + 1;
	}
	return false;
}
