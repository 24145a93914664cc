/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hosts of every kind against programs of every kind. Each host is a forked process with its own
 * signals, descriptors and limits; the program is this file again ("spawnee"), copied where any uid
 * can execute it.
 */
#include "common/spawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

enum { LONG_MS = 30000, SHORT_MS = 400, MARGIN_MS = 10000, TEST_UID = 59010, MANY = 3000 };

static char folder[] = "/tmp/apitoken-spawn.XXXXXX";
static char program[64];
static char tag[64]; /* in the program's argv, so that a leftover can be found */

/* ---- the program ---- */

static void list_descriptors(char *out, size_t size)
{
	DIR *directory = opendir("/proc/self/fd");
	const struct dirent *entry;
	size_t length = 0;

	while (directory != NULL && (entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.' && atol(entry->d_name) != dirfd(directory))
			length += (size_t)snprintf(out + length, size - length, "%s ", entry->d_name);
	closedir(directory);
}

static void put_status_lines(struct message *reply)
{
	static const char *const wanted[] = { "SigBlk", "SigIgn", "SigCgt" };
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];

	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
			if (strncmp(line, wanted[i], strlen(wanted[i])) == 0)
				message_put(reply, wanted[i], line + 8, strcspn(line + 8, "\n"));
	fclose(file);
}

static void describe(struct message *reply)
{
	char text[4096] = "", path[256] = "";
	int number = 0;

	list_descriptors(text, sizeof text);
	message_put_text(reply, "descriptors", text);
	put_status_lines(reply);
	for (char **variable = environ; *variable != NULL; variable++)
		message_put_text(reply, "environment", *variable);
	message_put_text(reply, "folder", getcwd(path, sizeof path));
	message_put_number(reply, "umask", (int64_t)umask(0));
	prctl(PR_GET_PDEATHSIG, &number);
	message_put_number(reply, "death", number);
	message_put_number(reply, "session", getsid(0));
	number = (int)readlink("/proc/self/fd/1", path, sizeof path - 1);
	message_put(reply, "output", path, number < 0 ? 0 : (size_t)number);
}

static void answer(const struct message *request, const char *behaviour)
{
	struct message reply;
	char text[64];

	if (message_init_reply(&reply, MESSAGE_STASH_REPLY, request, 16384, NULL) != 0 ||
	    message_text(request, "text", text, sizeof text) != 0)
		_exit(3);
	if (strcmp(behaviour, "old-nonce") == 0)
		reply.nonce[0] ^= 1;
	if (strcmp(behaviour, "describe") == 0)
		describe(&reply);
	message_put_text(&reply, "echo", text);
	if (message_send(0, &reply, clock_monotonic_ms() + LONG_MS, NULL) != 0)
		_exit(4);
}

static void send_partly(const struct message *request)
{
	unsigned char header[28] = "ATOK\1\4";

	memcpy(header + 8, request->nonce, sizeof request->nonce);
	header[27] = 200;
	(void)send(0, header, sizeof header, MSG_NOSIGNAL);
}

static _Noreturn void spawnee(const char *behaviour)
{
	struct message request;

#define IS(word) (strcmp(behaviour, word) == 0)
	if (IS("close-early"))
		_exit(0);
	signal(SIGSEGV, SIG_DFL); /* sanitizers handle it */
	if (IS("ignore-term"))
		signal(SIGTERM, SIG_IGN);
	if (IS("stop"))
		raise(SIGSTOP);
	if (IS("hang") || IS("ignore-term"))
		for (;;)
			pause();
	if (message_receive(0, MESSAGE_STASH_REQUEST, MESSAGE_REQUEST_MAX, NULL,
			    clock_monotonic_ms() + LONG_MS, &request, NULL) != 0)
		_exit(2);
	if (IS("garbage"))
		(void)send(0, "HTTP/1.1 200 OK\r\n\r\nyes, of course", 33, MSG_NOSIGNAL);
	else if (IS("partial"))
		send_partly(&request);
	else if (IS("segfault"))
		raise(SIGSEGV);
	else
		answer(&request, behaviour);
	if (IS("linger"))
		for (;;)
			pause();
	_exit(IS("exit-1-after") ? 1 : 0);
}

/* ---- the hosts ---- */

static volatile sig_atomic_t signals_counted;

static void count_signal(int number)
{
	(void)number;
	signals_counted++;
}

static void reap_all(int number)
{
	signals_counted++;
	(void)number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

static void *wait_for_anything(void *nothing)
{
	for (;;) {
		if (waitpid(-1, NULL, 0) < 0)
			usleep(100);
	}
	return nothing;
}

static void handle(int number, void (*handler)(int), int flags)
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

static void enter_mode(enum child_mode mode)
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

static int count_descriptors(void)
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

static void take_state(struct host_state *state)
{
	memset(state, 0, sizeof *state);
	sigaction(SIGCHLD, NULL, &state->child_action);
	pthread_sigmask(SIG_SETMASK, NULL, &state->mask);
	state->descriptors = count_descriptors();
	state->creation_mask = umask(0);
	umask(state->creation_mask);
}

static bool same_state(const struct host_state *a, const struct host_state *b)
{
	bool same = a->child_action.sa_handler == b->child_action.sa_handler &&
		    a->child_action.sa_flags == b->child_action.sa_flags &&
		    a->descriptors == b->descriptors && a->creation_mask == b->creation_mask;

	for (int number = 1; number < 32; number++)
		same = same && sigismember(&a->mask, number) == sigismember(&b->mask, number);
	return same;
}

static bool is_left_running(void)
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
static bool is_gone_within(int64_t ms)
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

static int run_exchange(const char *behaviour, int64_t wait_ms, struct message *reply,
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

static int judge_host(int result, const struct host_state *before, int64_t began_ms, int64_t wait_ms)
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

static int be_host(enum child_mode mode, const char *behaviour, int64_t wait_ms)
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

static int host_result(pid_t host)
{
	int status;

	assert_true(host > 0);
	assert_int_equal(waitpid(host, &status, 0), host);
	if (!WIFEXITED(status))
		fail_msg("the host was killed by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

static void assert_host(enum child_mode mode, const char *behaviour, int64_t wait_ms, int expected)
{
	const pid_t host = fork();
	int result;

	if (host == 0)
		_exit(be_host(mode, behaviour, wait_ms));
	result = host_result(host);
	if (result != expected)
		fail_msg("mode %d, %s: %d instead of %d", (int)mode, behaviour, result, expected);
}

/* ---- the tests ---- */

static void test_every_host_gets_the_right_answer(void **state)
{
	(void)state;
	for (int mode = 0; mode < MODES; mode++) {
		assert_host((enum child_mode)mode, "answer", LONG_MS, ERROR_NONE);
		assert_host((enum child_mode)mode, "garbage", LONG_MS, ERROR_UNAVAILABLE);
		assert_host((enum child_mode)mode, "exit-1-after", LONG_MS, ERROR_UNAVAILABLE);
		assert_host((enum child_mode)mode, "segfault", LONG_MS, ERROR_UNAVAILABLE);
		assert_host((enum child_mode)mode, "hang", SHORT_MS, ERROR_UNAVAILABLE);
	}
}

static void test_bad_programs(void **state)
{
	(void)state;
	assert_host(MODE_DEFAULT, "old-nonce", LONG_MS, ERROR_UNAVAILABLE);
	assert_host(MODE_DEFAULT, "partial", LONG_MS, ERROR_UNAVAILABLE);
	assert_host(MODE_DEFAULT, "close-early", LONG_MS, ERROR_UNAVAILABLE);
}

static void test_hanging_programs(void **state)
{
	(void)state;
	assert_host(MODE_DEFAULT, "ignore-term", SHORT_MS, ERROR_UNAVAILABLE);
	assert_host(MODE_DEFAULT, "stop", SHORT_MS, ERROR_UNAVAILABLE);
	assert_host(MODE_DEFAULT, "linger", LONG_MS, ERROR_NONE);
}

static void test_reasons(void **state)
{
	static const struct {
		const char *behaviour, *part;
	} rows[] = {
		{ "segfault", "killed by signal 11" },
		{ "exit-1-after", "exit status 1" },
		{ "hang", "deadline" },
		{ "old-nonce", "another request" },
		{ "partial", "without a complete answer" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct message reply;
		struct error error = { 0 };

		assert_int_equal(run_exchange(rows[i].behaviour, 2000, &reply, &error),
				 ERROR_UNAVAILABLE);
		if (strstr(error.text, rows[i].part) == NULL ||
		    strstr(error.text, program) == NULL)
			fail_msg("%s: %s", rows[i].behaviour, error.text);
		assert_null(reply.body.bytes);
	}
}

static void test_closed_standard_descriptors(void **state)
{
	(void)state;
	for (int closed = 0; closed < 8; closed++) {
		const pid_t host = fork();

		if (host == 0) {
			for (int descriptor = 0; descriptor < 3; descriptor++)
				if (closed & (1 << descriptor))
					close(descriptor);
			_exit(be_host(MODE_DEFAULT, "answer", LONG_MS));
		}
		assert_int_equal(host_result(host), 0);
	}
}

static void assert_field(const struct message *reply, const char *name, const char *expected)
{
	char text[4096] = "";

	message_text(reply, name, text, sizeof text);
	if (strcmp(text, expected) != 0)
		fail_msg("%s: \"%s\" instead of \"%s\"", name, text, expected);
}

static void assert_clean_program(const struct message *reply)
{
	struct message_field field;
	size_t cursor = 0, variables = 0;
	char text[64];

	assert_field(reply, "descriptors", "0 1 2 ");
	assert_field(reply, "SigBlk", "0000000000000000");
	assert_field(reply, "SigIgn", "0000000000000000");
	assert_field(reply, "environment", "PATH=/usr/bin:/bin");
	assert_field(reply, "folder", "/");
	assert_field(reply, "umask", "63");
	assert_field(reply, "death", "9");
	assert_field(reply, "output", "/dev/null");
	while (message_next(reply, &cursor, &field))
		variables += field.name_length == 11 && memcmp(field.name, "environment", 11) == 0;
	assert_int_equal(variables, 2);
	snprintf(text, sizeof text, "%d", (int)getsid(0));
	assert_int_equal(message_text(reply, "session", text, sizeof text), 0);
	assert_int_not_equal(atoi(text), getsid(0));
}

static void test_program_finds_a_clean_world(void **state)
{
	struct message reply;
	struct error error = { 0 };
	int opened[MANY];
	struct sigaction before;
	struct rlimit limit;
	int many;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	many = limit.rlim_cur > MANY + 64 ? MANY : (int)limit.rlim_cur - 64;
	for (int i = 0; i < many; i++)
		opened[i] = open("/dev/null", O_RDONLY); /* without O_CLOEXEC: a careless host */
	sigaction(SIGHUP, NULL, &before);
	handle(SIGHUP, SIG_IGN, 0);
	assert_int_equal(run_exchange("describe", LONG_MS, &reply, &error), 0);
	sigaction(SIGHUP, &before, NULL);
	for (int i = 0; i < many; i++)
		if (opened[i] >= 0)
			close(opened[i]);
	assert_clean_program(&reply);
	message_release(&reply);
}

static void test_storm_of_signals(void **state)
{
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } };
	const pid_t host = fork();
	struct message reply;
	struct error error = { 0 };

	(void)state;
	if (host == 0) {
		handle(SIGALRM, count_signal, 0);
		setitimer(ITIMER_REAL, &often, NULL);
		for (int i = 0; i < 50; i++) {
			if (run_exchange("answer", LONG_MS, &reply, &error) != 0)
				_exit(1);
			message_release(&reply);
		}
		_exit(signals_counted > 50 ? 0 : 2);
	}
	assert_int_equal(host_result(host), 0);
}

static void test_killed_host_leaves_nothing(void **state)
{
	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	for (int i = 0; i < 20; i++) {
		const pid_t host = fork();
		struct message reply;
		struct error error;

		if (host == 0) {
			run_exchange("hang", LONG_MS, &reply, &error);
			_exit(0);
		}
		usleep((useconds_t)(i * 700));
		kill(host, SIGKILL);
		assert_int_equal(waitpid(host, NULL, 0), host);
		assert_true(is_gone_within(1000));
	}
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* Refuses system call number with errnum from here on. */
static int forbid(int number, unsigned int errnum)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), /* seccomp_data.nr */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | errnum),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { sizeof code / sizeof code[0], code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

static void test_older_kernels_and_filters(void **state)
{
	static const unsigned int refusals[] = { ENOSYS, EPERM };

	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		for (int mode = 0; mode < MODES; mode++) {
			const pid_t host = fork();

			if (host == 0) {
				if (forbid(SYS_clone3, refusals[i]) != 0 ||
				    (mode == MODE_DEFAULT &&
				     forbid(SYS_close_range, ENOSYS) != 0))
					_exit(110);
				_exit(be_host((enum child_mode)mode, "answer", LONG_MS));
			}
			assert_int_equal(host_result(host), 0);
		}
	}
}

static bool is_answer_or_shortage(int result)
{
	return result == ERROR_NONE || result == ERROR_UNAVAILABLE || result == ERROR_MEMORY;
}

static void assert_bearable_limit(int resource, rlim_t limit, uid_t uid)
{
	const struct rlimit limits = { limit, limit };
	const pid_t host = fork();
	int result;

	if (host == 0) {
		if (uid != 0 && (setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0))
			_exit(110);
		/* The judgement reads /proc, which takes descriptors: give them back before it. */
		struct host_state before;
		struct rlimit old;
		struct message reply;
		struct error error = { 0 };
		const int64_t began = clock_monotonic_ms();

		getrlimit(resource, &old);
		take_state(&before);
		old.rlim_cur = limit;
		if (setrlimit(resource, uid == 0 ? &old : &limits) != 0)
			_exit(111);
		result = run_exchange("answer", LONG_MS, &reply, &error);
		message_release(&reply);
		old.rlim_cur = old.rlim_max;
		setrlimit(resource, &old);
		_exit(judge_host(result, &before, began, LONG_MS));
	}
	result = host_result(host);
	if (!is_answer_or_shortage(result))
		fail_msg("resource %d, limit %lld: %d", resource, (long long)limit, result);
}

static void test_low_limits(void **state)
{
	(void)state;
	for (rlim_t limit = 0; limit < 16; limit++)
		assert_bearable_limit(RLIMIT_NOFILE, limit, 0);
	for (rlim_t limit = 0; limit < 5; limit++) {
		assert_bearable_limit(RLIMIT_NPROC, limit, geteuid() == 0 ? TEST_UID : 0);
		assert_bearable_limit(RLIMIT_SIGPENDING, limit, 0);
		assert_bearable_limit(RLIMIT_FSIZE, limit, 0);
		assert_bearable_limit(RLIMIT_CPU, limit, 0);
	}
	for (rlim_t limit = 4096; limit <= 1 << 28; limit *= 4) {
		assert_bearable_limit(RLIMIT_STACK, limit, 0);
		assert_bearable_limit(RLIMIT_AS, limit, 0);
		assert_bearable_limit(RLIMIT_DATA, limit, 0);
	}
}

static void test_no_processes_left(void **state)
{
	const pid_t host = fork();

	(void)state;
	if (geteuid() != 0) {
		if (host == 0)
			_exit(0);
		host_result(host);
		skip();
	}
	if (host == 0) {
		const struct rlimit none = { 0, 0 };
		struct message reply;
		struct error error = { 0 };

		if (setresuid(TEST_UID, TEST_UID, TEST_UID) != 0 ||
		    setrlimit(RLIMIT_NPROC, &none) != 0)
			_exit(110);
		_exit(run_exchange("answer", LONG_MS, &reply, &error));
	}
	assert_int_equal(host_result(host), ERROR_UNAVAILABLE);
}

static void test_missing_and_unsafe_programs(void **state)
{
	char saved[sizeof program];
	struct message reply;
	struct error error = { 0 };

	(void)state;
	assert_int_equal(chmod(program, 0777), 0);
	assert_int_equal(run_exchange("answer", LONG_MS, &reply, &error), ERROR_CONFIGURATION);
	assert_int_equal(chmod(program, 0755), 0);
	memcpy(saved, program, sizeof saved);
	snprintf(program, sizeof program, "%s/missing", folder);
	assert_int_equal(run_exchange("answer", LONG_MS, &reply, &error), ERROR_CONFIGURATION);
	memcpy(program, saved, sizeof saved);
	assert_int_equal(run_exchange("answer", LONG_MS, &reply, &error), ERROR_NONE);
	message_release(&reply);
}

static void test_damaged_program(void **state)
{
	char saved[sizeof program];
	struct message reply;
	struct error error = { 0 };
	int file;

	(void)state;
	memcpy(saved, program, sizeof saved);
	snprintf(program, sizeof program, "%s/damaged", folder);
	file = open(program, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	assert_true(file >= 0);
	assert_int_equal(write(file, "not a program", 13), 13);
	close(file);
	assert_int_equal(run_exchange("answer", LONG_MS, &reply, &error), ERROR_UNAVAILABLE);
	assert_non_null(strstr(error.text, "could not be started"));
	unlink(program);
	memcpy(program, saved, sizeof saved);
}

static void *exchange_often(void *failures)
{
	for (int i = 0; i < 25; i++) {
		struct message reply;
		struct error error = { 0 };
		char *noise = malloc((size_t)i * 100 + 1);

		if (run_exchange("answer", LONG_MS, &reply, &error) != 0)
			__atomic_add_fetch((int *)failures, 1, __ATOMIC_SEQ_CST);
		message_release(&reply);
		free(noise);
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[8];
	int failures = 0;

	(void)state;
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, exchange_often, &failures), 0);
	for (size_t i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(failures, 0);
	assert_false(is_left_running());
}

static int copy_program(void **state)
{
	char command[200];

	(void)state;
	if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
		return -1;
	snprintf(program, sizeof program, "%s/spawnee", folder);
	snprintf(tag, sizeof tag, "spawnee-of-%d", (int)getpid());
	snprintf(command, sizeof command, "cp /proc/%d/exe %s && chmod 755 %s", (int)getpid(),
		 program, program);
	return system(command) == 0 ? 0 : -1;
}

static int remove_program(void **state)
{
	(void)state;
	unlink(program);
	return rmdir(folder);
}

int main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("HST-02 HST-03 the reply decides in all six SIGCHLD modes, without a signal",
			  test_every_host_gets_the_right_answer),
		UNIT_TEST("nonsense, an old nonce and an early end are unavailable",
			  test_bad_programs),
		UNIT_TEST("HLP-06 a program that hangs, ignores SIGTERM or is stopped is killed "
			  "and reaped", test_hanging_programs),
		UNIT_TEST("an error says which program failed and how", test_reasons),
		UNIT_TEST("HST-06 every subset of descriptors 0 to 2 may be closed",
			  test_closed_standard_descriptors),
		UNIT_TEST("HST-07 the program finds three descriptors and nothing of the host",
			  test_program_finds_a_clean_world),
		UNIT_TEST("HST-04 a storm of signals in the host changes nothing",
			  test_storm_of_signals),
		UNIT_TEST("HST-05 nothing outlives a killed host", test_killed_host_leaves_nothing),
		UNIT_TEST("without clone3 and close_range the older calls serve",
			  test_older_kernels_and_filters),
		UNIT_TEST("HST-08 low limits give an error or the answer, never a hang",
			  test_low_limits),
		UNIT_TEST("HST-08 without a process to spare the vendor is unavailable",
			  test_no_processes_left),
		UNIT_TEST("a missing or unsafe program is a configuration error",
			  test_missing_and_unsafe_programs),
		UNIT_TEST("a damaged program could not be started", test_damaged_program),
		UNIT_TEST("eight threads at once get their own answers", test_threads),
	};

	if (count > 1 && strcmp(arguments[0], "spawnee") == 0)
		spawnee(arguments[1]);
	return cmocka_run_group_tests_name("spawn", tests, copy_program, remove_program);
}
