/* SPDX-License-Identifier: BSD-3-Clause */
/* git's own settings, where they change what becomes of the token. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/text.h"
#include "git-credential/findings.h"

enum { OUTPUT_MAX = 8192, NUMBER_MAX = 8 }; /* bytes with NUL */

extern char **environ;

static ssize_t read_output(int descriptor, char output[static OUTPUT_MAX])
{
	size_t length = 0;
	ssize_t got = 0;

	while (length < OUTPUT_MAX - 1) {
		got = read(descriptor, output + length, OUTPUT_MAX - 1 - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		length += (size_t)got;
	}
	output[length] = '\0';
	return got < 0 ? -1 : (ssize_t)length;
}

/* What the command prints, cut at OUTPUT_MAX - 1. False where it cannot be run or fails. */
static bool capture(char *const *words, char output[static OUTPUT_MAX])
{
	posix_spawn_file_actions_t actions;
	int ends[2], status = -1;
	pid_t child = -1;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&child, words[0], &actions, NULL, words, environ) != 0)
		child = -1;
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (child > 0) {
		read_output(ends[0], output);
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
	return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The digits at *text as a number; moves behind them. */
static int take_number(const char **text)
{
	char digits[NUMBER_MAX];
	size_t length = strspn(*text, "0123456789");
	int64_t number;

	if (length == 0 || length >= sizeof(digits))
		return -1;
	memcpy(digits, *text, length);
	digits[length] = '\0';
	*text += length;
	return number_parse(digits, 0, 9999, &number) == 0 ? (int)number : -1;
}

int check_git_older(const char *text, int major, int minor)
{
	static const char before[] = "git version ";
	int first, second;

	if (!text_starts_with(text, before))
		return 0;
	text += sizeof(before) - 1;
	first = take_number(&text);
	if (first < 0 || *text++ != '.')
		return 0;
	second = take_number(&text);
	if (second < 0)
		return 0;
	return first < major || (first == major && second < minor);
}

/* "KEY VALUE": the values "store" and "store --file=..." keep what any helper answers in a plain
 * file. */
static bool is_store(const char *line)
{
	const char *value = line + strcspn(line, " \n");
	size_t length;

	if (*value != ' ')
		return false;
	length = strcspn(++value, " \n");
	return length == strlen("store") && text_starts_with(value, "store");
}

static void check_helpers(struct findings *findings, const char *helpers)
{
	bool ours = false, store = false;

	for (const char *line = helpers; *line;
	     line += strcspn(line, "\n"), line += *line == '\n') {
		size_t length = strcspn(line, "\n");

		ours = ours || memmem(line, length, "apitoken", strlen("apitoken"));
		store = store || is_store(line);
	}
	if (!ours)
		findings_add(findings, FINDING_HINT,
			     "git does not ask for tokens yet; run: git config --global "
			     "credential.helper apitoken");
	if (store)
		findings_add(
			findings, FINDING_HINT,
			"git's credential.helper 'store' writes passwords to ~/.git-credentials, "
			"and with git before 2.46 our tokens too; remove it");
}

void check_git(struct findings *findings)
{
	char git[] = "git", version_option[] = "--version", config[] = "config";
	char regexp_option[] = "--get-regexp", key[] = "^credential\\.(.*\\.)?helper$";
	char *const version[] = { git, version_option, NULL };
	char *const helper[] = { git, config, regexp_option, key, NULL };
	char output[OUTPUT_MAX];

	if (!capture(version, output))
		return; /* no git, nothing to say */
	output[strcspn(output, "\n")] = '\0';
	if (check_git_older(output, 2, 46))
		findings_add(findings, FINDING_HINT,
			     "%.40s: before 2.46 git sends the token as a password, and a rejected "
			     "token fails the command once",
			     output);
	if (!capture(helper, output))
		output[0] = '\0';
	check_helpers(findings, output);
}
