/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/notice.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "common/advice.h"
#include "common/words.h"

/*
 * sshd names no terminal but "ssh" (auth-pam.c), and keeps what is said for the beginning of a shell. Other
 * hosts with a terminal (login, su, sudo) print at once, to their standard output: into the file or pipe of
 * "su -c" where that is no terminal.
 */
static bool is_read(const struct context *context)
{
	const void *item = NULL;
	const char *terminal;

	if ((context->flags & PAM_SILENT) != 0 ||
	    pam_get_item(context->pamh, PAM_TTY, &item) != PAM_SUCCESS || item == NULL)
		return false;
	terminal = item;
	return strcmp(terminal, "ssh") == 0 || (terminal[0] != '\0' && isatty(STDOUT_FILENO) == 1);
}

void notice_token_end(const struct context *context, const char *vendor, int64_t seconds)
{
	char duration[WORDS_MAX], command[ADVICE_MAX];

	if (!is_read(context))
		return;
	pam_info(context->pamh,
		 "Your token of vendor '%s' lasts for %s and cannot be renewed; then run: %s", vendor,
		 words_duration(duration, seconds), advice_login(command, vendor, NULL));
}
