/* SPDX-License-Identifier: BSD-3-Clause */
/* Hosts that lack something: newer system calls, descriptors, processes, memory. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "tests/unit/spawn_host.h"

enum { TEST_UID = 59015 };

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
		/* With 0 the kernel kills the host at its next tick of the clock, whatever it does. */
		assert_bearable_limit(RLIMIT_CPU, limit + 1, 0);
	}
	for (rlim_t limit = 4096; limit <= 1 << 28; limit *= 4) {
		assert_bearable_limit(RLIMIT_STACK, limit, 0);
#ifndef APITOKEN_SANITIZED /* whose own memory is beyond every limit */
		assert_bearable_limit(RLIMIT_AS, limit, 0);
		assert_bearable_limit(RLIMIT_DATA, limit, 0);
#endif
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

int main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("without clone3 and close_range the older calls serve",
			  test_older_kernels_and_filters),
		UNIT_TEST("HST-08 low limits give an error or the answer, never a hang",
			  test_low_limits),
		UNIT_TEST("HST-08 without a process to spare the vendor is unavailable",
			  test_no_processes_left),
	};

	if (count > 1 && strcmp(arguments[0], "spawnee") == 0)
		spawnee(arguments[1]);
	return cmocka_run_group_tests_name("spawn_limits", tests, copy_self, remove_copy);
}
