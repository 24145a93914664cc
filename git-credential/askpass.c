/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/askpass.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/message.h"
#include "common/text.h"
#include "git-credential/capture.h"

extern char **environ;

enum {
	WORD_SIZE = 32,               /* bytes with NUL of a yes or no */
	OUTPUT_MAX = PASSWORD_MAX + 3, /* bytes: the line end, and one that shows what is too long */
	END_MS = 1000,                 /* for the program to end after SIGTERM */
	PAUSE_MS = 10,
};

/* ---- which ---- */

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] != '\0';
}

/* git's words for no, git-config(1) "Values"; and "never", which credential.interactive knows. */
static bool is_no(const char *value)
{
	static const char *const words[] = { "", "0", "no", "off", "false", "never" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

/* A setting of git's; false where it is not set, or there is no git. */
static bool git_setting(char *type, char *key, char *value, size_t size)
{
	char git[] = "git", config[] = "config", get[] = "--get";
	char *const words[] = { git, config, type, get, key, NULL };

	if (!capture(words, value, size))
		return false;
	value[strcspn(value, "\n")] = '\0';
	return true;
}

static bool may_ask(void)
{
	const char *terminal = getenv("GIT_TERMINAL_PROMPT");
	char type[] = "--no-type", key[] = "credential.interactive", value[WORD_SIZE];

	if (terminal && is_no(terminal))
		return false;
	return !git_setting(type, key, value, sizeof(value)) || !is_no(value);
}

static bool take(const char *value, char program[static ASKPASS_PROGRAM_MAX])
{
	return value[0] != '\0' && text_copy(program, ASKPASS_PROGRAM_MAX, value) == 0;
}

bool askpass_find(char program[static ASKPASS_PROGRAM_MAX])
{
	char type[] = "--type=path", key[] = "core.askPass", value[ASKPASS_PROGRAM_MAX];
	const char *from_git = getenv("GIT_ASKPASS"), *from_ssh = getenv("SSH_ASKPASS");

	if (!may_ask())
		return false;
	if (from_git)
		return take(from_git, program);
	if (git_setting(type, key, value, sizeof(value)))
		return take(value, program);
	return from_ssh && (is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")) &&
	       take(from_ssh, program);
}

/* ---- running it ---- */

/* Nothing of ours: signals as a program expects them, and no descriptor but the three. */
static int spawn_askpass(const char *program, const char *prompt, int output, pid_t *child)
{
	char *const words[] = { (char *)(uintptr_t)program, (char *)(uintptr_t)prompt, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, defaults;
	int errnum;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	errnum = posix_spawnp(child, program, &actions, &attributes, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return errnum;
}

/* Until the end, or until there is no more room. -1: the deadline came first. */
static int read_answer(int descriptor, int64_t deadline_ms, struct secret *answer)
{
	while (answer->length < answer->maximum) {
		struct pollfd entry = { .fd = descriptor, .events = POLLIN };
		const int64_t left = deadline_ms - clock_monotonic_ms();
		ssize_t got;

		if (left <= 0)
			return -1;
		if (poll(&entry, 1, (int)left) <= 0)
			continue;
		got = read(descriptor, answer->bytes + answer->length,
			   answer->maximum - answer->length);
		if (got < 0 && errno != EINTR)
			return -1;
		if (got == 0)
			return 0;
		if (got > 0)
			answer->length += (size_t)got;
		answer->bytes[answer->length] = '\0';
	}
	return 0;
}

static bool wait_a_while(pid_t child, int64_t deadline_ms, int *status)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };

	for (;;) {
		const pid_t ended = waitpid(child, status, WNOHANG);

		if (ended == child)
			return true;
		if ((ended < 0 && errno != EINTR) || clock_monotonic_ms() >= deadline_ms)
			return false;
		nanosleep(&pause, NULL);
	}
}

/* True where it ended by itself and with 0: a question that was cancelled ends otherwise. */
static bool finish(pid_t child)
{
	int status = -1;

	if (wait_a_while(child, clock_monotonic_ms() + END_MS, &status))
		return WIFEXITED(status) && WEXITSTATUS(status) == 0;
	kill(child, SIGTERM);
	if (!wait_a_while(child, clock_monotonic_ms() + END_MS, &status)) {
		kill(child, SIGKILL);
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	}
	return false;
}

/* git takes the first line, too. */
static int judge(struct secret *answer, const char *prompt, struct error *error)
{
	const size_t length = strcspn(answer->bytes, "\r\n");

	if (memchr(answer->bytes, '\0', answer->length))
		return error_set(error, ERROR_LOGIN_AGAIN, "it gave a NUL byte");
	if (length > PASSWORD_MAX || answer->length == answer->maximum)
		return error_set(error, ERROR_LOGIN_AGAIN, "its answer is longer than %d bytes",
				 PASSWORD_MAX);
	explicit_bzero(answer->bytes + length, answer->length - length);
	answer->length = length;
	if (length == 0)
		return error_set(error, ERROR_LOGIN_AGAIN, "its answer is empty");
	if (strcmp(answer->bytes, prompt) == 0)
		return error_set(error, ERROR_LOGIN_AGAIN, "it answered with the question itself");
	return 0;
}

static int ask(const char *program, const char *prompt, int64_t deadline_ms, int ends[2],
	       struct secret *answer, struct error *error)
{
	pid_t child;
	int errnum = spawn_askpass(program, prompt, ends[1], &child), result;

	close(ends[1]);
	ends[1] = -1;
	if (errnum != 0)
		return error_set_errno(error, ERROR_LOGIN_AGAIN, errnum, "it cannot be run");
	result = read_answer(ends[0], deadline_ms, answer);
	close(ends[0]); /* a program that never ends to write is ended by that */
	ends[0] = -1;
	if (result != 0) {
		kill(child, SIGTERM);
		finish(child);
		return error_set(error, ERROR_LOGIN_AGAIN, "there was no answer in time");
	}
	if (!finish(child) && answer->length < answer->maximum)
		return error_set(error, ERROR_LOGIN_AGAIN, "it was cancelled, or failed");
	return judge(answer, prompt, error);
}

int askpass_run(const char *program, const char *prompt, int64_t deadline_ms,
		struct secret *password, struct error *error)
{
	int ends[2], result = -1;

	*password = SECRET_NONE;
	if (secret_init(password, OUTPUT_MAX) != 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_set_errno(error, ERROR_SYSTEM, errno, "cannot make a pipe");
	result = ask(program, prompt, deadline_ms, ends, password, error);
	for (int i = 0; i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
	return result;
}
