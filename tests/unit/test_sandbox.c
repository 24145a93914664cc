/* SPDX-License-Identifier: BSD-3-Clause */
/* The real sandbox, entered by a child for each test; what it denies is tried there. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fetch/sandbox.h"

enum { OTHER_UID = 65534, FIRST_FAILURE = 2 };

typedef int probes(const struct sandbox *sandbox); /* 0, or the number of the line that failed */

#define REQUIRE(condition)               \
	do {                             \
		if (!(condition))        \
			return __LINE__; \
	} while (0)
#define DENIED(call) REQUIRE((call) == -1 && (errno == EPERM || errno == EACCES))

static int scratch; /* a file that the child may not write, by path */
static char scratch_path[] = "/tmp/apitoken-sandbox-XXXXXX";

/* Runs the probes in a child inside the sandbox; prepare (may be NULL) runs there before. */
static void in_sandbox(void (*prepare)(void), probes *probe)
{
	pid_t parent = getpid(), child;
	int line = 0, pair[2], status;

	assert_int_equal(pipe(pair), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct sandbox sandbox = { 0, 0 };

		if (prepare != NULL)
			prepare();
		line = sandbox_enter(OTHER_UID, parent, &sandbox, NULL) < 0 ? -1 : probe(&sandbox);
		_exit(write(pair[1], &line, sizeof(line)) == sizeof(line) ? 0 : 1);
	}
	close(pair[1]);
	if (read(pair[0], &line, sizeof(line)) != sizeof(line))
		line = -2;
	close(pair[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (line != 0)
		fail_msg("the probe in line %d failed (wait status %d)", line, status);
	assert_int_equal(status, 0);
}

/* ---- what is denied ---- */

static int probe_programs(const struct sandbox *sandbox)
{
	char *const arguments[] = { (char[]){ "true" }, NULL };

	REQUIRE(sandbox->filter == 1);
	DENIED(execv("/bin/true", arguments));
	DENIED((int)syscall(SYS_execveat, AT_FDCWD, "/bin/true", arguments, NULL, 0));
	DENIED(fork());
	DENIED((int)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
	REQUIRE(syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS);
	return 0;
}

static int probe_processes(const struct sandbox *sandbox)
{
	struct rlimit limit = { 0, 0 };

	(void)sandbox;
	DENIED((int)ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	DENIED((int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
	DENIED((int)syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
	DENIED(kill(getppid(), 0));
	DENIED(kill(getpid(), 0));
	DENIED((int)syscall(SYS_tkill, getppid(), 0));
	DENIED((int)syscall(SYS_tgkill, getppid(), getppid(), 0));
	REQUIRE(syscall(SYS_tgkill, getpid(), getpid(), 0) == 0); /* abort() needs it */
	DENIED((int)syscall(SYS_pidfd_open, getppid(), 0));
	DENIED((int)prlimit(getppid(), RLIMIT_NOFILE, NULL, &limit));
	REQUIRE(prlimit(0, RLIMIT_NOFILE, NULL, &limit) == 0 && limit.rlim_max == SANDBOX_FILES);
	return 0;
}

static int probe_keys(const struct sandbox *sandbox)
{
	(void)sandbox;
	DENIED((int)syscall(SYS_keyctl, 0, -4, 0));
	DENIED((int)syscall(SYS_add_key, "user", "apitoken-test", "x", 1, -4));
	DENIED((int)syscall(SYS_request_key, "user", "apitoken-test", NULL, -4));
	return 0;
}

static int probe_writing(const struct sandbox *sandbox)
{
	(void)sandbox;
	DENIED(open(scratch_path, O_WRONLY));
	DENIED(open(scratch_path, O_RDWR));
	DENIED(open("/tmp/apitoken-sandbox-new", O_WRONLY | O_CREAT, 0600));
	DENIED(open("/tmp", O_TMPFILE | O_RDWR, 0600));
	DENIED(open("/dev/null", O_WRONLY));
	DENIED((int)syscall(SYS_truncate, scratch_path, 0));
	DENIED(unlink(scratch_path));
	DENIED(rename(scratch_path, "/tmp/apitoken-sandbox-new"));
	DENIED(mkdir("/tmp/apitoken-sandbox-new", 0700));
	DENIED(symlink("/etc/passwd", "/tmp/apitoken-sandbox-new"));
	DENIED(chmod(scratch_path, 0777));
	DENIED((int)syscall(SYS_memfd_create, "x", 0));
	DENIED(shmget(IPC_PRIVATE, 4096, IPC_CREAT));
	REQUIRE(syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", NULL, 0) == -1 && errno == ENOSYS);
	return 0;
}

static int probe_kernel(const struct sandbox *sandbox)
{
	(void)sandbox;
	DENIED(unshare(CLONE_NEWUSER));
	DENIED((int)syscall(SYS_setns, 0, 0));
	DENIED((int)syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL));
	DENIED((int)syscall(SYS_bpf, 0, NULL, 0));
	DENIED((int)syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
	DENIED((int)syscall(SYS_userfaultfd, 0));
	DENIED(setresuid(0, 0, 0));
	DENIED((int)syscall(SYS_setgroups, 0, NULL));
	REQUIRE(syscall(SYS_io_uring_setup, 1, NULL) == -1 && errno == ENOSYS);
#ifdef __x86_64__
	REQUIRE(syscall(0x40000000 + SYS_getpid) == -1 && errno == ENOSYS);
#endif
	DENIED(socket(AF_PACKET, SOCK_RAW, 0));
	DENIED(socket(38 /* AF_ALG */, SOCK_SEQPACKET, 0));
	DENIED(listen(socket(AF_INET, SOCK_STREAM, 0), 1));
	return 0;
}

/* A session bus, an agent or a container daemon would run programs for whoever may connect. */
static const struct sockaddr_un door = { .sun_family = AF_UNIX, .sun_path = "/tmp/apitoken-sandbox-door" };

static int probe_doors(const struct sandbox *sandbox)
{
	(void)sandbox;
	REQUIRE(connect(socket(AF_UNIX, SOCK_STREAM, 0), (const struct sockaddr *)&door, sizeof(door)) == -1);
	DENIED(socket(AF_UNIX, SOCK_DGRAM, 0));
	DENIED(socket(AF_UNSPEC, SOCK_DGRAM, 0));
	DENIED(socket(AF_X25, SOCK_SEQPACKET, 0));
	return 0;
}

/* ---- what must go on ---- */

static void *thread(void *context)
{
	*(int *)context = 1;
	return NULL;
}

static int probe_needs(const struct sandbox *sandbox)
{
	struct addrinfo *addresses = NULL;
	pthread_t id;
	int ran = 0, pair[2];

	(void)sandbox;
	REQUIRE(open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0);
	REQUIRE(open("/etc/ssl/openssl.cnf", O_RDONLY | O_CLOEXEC) >= 0 || errno == ENOENT);
	REQUIRE(getaddrinfo("localhost", "443", NULL, &addresses) == 0);
	freeaddrinfo(addresses);
	REQUIRE(pthread_create(&id, NULL, thread, &ran) == 0 && pthread_join(id, NULL) == 0 && ran == 1);
	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	REQUIRE(socket(AF_INET, SOCK_DGRAM, 0) >= 0);
	REQUIRE(socket(AF_INET6, SOCK_STREAM, 0) >= 0 || errno == EAFNOSUPPORT);
	REQUIRE(socket(AF_NETLINK, SOCK_RAW, 0) >= 0);
	return 0;
}

static int probe_reading(const struct sandbox *sandbox)
{
	if (sandbox->landlock == 0)
		return 0;
	DENIED(open(scratch_path, O_RDONLY));
	DENIED(open("/tmp", O_RDONLY | O_DIRECTORY));
	DENIED(open("/proc/1/status", O_RDONLY));
	DENIED(open("/", O_RDONLY | O_DIRECTORY));
	DENIED(open("/var/log", O_RDONLY | O_DIRECTORY));
	return 0;
}

static int probe_identity(const struct sandbox *sandbox)
{
	uid_t uid[3];
	gid_t gid[3];
	struct rlimit limit;

	(void)sandbox;
	REQUIRE(getresuid(&uid[0], &uid[1], &uid[2]) == 0 && uid[0] != 0 && uid[0] == uid[1] && uid[1] == uid[2]);
	REQUIRE(getresgid(&gid[0], &gid[1], &gid[2]) == 0 && gid[0] == gid[1] && gid[1] == gid[2]);
	REQUIRE(getgroups(0, NULL) == 0 || uid[0] != OTHER_UID);
	REQUIRE(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	REQUIRE(prctl(PR_GET_DUMPABLE) == 0);
	REQUIRE(prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER);
	REQUIRE(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0);
	REQUIRE(getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_max == 0);
	REQUIRE(getrlimit(RLIMIT_CPU, &limit) == 0 && limit.rlim_max == SANDBOX_CPU_SECONDS);
	return 0;
}

/* ---- ports ---- */

static struct sockaddr_in listeners[2];

static int connect_to(const struct sockaddr_in *address)
{
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return connect(descriptor, (const struct sockaddr *)address, sizeof(*address));
}

static int probe_ports(const struct sandbox *sandbox)
{
	const unsigned int ports[] = { ntohs(listeners[0].sin_port) };

	REQUIRE(connect_to(&listeners[1]) == 0);
	sandbox_limit_ports(sandbox, ports, 1);
	REQUIRE(connect_to(&listeners[0]) == 0);
	if (sandbox->landlock >= 4)
		DENIED(connect_to(&listeners[1]));
	REQUIRE(socket(AF_INET, SOCK_DGRAM, 0) >= 0);
	return 0;
}

static int open_listener(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(descriptor, (struct sockaddr *)address, sizeof(*address)), 0);
	assert_int_equal(listen(descriptor, 4), 0);
	assert_int_equal(getsockname(descriptor, (struct sockaddr *)address, &length), 0);
	return descriptor;
}

/* ---- a kernel without Landlock ---- */

static void hide_landlock(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(FIRST_FAILURE);
}

static int probe_without_landlock(const struct sandbox *sandbox)
{
	int line;

	REQUIRE(sandbox->landlock == 0);
	line = probe_writing(sandbox);
	if (line == 0)
		line = probe_programs(sandbox);
	return line == 0 ? probe_needs(sandbox) : line;
}

/* A caller with fewer descriptors than fetch wants: no privilege is needed to live with that. */
static void limit_descriptors(void)
{
	const struct rlimit limit = { 20, 20 };

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		_exit(FIRST_FAILURE);
}

static int probe_low_limits(const struct sandbox *sandbox)
{
	struct rlimit limit;

	(void)sandbox;
	REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == 20 && limit.rlim_max == 20);
	return 0;
}

/* ---- tests ---- */

#define SANDBOX_TEST(name)                     \
	static void test_##name(void **state)  \
	{                                      \
		(void)state;                   \
		in_sandbox(NULL, probe_##name); \
	}
SANDBOX_TEST(programs)
SANDBOX_TEST(processes)
SANDBOX_TEST(keys)
SANDBOX_TEST(writing)
SANDBOX_TEST(kernel)
SANDBOX_TEST(needs)
SANDBOX_TEST(reading)
SANDBOX_TEST(identity)

static void test_without_landlock(void **state)
{
	(void)state;
	in_sandbox(hide_landlock, probe_without_landlock);
}

static void test_doors(void **state)
{
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	unlink(door.sun_path);
	assert_int_equal(bind(listener, (const struct sockaddr *)&door, sizeof(door)), 0);
	assert_int_equal(chmod(door.sun_path, 0666), 0);
	assert_int_equal(listen(listener, 4), 0);
	in_sandbox(NULL, probe_doors);
	close(listener);
	unlink(door.sun_path);
}

static void test_low_limits(void **state)
{
	(void)state;
	in_sandbox(limit_descriptors, probe_low_limits);
}

static void test_ports(void **state)
{
	int first = open_listener(&listeners[0]), second = open_listener(&listeners[1]);

	(void)state;
	in_sandbox(NULL, probe_ports);
	close(first);
	close(second);
}

/* A parent that is not the one from before has died: nobody waits for an answer. */
static void test_orphan(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		struct sandbox sandbox;

		sandbox_enter(OTHER_UID, getppid() + 1, &sandbox, NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void test_root_stays_out(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		struct error error = { .code = ERROR_NONE };
		struct sandbox sandbox;
		int result = sandbox_enter(0, getppid(), &sandbox, &error);

		_exit(geteuid() != 0 ? (result == 0 ? 0 : 1) : (result < 0 && error.code == ERROR_CONFIGURATION ? 0 : 1));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("HLP-03 no program can be started and no process made", test_programs),
		UNIT_TEST("HLP-03 other processes cannot be traced, read or signalled", test_processes),
		UNIT_TEST("HLP-03 no key can be read or made", test_keys),
		UNIT_TEST("HLP-03 nothing can be written", test_writing),
		UNIT_TEST("HLP-03 the kernel's further doors are closed", test_kernel),
		UNIT_TEST("HLP-03 no socket of another program can be connected to", test_doors),
		UNIT_TEST("HLP-03 names, threads and sockets work", test_needs),
		UNIT_TEST("HLP-03 what is not needed cannot be read", test_reading),
		UNIT_TEST("HLP-03 without Landlock the filter still stands, and fetch goes on", test_without_landlock),
		UNIT_TEST("HLP-02 no root, no groups, no new privileges, no core, not dumpable", test_identity),
		UNIT_TEST("limits that are lower already stay", test_low_limits),
		UNIT_TEST("TCP goes to the vendor's port only", test_ports),
		UNIT_TEST("a parent that died meanwhile ends it", test_orphan),
		UNIT_TEST("HLP-02 root without another uid to become is refused", test_root_stays_out),
	};
	int failed;

	scratch = mkstemp(scratch_path);
	if (scratch < 0 || fchmod(scratch, 0666) < 0)
		return 1;
	failed = cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
	unlink(scratch_path);
	return failed;
}
