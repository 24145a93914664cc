/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One line of printable ASCII, whatever was formatted into it: it goes to logs and terminals. */
static void text_tame(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			*text = '?';
}

static void error_fill(struct error *error, enum error_code code, int errnum, const char *format,
		       va_list arguments) __attribute__((format(printf, 4, 0)));

static void error_fill(struct error *error, enum error_code code, int errnum, const char *format,
		       va_list arguments)
{
	char text[ERROR_TEXT_MAX];

	/* Formatted aside: an argument may be the old error->text. */
	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		text[0] = '\0';
	text_tame(text);
	memcpy(error->text, text, sizeof(text));
	error->code = code;
	error->errnum = errnum;
}

/* strerrordesc_np(3) and not strerror(3): a PAM host may have threads and a locale. */
static void error_append_errno(struct error *error, int errnum)
{
	size_t length = strlen(error->text);
	const char *description = strerrordesc_np(errnum);

	if (description)
		snprintf(error->text + length, sizeof(error->text) - length, ": %s", description);
	else
		snprintf(error->text + length, sizeof(error->text) - length, ": error %d", errnum);
}

int error_set(struct error *error, enum error_code code, const char *format, ...)
{
	int saved = errno;
	va_list arguments;

	if (error) {
		va_start(arguments, format);
		error_fill(error, code, 0, format, arguments);
		va_end(arguments);
	}
	errno = saved;
	return -1;
}

int error_set_errno(struct error *error, enum error_code code, int errnum, const char *format, ...)
{
	int saved = errno;
	va_list arguments;

	if (error) {
		va_start(arguments, format);
		error_fill(error, code, errnum, format, arguments);
		va_end(arguments);
		error_append_errno(error, errnum);
	}
	errno = saved;
	return -1;
}

int error_prefix(struct error *error, const char *format, ...)
{
	int saved = errno;
	struct error old;
	va_list arguments;
	size_t length;

	if (error) {
		old = *error;
		va_start(arguments, format);
		error_fill(error, old.code, old.errnum, format, arguments);
		va_end(arguments);
		length = strlen(error->text);
		snprintf(error->text + length, sizeof(error->text) - length, ": %s", old.text);
	}
	errno = saved;
	return -1;
}

int error_exit_code(enum error_code code)
{
	switch (code) {
	case ERROR_NONE:
		return 0;
	case ERROR_USAGE:
		return 2;
	case ERROR_NO_TOKEN:
		return 3;
	case ERROR_REFUSED:
	case ERROR_LOGIN_AGAIN:
		return 4;
	case ERROR_UNAVAILABLE:
	case ERROR_KEYRING:
		return 5;
	case ERROR_CONFIGURATION:
		return 6;
	case ERROR_POLICY:
		return 7;
	case ERROR_MEMORY:
	case ERROR_SYSTEM:
		break;
	}
	return 71; /* EX_OSERR of sysexits.h */
}
