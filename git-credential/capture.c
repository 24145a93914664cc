/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { REST_SIZE = 4096 };

/* What has no room is read all the same: the command would wait for ever to write it. */
static void drain(int descriptor)
{
	char rest[REST_SIZE];
	ssize_t got;

	do
		got = read(descriptor, rest, sizeof(rest));
	while (got > 0 || (got < 0 && errno == EINTR));
}

static ssize_t read_output(int descriptor, char *output, size_t size)
{
	size_t length = 0;
	ssize_t got = 0;

	while (length < size - 1) {
		got = read(descriptor, output + length, size - 1 - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		length += (size_t)got;
	}
	output[length] = '\0';
	drain(descriptor);
	return got < 0 ? -1 : (ssize_t)length;
}

bool capture(char *const *words, char *output, size_t size)
{
	posix_spawn_file_actions_t actions;
	int ends[2], status = -1;
	pid_t child = -1;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&child, words[0], &actions, NULL, words, environ) != 0)
		child = -1;
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (child > 0) {
		read_output(ends[0], output, size);
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
	return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
