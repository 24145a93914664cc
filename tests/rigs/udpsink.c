/* SPDX-License-Identifier: BSD-3-Clause */
/* udpsink ADDRESS PORT: takes datagrams and never answers; prints "ready", then a line with the size of each. A name server that hangs. */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/socket.h>

#include "common/text.h"

int main(int count, char **arguments)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	char bytes[65536];
	int64_t port;
	int descriptor;

	if (count != 3 || inet_pton(AF_INET, arguments[1], &address.sin_addr) != 1 || number_parse(arguments[2], 1, 65535, &port) < 0)
		errx(2, "usage: udpsink ADDRESS PORT");
	address.sin_port = htons((uint16_t)port);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	descriptor = socket(AF_INET, SOCK_DGRAM, 0);
	if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(1, "%s:%s", arguments[1], arguments[2]);
	puts("ready");
	for (;;) {
		ssize_t length = recv(descriptor, bytes, sizeof(bytes), 0);

		if (length < 0)
			err(1, "recv");
		printf("%zd\n", length);
	}
}
