/* SPDX-License-Identifier: BSD-3-Clause */
/* hostscript.h: reads what pamh is told: its conversation's answers, and the flags of its calls. One user, so it holds functions. */
#ifndef APITOKEN_TESTS_HOSTSCRIPT_H
#define APITOKEN_TESTS_HOSTSCRIPT_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_modules.h>

enum { ANSWERS_MAX = 2048, ANSWER_LENGTH_MAX = 70000 };

enum answer_kind { ANSWER_BYTES, ANSWER_NULL, ANSWER_NO_RESPONSE, ANSWER_CODE };

struct answer {
	enum answer_kind kind;
	int code;
	char *bytes;
	bool expand; /* %u stands for the user */
};

struct script {
	struct answer answers[ANSWERS_MAX];
	int count;
};

static _Noreturn void script_stop(void)
{
	fputs("pamh: the script holds something that is no answer: see pamh -h\n", stderr);
	exit(2);
}

static char *answer_expand(const struct answer *answer, const char *user)
{
	const char *bytes = answer->bytes, *mark = answer->expand ? strstr(bytes, "%u") : NULL;
	char *out = NULL;

	if (!mark)
		return strdup(bytes);
	return asprintf(&out, "%.*s%s%s", (int)(mark - bytes), bytes, user, mark + 2) < 0 ? NULL : out;
}

static void answer_bytes(struct answer *answer, const char *line)
{
	answer->kind = ANSWER_BYTES;
	if (strncmp(line, "text ", 5) == 0) {
		answer->bytes = strdup(line + 5);
		answer->expand = true;
	} else if (strncmp(line, "fill ", 5) == 0) {
		const long length = strtol(line + 5, NULL, 10);

		if (length < 0 || length > ANSWER_LENGTH_MAX || !(answer->bytes = calloc(1, (size_t)length + 1)))
			script_stop();
		memset(answer->bytes, 'f', (size_t)length);
	} else if (strncmp(line, "hex ", 4) == 0) {
		const size_t length = strlen(line + 4) / 2;

		answer->bytes = calloc(1, length + 1);
		for (size_t i = 0; i < length; i++) {
			const char digits[3] = { line[4 + 2 * i], line[5 + 2 * i], '\0' };

			answer->bytes[i] = (char)strtoul(digits, NULL, 16);
		}
	} else {
		script_stop();
	}
}

static void answer_read(struct answer *answer, const char *line)
{
	static const struct { const char *word; enum answer_kind kind; int code; } kinds[] = {
		{ "null", ANSWER_NULL, 0 }, { "no-response", ANSWER_NO_RESPONSE, 0 }, { "error", ANSWER_CODE, PAM_CONV_ERR },
		{ "again", ANSWER_CODE, PAM_CONV_AGAIN }, { "abort", ANSWER_CODE, PAM_ABORT },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(line, kinds[i].word) == 0) {
			*answer = (struct answer){ .kind = kinds[i].kind, .code = kinds[i].code };
			return;
		}
	}
	answer_bytes(answer, line);
}

static void script_read(struct script *script, FILE *file)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while (script->count < ANSWERS_MAX && (length = getline(&line, &size, file)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		answer_read(&script->answers[script->count++], line);
	}
	if (line)
		explicit_bzero(line, size);
	free(line);
}

/* So that what is found in memory afterwards is not this rig's own copy. */
static void script_forget(struct script *script)
{
	for (int i = 0; i < script->count; i++) {
		if (script->answers[i].bytes)
			explicit_bzero(script->answers[i].bytes, strlen(script->answers[i].bytes));
	}
}

static int flag_value(const char *word, size_t length)
{
	static const struct { const char *word; int value; } flags[] = {
		{ "silent", PAM_SILENT }, { "nonull", PAM_DISALLOW_NULL_AUTHTOK }, { "establish", PAM_ESTABLISH_CRED },
		{ "delete", PAM_DELETE_CRED }, { "reinit", PAM_REINITIALIZE_CRED }, { "refresh", PAM_REFRESH_CRED },
		{ "data_silent", PAM_DATA_SILENT },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strlen(flags[i].word) == length && memcmp(flags[i].word, word, length) == 0)
			return flags[i].value;
	}
	fprintf(stderr, "pamh: unknown flag %s\n", word);
	exit(2);
}

static int flags_read(const char *call)
{
	const char *word = strchr(call, ':');
	int flags = 0;

	while (word) {
		word++;
		flags |= flag_value(word, strcspn(word, "+"));
		word = strchr(word, '+');
	}
	return flags;
}

#endif
