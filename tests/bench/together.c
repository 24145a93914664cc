/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * together: starts one command many times at once. Usage: together COUNT INPUT PROGRAM ARGUMENT...
 * Each has the file INPUT on its standard input. Tells the microseconds from the first start to the last end; fails where one of them did.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { COUNT_MAX = 1000 };

extern char **environ;

static double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int start(const char *input, char **command)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int errnum;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	errnum = posix_spawn(&child, command[0], &actions, NULL, command, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (errnum == 0)
		return 0;
	fprintf(stderr, "together: cannot start %s: %s\n", command[0], strerror(errnum));
	return -1;
}

/* Returns how many of them failed. */
static unsigned long wait_for_all(void)
{
	unsigned long failed = 0;
	int status;

	for (;;) {
		if (wait(&status) >= 0)
			failed += status != 0;
		else if (errno != EINTR)
			return failed;
	}
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 3 ? strtoul(argv[1], NULL, 10) : 0, failed = 0;
	double before, after;

	if (count == 0 || count > COUNT_MAX) {
		fprintf(stderr, "usage: together COUNT INPUT PROGRAM ARGUMENT...\n");
		return 2;
	}
	before = microseconds();
	for (unsigned long i = 0; i < count; i++)
		failed += start(argv[2], argv + 3) != 0;
	failed += wait_for_all();
	after = microseconds();
	printf("%.0f\n", after - before);
	if (failed == 0)
		return 0;
	fprintf(stderr, "together: %lu of %lu failed\n", failed, count);
	return 1;
}
