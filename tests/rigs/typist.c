/* SPDX-License-Identifier: BSD-3-Clause */
/* typist: runs a command on a terminal of its own and types the answers to its prompts, as a person would.
 *
 * Usage: typist COMMAND [ARGUMENT]... <SCRIPT
 * SCRIPT holds one "prompt<TAB>answer" a line: when the terminal has shown the prompt (since the last answer), the answer and
 * Return are typed. What the terminal shows is copied to stdout. Ends with the command's exit status; 124 when the command said
 * nothing for QUIET_SECONDS, 125 when it ended before all prompts came.
 * Answers come on stdin, so that a password is never in an argument or an environment. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPT_MAX 16384
#define SEEN_MAX 65536
#define QUIET_SECONDS 60
#define STATUS_QUIET 124
#define STATUS_UNASKED 125

struct typing {
	char script[SCRIPT_MAX];
	char *prompt; /* the prompt that is awaited, NULL after the last */
	char *answer;
	char *rest;
	char seen[SEEN_MAX]; /* shown since the last answer */
	size_t seen_length;
};

static void stop(const char *what)
{
	fprintf(stderr, "typist: %s: %s\n", what, strerror(errno));
	exit(71);
}

static void next_prompt(struct typing *typing)
{
	char *line = typing->rest, *end, *tab;

	typing->prompt = NULL;
	if (!line || !*line)
		return;
	end = strchr(line, '\n');
	typing->rest = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	tab = strchr(line, '\t');
	if (!tab) {
		fputs("typist: a script line has the form prompt<TAB>answer\n", stderr);
		exit(2);
	}
	*tab = '\0';
	typing->prompt = line;
	typing->answer = tab + 1;
}

static void script_read(struct typing *typing)
{
	size_t used = 0;
	ssize_t got;

	while ((got = read(STDIN_FILENO, typing->script + used, sizeof(typing->script) - 1 - used)) > 0)
		used += (size_t)got;
	typing->script[used] = '\0';
	typing->rest = typing->script;
	next_prompt(typing);
}

static void write_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t put = write(fd, text, length);

		if (put < 0 && errno != EINTR)
			stop("cannot write");
		if (put > 0) {
			text += put;
			length -= (size_t)put;
		}
	}
}

static void answer_if_asked(struct typing *typing, int terminal)
{
	if (!typing->prompt || !memmem(typing->seen, typing->seen_length, typing->prompt, strlen(typing->prompt)))
		return;
	write_all(terminal, typing->answer, strlen(typing->answer));
	write_all(terminal, "\n", 1);
	explicit_bzero(typing->answer, strlen(typing->answer));
	typing->seen_length = 0;
	next_prompt(typing);
}

static void show(struct typing *typing, const char *text, size_t length)
{
	write_all(STDOUT_FILENO, text, length);
	if (typing->seen_length + length > sizeof(typing->seen))
		typing->seen_length = 0;
	memcpy(typing->seen + typing->seen_length, text, length);
	typing->seen_length += length;
}

/* Returns when the terminal is closed. */
static void converse(struct typing *typing, int terminal, pid_t child)
{
	struct pollfd ready = {.fd = terminal, .events = POLLIN};
	char text[4096];
	ssize_t got;

	for (;;) {
		int count = poll(&ready, 1, QUIET_SECONDS * 1000);

		if (count == 0) {
			fprintf(stderr, "typist: nothing happened for %d s\n", QUIET_SECONDS);
			kill(child, SIGKILL);
			exit(STATUS_QUIET);
		}
		got = count < 0 ? 0 : read(terminal, text, sizeof(text));
		if (got > 0) {
			show(typing, text, (size_t)got);
			answer_if_asked(typing, terminal);
		} else if (count >= 0 || errno != EINTR) {
			return;
		}
	}
}

int main(int argc, char **argv)
{
	static struct typing typing;
	int terminal, status;
	pid_t child;

	if (argc < 2) {
		fputs("usage: typist COMMAND [ARGUMENT]... <SCRIPT\n", stderr);
		return 2;
	}
	script_read(&typing);
	child = forkpty(&terminal, NULL, NULL, NULL);
	if (child < 0)
		stop("forkpty");
	if (child == 0) {
		execvp(argv[1], argv + 1);
		fprintf(stderr, "typist: %s: %s\n", argv[1], strerror(errno));
		_exit(127);
	}
	converse(&typing, terminal, child);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			stop("waitpid");
	if (typing.prompt) {
		fprintf(stderr, "typist: the prompt \"%s\" never came\n", typing.prompt);
		return STATUS_UNASKED;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
