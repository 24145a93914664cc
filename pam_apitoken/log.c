/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/log.h"

#include <errno.h>
#include <paths.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modutil.h>

#include "common/message.h"
#include "common/text.h"

enum {
	LOG_PATIENCE_MS = 500, /* what a reader of the log who lags behind gets, for each line */
	LINE_MAX_BYTES = 2048,
	FIELD_MAX_BYTES = 201, /* with NUL: what one foreign field may take of a line */
};

/* True when the socket may take a line by then; the host's signals only make it look again. */
static bool wait_for_room(int log, int64_t deadline_ms)
{
	struct pollfd entry = { .fd = log, .events = POLLOUT };

	for (;;) {
		const int64_t left = deadline_ms - clock_monotonic_ms();
		const int ready = poll(&entry, 1, left < 0 ? 0 : (int)left);

		if (ready >= 0 || left <= 0)
			return ready > 0;
	}
}

/*
 * syslog(3) waits without end while nobody reads the log's socket. A login must not hang for a line:
 * it is dropped then. Where the socket is missing or of another kind, syslog(3) itself does not wait.
 */
static bool log_has_room(void)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = _PATH_LOG };
	const int log = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool room = true;

	if (log < 0)
		return true;
	if (connect(log, (const struct sockaddr *)&address, sizeof(address)) == 0)
		room = wait_for_room(log, clock_monotonic_ms() + LOG_PATIENCE_MS);
	close(log);
	return room;
}

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
	if (log_has_room())
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

static int priority_of(int result, const struct error *why)
{
	if (result == PAM_AUTHINFO_UNAVAIL && why->errnum == EPROTO)
		return LOG_ERR;
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
			const char *vendor, const struct error *why)
{
	const char *cause = result == PAM_SUCCESS ? "" : why->text;
	char logname[FIELD_MAX_BYTES], tty[FIELD_MAX_BYTES], ruser[FIELD_MAX_BYTES],
		rhost[FIELD_MAX_BYTES], name[FIELD_MAX_BYTES];
	const int priority = priority_of(result, why);

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
