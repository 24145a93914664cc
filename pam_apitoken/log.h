/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the administrator reads (syslog, authpriv): one line for each event, no secret, no answer's
 * body, foreign text printable.
 */
#ifndef APITOKEN_PAM_LOG_H
#define APITOKEN_PAM_LOG_H

#include "common/error.h"
#include "pam_apitoken/context.h"

/*
 * One line. LOG_DEBUG is dropped unless the stack says "debug". Control characters and non-ASCII
 * become \xNN.
 */
void log_line(const struct context *context, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * How an authentication ended, with the fields of pam_unix's failure line, so that log scanners
 * (fail2ban, logwatch) know it: NOTICE for success and for a refused login, WARNING where the
 * vendor gave no verdict, ERR for configuration and for parts of apitoken that do not belong together
 * (errnum EPROTO), CRIT for a failed system call, DEBUG for users who
 * are not ours. user may be NULL; vendor and why->text may be "".
 */
void log_authentication(const struct context *context, int result, const char *user,
			const char *vendor, const struct error *why);

#endif
