/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/password.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/text.h"
#include "common/vendor.h"

enum {
	INPUT_MAX = PASSWORD_MAX + 2, /* bytes: the line end, and one that shows what is too long */
};

static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };
enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

static volatile sig_atomic_t caught;

static void catch (int number)
{
	caught = number;
}

static int check(struct secret *password, struct error *error)
{
	if (password->length > 0 && password->bytes[password->length - 1] == '\n')
		password->bytes[--password->length] = '\0';
	if (password->length > 0 && password->bytes[password->length - 1] == '\r')
		password->bytes[--password->length] = '\0';
	if (password->length == 0)
		return error_set(error, ERROR_USAGE, "the password is empty; nothing was sent");
	if (password->length > PASSWORD_MAX)
		return error_set(error, ERROR_USAGE,
				 "the password is longer than %d bytes; nothing was sent",
				 PASSWORD_MAX);
	if (memchr(password->bytes, '\0', password->length))
		return error_set(error, ERROR_USAGE,
				 "the password holds a NUL byte; nothing was sent");
	return 0;
}

/* Reads until the end of the input, of the room, or (line) of the line. -1: a signal or a failed
 * read. */
static int fill(int descriptor, bool line, struct secret *password)
{
	while (password->length < password->maximum) {
		ssize_t got = read(descriptor, password->bytes + password->length,
				   password->maximum - password->length);

		if (got < 0 && errno == EINTR && !caught)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		password->length += (size_t)got;
		password->bytes[password->length] = '\0';
		if (line && password->bytes[password->length - 1] == '\n')
			break;
	}
	return 0;
}

int password_read(int descriptor, struct secret *password, struct error *error)
{
	*password = SECRET_NONE;
	if (secret_init(password, INPUT_MAX) != 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	if (fill(descriptor, false, password) != 0)
		return error_set_errno(error, ERROR_SYSTEM, errno,
				       "cannot read the password from standard input");
	return check(password, error);
}

/* One question with echo off; whatever happens, the terminal is put back. */
static int ask_hidden(int terminal, const char *prompt, struct secret *password,
		      struct error *error)
{
	struct termios before, hidden;
	int result, errnum;

	if (tcgetattr(terminal, &before) != 0)
		return error_set_errno(error, ERROR_SYSTEM, errno,
				       "cannot ask for the password on the terminal");
	hidden = before;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	hidden.c_lflag |= ICANON | ECHONL;
	if (tcsetattr(terminal, TCSAFLUSH, &hidden) != 0 ||
	    write(terminal, prompt, strlen(prompt)) < 0)
		result = -1;
	else
		result = fill(terminal, true, password);
	errnum = errno;
	while (tcsetattr(terminal, TCSAFLUSH, &before) != 0 && errno == EINTR)
		;
	if (result != 0)
		return error_set_errno(error, ERROR_SYSTEM, errnum,
				       "cannot read the password from the terminal");
	return 0;
}

static int ask_catching(int terminal, const char *prompt, struct secret *password,
			struct error *error)
{
	struct sigaction action = { .sa_handler = catch }, before[SIGNALS];
	int result;

	caught = 0;
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &action, &before[i]);
	result = ask_hidden(terminal, prompt, password, error);
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &before[i], NULL);
	return result;
}

static bool is_stop(int number)
{
	return number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

int password_ask(const char *prompt, struct secret *password, struct error *error)
{
	int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int result;

	*password = SECRET_NONE;
	if (terminal < 0)
		return error_set(
			error, ERROR_USAGE,
			"there is no terminal to ask for the password; use --password-stdin");
	if (secret_init(password, INPUT_MAX) != 0) {
		close(terminal);
		return error_set(error, ERROR_MEMORY, "out of memory");
	}
	do {
		secret_clear(password);
		result = ask_catching(terminal, prompt, password, error);
		if (caught)
			kill(getpid(), caught); /* now with the disposition that was there; a stop
						   comes back here */
	} while (is_stop(caught));
	close(terminal);
	if (caught)
		return error_set(error, ERROR_SYSTEM, "interrupted; nothing was sent");
	return result == 0 ? check(password, error) : -1;
}

int password_obtain(bool from_stdin, const char *vendor, const char *username,
		    struct secret *password, struct error *error)
{
	char shown[ACCOUNT_MAX], prompt[ACCOUNT_MAX + VENDOR_NAME_MAX + 32];

	if (from_stdin)
		return password_read(STDIN_FILENO, password, error);
	text_printable(shown, sizeof(shown), username, strlen(username));
	snprintf(prompt, sizeof(prompt), "Password of %s at vendor '%s': ", shown, vendor);
	return password_ask(prompt, password, error);
}
