/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/quota.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"

enum { TEXT_MAX = 64 * 1024, WORD_MAX = 64 }; /* bytes; about 500 users fit */

/* Copies the next word of the line, and moves behind it. False at the end of the line. */
static bool next_word(const char **line, char word[static WORD_MAX])
{
	size_t length;

	*line += strspn(*line, " ");
	length = strcspn(*line, " \n");
	if (length == 0 || length >= WORD_MAX)
		return false;
	memcpy(word, *line, length);
	word[length] = '\0';
	*line += length;
	return true;
}

/* "USED/MAXIMUM" */
static bool parse_pair(char *word, int64_t *used, int64_t *maximum)
{
	char *slash = strchr(word, '/');

	if (!slash)
		return false;
	*slash = '\0';
	return number_parse(word, 0, INT64_MAX, used) == 0 &&
	       number_parse(slash + 1, 0, INT64_MAX, maximum) == 0;
}

/* "UID: usage instantiated keys/maximum bytes/maximum" */
static bool parse_line(const char *line, uid_t uid, struct quota *quota)
{
	char word[WORD_MAX];
	int64_t number;
	size_t length;

	if (!next_word(&line, word))
		return false;
	length = strlen(word);
	if (word[length - 1] != ':')
		return false;
	word[length - 1] = '\0';
	if (number_parse(word, 0, UINT32_MAX, &number) != 0 || (uid_t)number != uid)
		return false;
	return next_word(&line, word) && next_word(&line, word) && next_word(&line, word) &&
	       parse_pair(word, &quota->keys, &quota->keys_maximum) && next_word(&line, word) &&
	       parse_pair(word, &quota->bytes, &quota->bytes_maximum);
}

bool quota_parse(const char *text, uid_t uid, struct quota *quota)
{
	struct quota found;

	while (*text) {
		if (parse_line(text, uid, &found)) {
			*quota = found;
			return true;
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return false;
}

bool quota_read(struct quota *quota)
{
	static char text[TEXT_MAX];
	size_t length = 0;
	ssize_t got;
	int descriptor = open("/proc/key-users", O_RDONLY | O_CLOEXEC);

	if (descriptor < 0)
		return false;
	while (length < sizeof(text) - 1 &&
	       (got = read(descriptor, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)got;
	close(descriptor);
	text[length] = '\0';
	return quota_parse(text, getuid(), quota);
}
