/* SPDX-License-Identifier: BSD-3-Clause */
/* Hosts of every kind against programs of every kind. */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "tests/unit/spawn_host.h"

enum { MANY = 3000 };

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
	assert_int_equal(variables, 3);
	snprintf(text, sizeof text, "%d", (int)getsid(0));
	assert_int_equal(message_text(reply, "session", text, sizeof text), 0);
	assert_int_not_equal(strtol(text, NULL, 10), getsid(0));
}

/* As posix_spawn(3) leaves them in a child: 32 and 33, which sigaction(3) does not touch. */
static void ignore_internal_signals(void)
{
	unsigned long action[8] = { (unsigned long)(uintptr_t)SIG_IGN };

	for (long number = 32; number < 34; number++)
		assert_int_equal(syscall(SYS_rt_sigaction, number, action, NULL, 8), 0);
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
	ignore_internal_signals();
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
		UNIT_TEST("a missing or unsafe program is a configuration error",
			  test_missing_and_unsafe_programs),
		UNIT_TEST("a damaged program could not be started", test_damaged_program),
		UNIT_TEST("eight threads at once get their own answers", test_threads),
	};

	if (count > 1 && strcmp(arguments[0], "spawnee") == 0)
		spawnee(arguments[1]);
	return cmocka_run_group_tests_name("spawn", tests, copy_self, remove_copy);
}
