/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/spawn_child.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PROGRAM_DESCRIPTOR = 3,
	SIGNALS_END = 65,           /* signals are 1..64 */
	KERNEL_MASK_BYTES = 8,      /* a bit for each */
	KERNEL_ACTION_WORDS = 8,    /* at least the kernel's struct sigaction */
	DESCRIPTORS_MAX = 1 << 20,  /* where close_range(2) is missing */
	PRIVATE_UMASK = 077,
	STACK_BYTES = 8 * 1024, /* of a few small calls */
};

/*
 * libgnutls comes along with libcurl, which has it for RTMP alone: its constructor shall not set up
 * what nobody uses. A libcurl that speaks TLS by it sets it up itself: gnutls_global_init(3).
 */
static const char *const environment[] = { "PATH=/usr/bin:/bin", "LC_ALL=C",
					   "GNUTLS_NO_IMPLICIT_INIT=1", NULL };

/* PR_SET_PDEATHSIG says nothing about a parent that is dead already: look behind it. */
static int die_with_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return -1;
	return getppid() == parent ? 0 : -1;
}

/*
 * exec(2) resets handlers, but leaves ignored what the host ignores; and an ignored SIGCHLD would
 * lose the program's status here. By number, because libc's sigaction(3) refuses its own two signals,
 * which posix_spawn(3) leaves ignored; a kernel's struct sigaction of zeros is SIG_DFL.
 */
static void default_dispositions(void)
{
	static const unsigned long defaults[KERNEL_ACTION_WORDS];

	for (int number = 1; number < SIGNALS_END; number++)
		syscall(SYS_rt_sigaction, number, defaults, NULL, KERNEL_MASK_BYTES);
}

static void close_from(unsigned int first)
{
	struct rlimit limit;
	rlim_t end = DESCRIPTORS_MAX;

	if (syscall(SYS_close_range, first, UINT_MAX, 0) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < end)
		end = limit.rlim_max;
	for (rlim_t descriptor = first; descriptor < end; descriptor++)
		close((int)descriptor);
}

/*
 * 0 the socket, 1 and 2 /dev/null, 3 the program; nothing else. Ours are above 2, and each number is
 * written only when what it held is no longer needed.
 */
static int arrange_descriptors(const struct spawn_child *child)
{
	int null;

	if (dup2(child->socket, STDIN_FILENO) < 0)
		return -1;
	null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		return -1;
	if (child->program != PROGRAM_DESCRIPTOR &&
	    dup3(child->program, PROGRAM_DESCRIPTOR, O_CLOEXEC) < 0)
		return -1;
	close_from(PROGRAM_DESCRIPTOR + 1);
	return 0;
}

struct program {
	const struct spawn_child *child;
	pid_t middle;
};

static int run_program(void *argument)
{
	const struct program *program = argument;
	sigset_t none;

	sigemptyset(&none);
	if (die_with_parent(program->middle) != 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		_exit(SPAWN_STATUS_SETUP);
	syscall(SYS_execveat, PROGRAM_DESCRIPTOR, "", program->child->arguments, environment,
		AT_EMPTY_PATH);
	_exit(SPAWN_STATUS_EXEC);
}

/*
 * Not fork(3): it runs the host's pthread_atfork handlers and may wait for its locks. Until the exec
 * the program has the middle's memory (which is nobody else's) but a stack of its own, while the
 * middle waits: a copy of a large host costs more than all else here.
 */
static pid_t start_program(const struct spawn_child *child)
{
	_Alignas(16) char stack[STACK_BYTES];
	struct program program = { .child = child, .middle = getpid() };

	return clone(run_program, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &program);
}

static int exit_status(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return SPAWN_STATUS_SIGNAL + WTERMSIG(status);
}

static _Noreturn void kill_program(pid_t program)
{
	int status;

	if (kill(program, SIGKILL) != 0 || waitpid(program, &status, __WALL) != program)
		_exit(SPAWN_STATUS_SETUP);
	_exit(exit_status(status));
}

/* Signals stay blocked and are taken one by one, so none can be missed or interrupt anything. */
static _Noreturn void wait_for_program(pid_t program)
{
	sigset_t awaited;
	int status;

	sigemptyset(&awaited);
	sigaddset(&awaited, SIGCHLD);
	sigaddset(&awaited, SIGTERM);
	for (;;) {
		const int number = sigwaitinfo(&awaited, NULL);

		if (number == SIGTERM)
			kill_program(program);
		if (waitpid(program, &status, WNOHANG | __WALL) == program)
			_exit(exit_status(status));
	}
}

_Noreturn void spawn_middle(const struct spawn_child *child)
{
	pid_t program;

	default_dispositions();
	if (die_with_parent(child->host) != 0 || arrange_descriptors(child) != 0)
		_exit(SPAWN_STATUS_SETUP);
	/* Away from the terminal: Ctrl-C is for the host, which decides what becomes of us. */
	setsid();
	umask(PRIVATE_UMASK);
	if (chdir("/") != 0)
		_exit(SPAWN_STATUS_SETUP);
	program = start_program(child);
	if (program < 0)
		_exit(SPAWN_STATUS_SETUP);
	close_from(0);
	wait_for_program(program);
}
