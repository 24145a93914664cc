/* SPDX-License-Identifier: BSD-3-Clause */
/* logcatcher: the syslog of a test world. Binds SOCKET (/dev/log) and appends each datagram to FILE as one line, as it came:
 * "<priority>time tag[pid]: text". A line feed inside a datagram is shown as "\n", so that it cannot pass for a second message.
 * Goes to the background once the socket is there. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MESSAGE_MAX 65536

static void stop(const char *what)
{
	fprintf(stderr, "logcatcher: %s: %s\n", what, strerror(errno));
	exit(71);
}

static int socket_bind(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		stop(path);
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) || chmod(path, 0666))
		stop(path);
	return fd;
}

static void line_write(int file, const char *message, size_t length)
{
	static char line[2 * MESSAGE_MAX + 1];
	size_t used = 0, i;

	while (length && (message[length - 1] == '\n' || message[length - 1] == '\0'))
		length--;
	for (i = 0; i < length; i++) {
		if (message[i] == '\n') {
			line[used++] = '\\';
			line[used++] = 'n';
		} else {
			line[used++] = message[i];
		}
	}
	line[used++] = '\n';
	if (write(file, line, used) != (ssize_t)used)
		stop("cannot write the log");
}

int main(int argc, char **argv)
{
	static char message[MESSAGE_MAX];
	int log, file;

	if (argc != 3) {
		fputs("usage: logcatcher SOCKET FILE\n", stderr);
		return 2;
	}
	log = socket_bind(argv[1]);
	file = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (file < 0)
		stop(argv[2]);
	if (daemon(0, 0))
		stop("cannot go to the background");
	for (;;) {
		ssize_t length = recv(log, message, sizeof(message), 0);

		if (length >= 0)
			line_write(file, message, (size_t)length);
		else if (errno != EINTR)
			stop(argv[1]);
	}
}
