/* SPDX-License-Identifier: BSD-3-Clause */
/* hostreport.h: what pamh writes; of several runs, each different line once with its count. One user, so it holds functions. */
#ifndef APITOKEN_TESTS_HOSTREPORT_H
#define APITOKEN_TESTS_HOSTREPORT_H

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { TALLY_MAX = 256, LINE_LENGTH = 1024 };

static struct {
	pthread_mutex_t lock;
	FILE *file;
	bool many; /* several runs: count equal lines */
	int count;
	struct { char *line; long times; } lines[TALLY_MAX];
} tally = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void __attribute__((format(printf, 1, 2))) report(const char *format, ...)
{
	char line[LINE_LENGTH];
	va_list arguments;
	int i = 0;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (!tally.many) {
		fprintf(tally.file, "%s\n", line);
		fflush(tally.file);
		return;
	}
	pthread_mutex_lock(&tally.lock);
	while (i < tally.count && strcmp(tally.lines[i].line, line) != 0)
		i++;
	if (i == tally.count && i < TALLY_MAX)
		tally.lines[tally.count++].line = strdup(line);
	if (i < TALLY_MAX)
		tally.lines[i].times++;
	pthread_mutex_unlock(&tally.lock);
}

static void report_tally(void)
{
	for (int i = 0; i < tally.count; i++)
		fprintf(tally.file, "%ld %s\n", tally.lines[i].times, tally.lines[i].line);
	fflush(tally.file);
}

static const char *code_name(int code)
{
	static const char *const names[] = {
		"PAM_SUCCESS", "PAM_OPEN_ERR", "PAM_SYMBOL_ERR", "PAM_SERVICE_ERR", "PAM_SYSTEM_ERR", "PAM_BUF_ERR",
		"PAM_PERM_DENIED", "PAM_AUTH_ERR", "PAM_CRED_INSUFFICIENT", "PAM_AUTHINFO_UNAVAIL", "PAM_USER_UNKNOWN",
		"PAM_MAXTRIES", "PAM_NEW_AUTHTOK_REQD", "PAM_ACCT_EXPIRED", "PAM_SESSION_ERR", "PAM_CRED_UNAVAIL",
		"PAM_CRED_EXPIRED", "PAM_CRED_ERR", "PAM_NO_MODULE_DATA", "PAM_CONV_ERR", "PAM_AUTHTOK_ERR",
		"PAM_AUTHTOK_RECOVERY_ERR", "PAM_AUTHTOK_LOCK_BUSY", "PAM_AUTHTOK_DISABLE_AGING", "PAM_TRY_AGAIN", "PAM_IGNORE",
		"PAM_ABORT", "PAM_AUTHTOK_EXPIRED", "PAM_MODULE_UNKNOWN", "PAM_BAD_ITEM", "PAM_CONV_AGAIN", "PAM_INCOMPLETE",
	};

	return code >= 0 && (size_t)code < sizeof(names) / sizeof(names[0]) ? names[code] : "not-a-PAM-code";
}

#endif
