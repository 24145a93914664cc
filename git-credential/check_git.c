/* SPDX-License-Identifier: BSD-3-Clause */
/* git's own settings, where they change what becomes of the token. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "git-credential/capture.h"
#include "git-credential/findings.h"

enum { OUTPUT_MAX = 8192, NUMBER_MAX = 8 }; /* bytes with NUL */

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

	if (!capture(version, output, sizeof(output)))
		return; /* no git, nothing to say */
	output[strcspn(output, "\n")] = '\0';
	if (check_git_older(output, 2, 46))
		findings_add(findings, FINDING_HINT,
			     "%.40s: before 2.46 git sends the token as a password, and a rejected "
			     "token fails the command once",
			     output);
	if (!capture(helper, output, sizeof(output)))
		output[0] = '\0';
	check_helpers(findings, output);
}
