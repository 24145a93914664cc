/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * framecut LIBEXEC CONFIG-DIR VENDOR: gives fetch a good login request in bad frames, and a good one in an awkward way.
 *
 * Prints a line for each try that did not end as it must: cut anywhere, with bytes behind it, with a lying length, type or magic: exit status 2 and no reply; of another version:
 * MESSAGE_STATUS_VERSION and no reply; whole, but byte by byte: exit status 0 and a reply. Then "N tries, N wrong". Exit status 0 where none was wrong.
 */
#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/exchange_parts.h"

enum { HEADER_BYTES = 28, LENGTH_AT = 24, FRAME_MAX = 128 * 1024, REFUSED = 2 };

static struct {
	char program[4200];
	char bytes[FRAME_MAX];
	size_t length; /* of the good frame */
	int tries, wrong;
} rig;

/* The frame as message_send() writes it. */
static void make_frame(const char *libexec, const char *configuration, const char *name)
{
	static struct vendor_places places;
	struct secret password = SECRET_NONE;
	struct exchange exchange = { .places = &places, .fetch_uid = 65534, .username = "alice", .password = &password };
	struct error error = { .code = ERROR_NONE };
	struct message request;
	struct vendor vendor;
	struct dialect dialect;
	int pair[2], size = FRAME_MAX;
	ssize_t got;

	snprintf(rig.program, sizeof(rig.program), "%s/fetch", libexec);
	secret_set(&password, "CANARY", 6);
	if (vendor_places_for_module(&places, configuration, libexec, &error) < 0 || vendor_load(&vendor, name, &places, &error) < 0 ||
	    vendor_dialect(&vendor, &places, &dialect, &error) < 0)
		errx(1, "%s", error.text);
	exchange.vendor = &vendor;
	exchange.dialect = &dialect;
	if (exchange_request(&exchange, &request, &error) < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		errx(1, "%s", error.text);
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (message_send(pair[0], &request, clock_monotonic_ms() + 1000, &error) < 0)
		errx(1, "%s", error.text);
	while ((got = read(pair[1], rig.bytes + rig.length, sizeof(rig.bytes) - rig.length)) > 0)
		rig.length += (size_t)got;
	close(pair[0]);
	close(pair[1]);
	message_release(&request);
	secret_release(&password);
	dialect_release(&dialect);
	vendor_release(&vendor);
}

static pid_t start(int *host)
{
	int pair[2];
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 || (child = fork()) < 0)
		err(1, "cannot start fetch");
	if (child == 0) {
		dup2(pair[1], STDIN_FILENO);
		close(STDERR_FILENO);
		execl(rig.program, "fetch", (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	*host = pair[0];
	return child;
}

/* Sends, says that no more comes, and takes what comes back. */
static void try(const char *what, size_t at, const char *bytes, size_t length, size_t piece, int expected_status)
{
	char reply[65536];
	size_t replied = 0;
	ssize_t got;
	int host, status;
	pid_t child = start(&host);

	for (size_t sent = 0; sent < length; sent += piece) {
		if (send(host, bytes + sent, length - sent < piece ? length - sent : piece, MSG_NOSIGNAL) < 0)
			break;
	}
	shutdown(host, SHUT_WR);
	while (replied < sizeof(reply) && (got = read(host, reply + replied, sizeof(reply) - replied)) > 0)
		replied += (size_t)got;
	close(host);
	waitpid(child, &status, 0);
	rig.tries++;
	if (WIFEXITED(status) && WEXITSTATUS(status) == expected_status && (replied > HEADER_BYTES) == (expected_status == 0))
		return;
	rig.wrong++;
	printf("%s at %zu: wait status %d, %zu bytes of reply\n", what, at, status, replied);
}

static void change(const char *what, size_t at, unsigned char byte, int expected_status)
{
	char kept = rig.bytes[at];

	rig.bytes[at] = (char)byte;
	try(what, at, rig.bytes, rig.length, rig.length, expected_status);
	rig.bytes[at] = kept;
}

int main(int count, char **arguments)
{
	if (count != 4)
		errx(2, "usage: framecut LIBEXEC CONFIG-DIR VENDOR");
	signal(SIGPIPE, SIG_IGN);
	make_frame(arguments[1], arguments[2], arguments[3]);
	for (size_t cut = 0; cut < rig.length; cut += cut < 2 * HEADER_BYTES ? 1 : 61)
		try("cut", cut, rig.bytes, cut, rig.length, REFUSED);
	try("cut", rig.length - 1, rig.bytes, rig.length - 1, rig.length, REFUSED);
	try("a byte too many", rig.length, rig.bytes, rig.length + 1, rig.length + 1, REFUSED);
	change("magic", 0, 'B', REFUSED);
	change("version", 4, MESSAGE_VERSION + 1, MESSAGE_STATUS_VERSION);
	change("type", 5, 2, REFUSED);
	change("reserved", 6, 1, REFUSED);
	change("length", LENGTH_AT, 0xff, REFUSED);
	change("length", LENGTH_AT + 3, (unsigned char)(rig.bytes[LENGTH_AT + 3] + 1), REFUSED);
	change("length", LENGTH_AT + 3, (unsigned char)(rig.bytes[LENGTH_AT + 3] - 1), REFUSED);
	change("name length", HEADER_BYTES, 0, REFUSED);
	change("name length", HEADER_BYTES, 255, REFUSED);
	change("value length", HEADER_BYTES + 1, 0x7f, REFUSED);
	try("byte by byte", 0, rig.bytes, rig.length, 1, 0);
	printf("%d tries, %d wrong\n", rig.tries, rig.wrong);
	return rig.wrong == 0 ? 0 : 1;
}
