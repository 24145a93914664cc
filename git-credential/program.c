/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "common/advice.h"

enum { NAME_ROOM = 64 }; /* bytes: a program's name, and what stands around a text */

/* Standard input is filled for reading only where it was closed, and so are the others: a write to
 * them must fail, not vanish. */
static int open_standard(struct error *error)
{
	for (int i = 0; i <= STDERR_FILENO; i++)
		if (fcntl(i, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != i)
			return error_set_errno(error, ERROR_SYSTEM, errno, "cannot open /dev/null");
	return 0;
}

int program_start(struct error *error)
{
	if (secret_protect_process() != 0)
		return error_set_errno(error, ERROR_SYSTEM, errno,
				       "cannot shield this process from core dumps and tracing");
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL); /* where a parent ignores it, nobody learns how a child ended: wait(2) */
	if (open_standard(error) != 0)
		return -1;
	if (getauxval(AT_SECURE) != 0 || getauxval(AT_UID) != getauxval(AT_EUID) ||
	    getauxval(AT_GID) != getauxval(AT_EGID))
		return error_set(error, ERROR_POLICY,
				 "refused: this program does not run with raised privileges; run "
				 "it as the user whose token it is");
	return 0;
}

static int write_all(int descriptor, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t put = write(descriptor, bytes, length);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		bytes += put;
		length -= (size_t)put;
	}
	return 0;
}

int program_answer(const struct secret *answer, struct error *error)
{
	if (write_all(STDOUT_FILENO, answer->bytes, answer->length) != 0 ||
	    close(STDOUT_FILENO) != 0)
		return error_set_errno(
			error, ERROR_SYSTEM, errno,
			"cannot write the answer to standard output; the token is unharmed");
	return 0;
}

int program_fail(const char *program, const struct error *error)
{
	char line[ERROR_TEXT_MAX + NAME_ROOM];
	int length = snprintf(line, sizeof(line), "%s: %s\n", program, error->text);

	if (length > 0 && (size_t)length < sizeof(line))
		write_all(STDERR_FILENO, line, (size_t)length); /* where this fails, nobody reads */
	return error_exit_code(error->code);
}

void program_hint(struct error *error, const struct vendor *vendor, const char *what)
{
	char advice[ADVICE_MAX];

	if (error->code != ERROR_NO_TOKEN)
		return;
	if (geteuid() == 0 && getenv("SUDO_USER"))
		error_set(error, ERROR_NO_TOKEN,
			  "vendor '%s' serves this host, but sudo %s runs as root, whose keyring "
			  "has no token; run %s without sudo",
			  vendor->name, what, what);
	else
		error_set(error, ERROR_NO_TOKEN,
			  "vendor '%s' serves this host, but there is no token%s; %s", vendor->name,
			  getenv("SSH_CONNECTION")
				  ? " (a login by ssh key or local password brings none)"
				  : "",
			  advice_token(advice, vendor, NULL));
}
