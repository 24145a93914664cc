/* SPDX-License-Identifier: BSD-3-Clause */
/* Hosts of every kind for the spawn tests: each a forked process with its own signals. */
#ifndef APITOKEN_TESTS_SPAWN_HOST_H
#define APITOKEN_TESTS_SPAWN_HOST_H

#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>

#include "common/spawn.h"
#include "tests/unit/spawnee.h"
#include "tests/unit/unit.h"

static volatile sig_atomic_t signals_counted;

static inline void count_signal(int number)
{
	(void)number;
	signals_counted++;
}

static inline void reap_all(int number)
{
	signals_counted++;
	(void)number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

static inline void *wait_for_anything(void *nothing)
{
	for (;;) {
		if (waitpid(-1, NULL, 0) < 0)
			usleep(100);
	}
	return nothing;
}

static inline void handle(int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_flags = flags };

	action.sa_handler = handler;
	sigaction(number, &action, NULL);
}

enum child_mode {
	MODE_DEFAULT,
	MODE_IGNORE,
	MODE_NO_WAIT,
	MODE_REAPER,
	MODE_THREAD,
	MODE_BLOCKED,
	MODES,
};

static inline void enter_mode(enum child_mode mode)
{
	pthread_t thread;
	sigset_t blocked;

	for (int number = 1; number < 32; number++)
		if (number != SIGCHLD && number != SIGSEGV && number != SIGABRT && number != SIGBUS)
			handle(number, count_signal, 0);
	if (mode == MODE_IGNORE)
		handle(SIGCHLD, SIG_IGN, 0);
	else if (mode == MODE_NO_WAIT)
		handle(SIGCHLD, count_signal, SA_NOCLDWAIT);
	else if (mode == MODE_REAPER)
		handle(SIGCHLD, reap_all, 0);
	else
		handle(SIGCHLD, SIG_DFL, 0);
	if (mode == MODE_THREAD)
		pthread_create(&thread, NULL, wait_for_anything, NULL);
	if (mode == MODE_BLOCKED) {
		sigfillset(&blocked);
		pthread_sigmask(SIG_SETMASK, &blocked, NULL);
	}
}

static inline int count_descriptors(void)
{
	int count = 0;

	for (int descriptor = 0; descriptor < 64; descriptor++)
		count += fcntl(descriptor, F_GETFD) >= 0;
	return count;
}

struct host_state {
	struct sigaction child_action;
	sigset_t mask;
	int descriptors;
	mode_t creation_mask;
};

static inline void take_state(struct host_state *state)
{
	memset(state, 0, sizeof *state);
	sigaction(SIGCHLD, NULL, &state->child_action);
	pthread_sigmask(SIG_SETMASK, NULL, &state->mask);
	state->descriptors = count_descriptors();
	state->creation_mask = umask(0);
	umask(state->creation_mask);
}

static inline bool same_state(const struct host_state *a, const struct host_state *b)
{
	bool same = a->child_action.sa_handler == b->child_action.sa_handler &&
		    a->child_action.sa_flags == b->child_action.sa_flags &&
		    a->descriptors == b->descriptors && a->creation_mask == b->creation_mask;

	for (int number = 1; number < 32; number++)
		same = same && sigismember(&a->mask, number) == sigismember(&b->mask, number);
	return same;
}

static inline bool is_left_running(void)
{
	DIR *directory = opendir("/proc");
	const struct dirent *entry;
	char path[300], line[512];
	bool found = false;

	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		ssize_t length;
		int file;

		snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
		file = open(path, O_RDONLY | O_CLOEXEC);
		if (file < 0)
			continue;
		length = read(file, line, sizeof line);
		close(file);
		found = found || (length > 0 && memmem(line, (size_t)length, tag, strlen(tag)));
	}
	closedir(directory);
	return found;
}

/* As the reaper of orphans: nothing that was started below us is left. */
static inline bool is_gone_within(int64_t ms)
{
	const int64_t end = clock_monotonic_ms() + ms;

	while (waitpid(-1, NULL, WNOHANG | __WALL) >= 0 || is_left_running()) {
		if (clock_monotonic_ms() > end)
			return false;
		usleep(2000);
	}
	return true;
}

/* 0 for the right answer, else the error's code; from 100 on the host itself came to harm. */
enum { SAW_WRONG_ECHO = 100, SAW_SIGNAL, SAW_STATE, SAW_CHILD, SAW_LEFTOVER, SAW_LATE };

static inline int run_exchange(const char *behaviour, int64_t wait_ms, struct message *reply,
			struct error *error)
{
	const char *const arguments[] = { "spawnee", behaviour, tag, NULL };
	const struct spawn spawn = { program, arguments, clock_monotonic_ms() + wait_ms };
	struct message request;
	char echo[64] = "";
	int result = 0;

	if (message_init_request(&request, MESSAGE_STASH_REQUEST, 1000, error) != 0)
		return (int)error->code;
	message_put_text(&request, "text", tag);
	if (spawn_exchange(&spawn, &request, MESSAGE_STASH_REPLY, reply, error) != 0)
		result = (int)error->code;
	else if (message_text(reply, "echo", echo, sizeof echo) != 0 || strcmp(echo, tag) != 0)
		result = SAW_WRONG_ECHO;
	message_release(&request);
	return result;
}

static inline int judge_host(int result, const struct host_state *before, int64_t began_ms,
			     int64_t wait_ms)
{
	struct host_state after;
	sigset_t pending;

	take_state(&after);
	sigpending(&pending);
	if (signals_counted != 0 || sigismember(&pending, SIGCHLD))
		return SAW_SIGNAL;
	if (!same_state(before, &after))
		return SAW_STATE;
	if (waitpid(-1, NULL, WNOHANG | __WALL) >= 0)
		return SAW_CHILD;
	if (clock_monotonic_ms() - began_ms > wait_ms + MARGIN_MS)
		return SAW_LATE;
	return is_left_running() ? SAW_LEFTOVER : result;
}

static inline int be_host(enum child_mode mode, const char *behaviour, int64_t wait_ms)
{
	const int64_t began = clock_monotonic_ms();
	struct host_state before;
	struct message reply;
	struct error error = { 0 };
	int result;

	enter_mode(mode);
	take_state(&before);
	result = run_exchange(behaviour, wait_ms, &reply, &error);
	message_release(&reply);
	return judge_host(result, &before, began, wait_ms);
}

static inline int host_result(pid_t host)
{
	int status;

	assert_true(host > 0);
	assert_int_equal(waitpid(host, &status, 0), host);
	if (!WIFEXITED(status))
		fail_msg("the host was killed by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

static inline void assert_host(enum child_mode mode, const char *behaviour, int64_t wait_ms,
			       int expected)
{
	const pid_t host = fork();
	int result;

	if (host == 0)
		_exit(be_host(mode, behaviour, wait_ms));
	result = host_result(host);
	if (result != expected)
		fail_msg("mode %d, %s: %d instead of %d", (int)mode, behaviour, result, expected);
}

#endif
