/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modutil.h>

#include "common/text.h"

enum {
	LINE_MAX_BYTES = 2048,
	FIELD_MAX_BYTES = 201, /* with NUL: what one foreign field may take of a line */
};

void log_line(const struct context *context, int priority, const char *format, ...)
{
	char line[LINE_MAX_BYTES], shown[LINE_MAX_BYTES];
	va_list arguments;

	if (priority == LOG_DEBUG && !context->options.debug)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	text_printable(shown, sizeof(shown), line, strlen(line));
	pam_syslog(context->pamh, priority, "%s", shown);
}

/*
 * A missing item is shown as nothing, as pam_unix does: scanners would take a word for a host's
 * name.
 */
static const char *field(char out[static FIELD_MAX_BYTES], const char *text)
{
	return text_printable(out, FIELD_MAX_BYTES, text == NULL ? "" : text,
			      text == NULL ? 0 : strlen(text));
}

static const char *item(const struct context *context, int type, char out[static FIELD_MAX_BYTES])
{
	const void *value = NULL;

	if (pam_get_item(context->pamh, type, &value) != PAM_SUCCESS)
		value = NULL;
	return field(out, value);
}

/*
 * getlogin_r(3) asks the kernel's audit login uid; pam_modutil_getlogin() walks utmp through static
 * state, which a threaded host must not suffer.
 */
static const char *login_name(char out[static FIELD_MAX_BYTES])
{
	char name[FIELD_MAX_BYTES];

	return field(out, getlogin_r(name, sizeof(name)) == 0 ? name : NULL);
}

static int priority_of(int result)
{
	switch (result) {
	case PAM_SUCCESS:
	case PAM_AUTH_ERR:
	case PAM_CONV_ERR:
		return LOG_NOTICE;
	case PAM_AUTHINFO_UNAVAIL:
		return LOG_WARNING;
	case PAM_SERVICE_ERR:
		return LOG_ERR;
	case PAM_USER_UNKNOWN:
		return LOG_DEBUG;
	default:
		return LOG_CRIT;
	}
}

static const char *headline(int result)
{
	switch (result) {
	case PAM_SUCCESS:
		return "authentication success";
	case PAM_AUTH_ERR:
		return "authentication failure";
	case PAM_AUTHINFO_UNAVAIL:
		return "vendor unavailable";
	case PAM_SERVICE_ERR:
		return "configuration error";
	case PAM_USER_UNKNOWN:
		return "not a user of ours";
	case PAM_CONV_ERR:
		return "no password was given";
	default:
		return "system error";
	}
}

/* The core's texts begin with the vendor's name, which the line has already. */
static const char *without_vendor(const char *cause, const char *vendor)
{
	const size_t length = strlen(vendor);

	return strncmp(cause, vendor, length) == 0 && strncmp(cause + length, ": ", 2) == 0
		       ? cause + length + 2
		       : cause;
}

void log_authentication(const struct context *context, int result, const char *user,
			const char *vendor, const char *cause)
{
	char logname[FIELD_MAX_BYTES], tty[FIELD_MAX_BYTES], ruser[FIELD_MAX_BYTES],
		rhost[FIELD_MAX_BYTES], name[FIELD_MAX_BYTES];
	const int priority = priority_of(result);

	if (priority == LOG_DEBUG && !context->options.debug)
		return;
	log_line(context, priority,
		 "%s; logname=%s uid=%u euid=%u tty=%s ruser=%s rhost=%s user=%s%s%s%s%s",
		 headline(result), login_name(logname), (unsigned int)getuid(),
		 (unsigned int)geteuid(), item(context, PAM_TTY, tty),
		 item(context, PAM_RUSER, ruser), item(context, PAM_RHOST, rhost),
		 field(name, user), vendor[0] == '\0' ? "" : " vendor=", vendor,
		 cause[0] == '\0' ? "" : ": ", without_vendor(cause, vendor));
}
