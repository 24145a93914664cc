/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/spawn_child.h"
#include "common/trusted.h"

enum {
	FIRST_FREE_DESCRIPTOR = STDERR_FILENO + 1,
	LINGER_MS = 1000, /* for a program to end after its reply, or to die when it was told to */
	BREAK_OFF_MS = 200, /* from the end of a socket to the end of its process */
	STATUS_LOST = -1, /* somebody else reaped it: neutral */
};

struct child {
	int process; /* pidfd */
	int socket;
};

/* Short of something for the moment, or for good? Only the latter is a fault of the system. */
static enum error_code failure_code(int errnum)
{
	switch (errnum) {
	case ENOMEM:
		return ERROR_MEMORY;
	case EAGAIN:
	case EMFILE:
	case ENFILE:
	case EINVAL: /* F_DUPFD: the first free descriptor is above RLIMIT_NOFILE */
		return ERROR_UNAVAILABLE;
	default:
		return ERROR_SYSTEM;
	}
}

static int fail(struct error *error, const char *what)
{
	const int errnum = errno;

	return error_set_errno(error, failure_code(errnum), errnum, "cannot %s", what);
}

static void close_descriptor(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
}

/* The host may have closed 0, 1 or 2. What lands there would be overwritten in the child. */
static int move_up(int *descriptor, struct error *error)
{
	int moved;

	if (*descriptor >= FIRST_FREE_DESCRIPTOR)
		return 0;
	moved = fcntl(*descriptor, F_DUPFD_CLOEXEC, FIRST_FREE_DESCRIPTOR);
	if (moved < 0)
		return fail(error, "duplicate a descriptor");
	close(*descriptor);
	*descriptor = moved;
	return 0;
}

static int open_program(const char *path, int *program, struct error *error)
{
	struct error reason = { 0 };

	*program = trusted_open(path, TRUSTED_PROGRAM, &reason);
	if (*program >= 0)
		return move_up(program, error);
	if (reason.errnum == EMFILE || reason.errnum == ENFILE || reason.errnum == ENOMEM)
		reason.code = failure_code(reason.errnum);
	if (error != NULL)
		*error = reason;
	return -1;
}

static int open_sockets(int sockets[2], struct error *error)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
		sockets[0] = sockets[1] = -1;
		return fail(error, "make a socket pair");
	}
	if (move_up(&sockets[0], error) != 0)
		return -1;
	return move_up(&sockets[1], error);
}

/* With exit signal 0 no SIGCHLD reaches the host, and its waitpid(-1) does not find the child. */
static pid_t clone_quietly(int *process)
{
	struct clone_args arguments = {
		.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
		.pidfd = (uintptr_t)process,
	};
	const pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);

	if (pid >= 0 || (errno != ENOSYS && errno != EPERM && errno != EINVAL))
		return pid;
	return (pid_t)syscall(SYS_clone, CLONE_PIDFD, NULL, process, NULL, NULL);
}

/* All signals are blocked across the clone, so that no handler of the host runs in the child. */
static int start_middle(const struct spawn_child *child, int *process, struct error *error)
{
	sigset_t all, before;
	pid_t pid;
	int errnum;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = clone_quietly(process);
	errnum = errno;
	if (pid == 0)
		spawn_middle(child);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pid > 0)
		return 0;
	*process = -1;
	errno = errnum;
	return fail(error, "start a process");
}

static int start(const struct spawn *spawn, struct child *child, struct error *error)
{
	struct spawn_child plan = { .host = getpid(), .arguments = spawn->arguments };
	int sockets[2] = { -1, -1 }, result = -1;

	plan.program = -1;
	if (open_program(spawn->program, &plan.program, error) != 0 ||
	    open_sockets(sockets, error) != 0)
		goto out;
	plan.socket = sockets[1];
	if (start_middle(&plan, &child->process, error) != 0)
		goto out;
	child->socket = sockets[0];
	sockets[0] = -1; /* transferred */
	result = 0;
out:
	close_descriptor(&plan.program);
	close_descriptor(&sockets[0]);
	close_descriptor(&sockets[1]);
	return result;
}

/* True when the process has ended by then, at most LINGER_MS from now. */
static bool wait_until(int process, int64_t deadline_ms)
{
	struct pollfd entry = { .fd = process, .events = POLLIN };

	for (;;) {
		const int64_t left = deadline_ms - clock_monotonic_ms();
		const int ready = poll(&entry, 1, left < 0 ? 0 : (int)left);

		if (ready > 0)
			return true;
		if (left <= 0 || (ready < 0 && errno != EINTR))
			return false;
	}
}

/*
 * The middle kills and reaps the program on SIGTERM. Should it not get there, it dies itself and
 * takes the program along (PR_SET_PDEATHSIG).
 */
static void stop(int process)
{
	syscall(SYS_pidfd_send_signal, process, SIGTERM, NULL, 0);
	if (wait_until(process, clock_monotonic_ms() + LINGER_MS))
		return;
	syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
	wait_until(process, clock_monotonic_ms() + LINGER_MS);
}

static int reap(int process)
{
	siginfo_t info = { 0 };
	int result;

	do
		result = waitid(P_PIDFD, (id_t)process, &info, WEXITED | WNOHANG | __WALL);
	while (result != 0 && errno == EINTR);
	if (result != 0 || info.si_pid == 0)
		return STATUS_LOST;
	return info.si_code == CLD_EXITED ? info.si_status :
					    SPAWN_STATUS_SIGNAL + info.si_status;
}

/*
 * Leaves nothing running. A program that broke off closes its socket a moment before its status
 * can be had; one that replied has yet to exit; one that is killed by us has no status of its own.
 */
static int finish(struct child *child, const struct spawn *spawn, bool replied)
{
	const int64_t now = clock_monotonic_ms();
	int64_t patience = replied ? LINGER_MS : BREAK_OFF_MS;
	bool ended;
	int status;

	if (!replied && now >= spawn->deadline_ms)
		patience = 0;
	ended = wait_until(child->process, now + patience);
	if (!ended)
		stop(child->process);
	status = reap(child->process);
	close_descriptor(&child->process);
	close_descriptor(&child->socket);
	return !ended && status == SPAWN_STATUS_SIGNAL + SIGKILL ? STATUS_LOST : status;
}

static int describe_failure(const struct spawn *spawn, const struct error *reason, int status,
			    struct error *error)
{
	const char *program = spawn->program;

	if (status == MESSAGE_STATUS_VERSION || reason->errnum == EPROTO) {
		error_set(error, ERROR_UNAVAILABLE,
			  "%s is of another version of apitoken than this program, which must be "
			  "started again (or the upgrade finished)", program);
		if (error != NULL)
			error->errnum = EPROTO;
		return -1;
	}
	if (status == SPAWN_STATUS_EXEC || status == SPAWN_STATUS_SETUP)
		return error_set(error, ERROR_UNAVAILABLE,
				 "%s could not be started: is the file damaged, or a resource "
				 "limit too low?", program);
	if (status > SPAWN_STATUS_SIGNAL)
		return error_set(error, ERROR_UNAVAILABLE, "%s: %s (killed by signal %d)", program,
				 reason->text, status - SPAWN_STATUS_SIGNAL);
	if (status > 0)
		return error_set(error, ERROR_UNAVAILABLE, "%s: %s (exit status %d)", program,
				 reason->text, status);
	return error_set(error, reason->code, "%s: %s", program, reason->text);
}

static int exchange(const struct spawn *spawn, struct message *request,
		    enum message_type reply_type, struct message *reply, struct error *error)
{
	struct child child = { -1, -1 };
	struct error reason = { 0 };
	bool replied;
	int status;

	if (start(spawn, &child, error) != 0)
		return -1;
	replied = message_send(child.socket, request, spawn->deadline_ms, &reason) == 0 &&
		  message_receive(child.socket, reply_type, MESSAGE_REPLY_MAX, request->nonce,
				  spawn->deadline_ms, reply, &reason) == 0;
	status = finish(&child, spawn, replied);
	if (!replied)
		return describe_failure(spawn, &reason, status, error);
	if (status == 0 || status == STATUS_LOST)
		return 0;
	message_release(reply);
	error_set(&reason, ERROR_UNAVAILABLE, "it failed after its answer");
	return describe_failure(spawn, &reason, status, error);
}

int spawn_exchange(const struct spawn *spawn, struct message *request,
		   enum message_type reply_type, struct message *reply, struct error *error)
{
	int before, result;

	reply->body = SECRET_NONE;
	/* A cancelled thread of the host would leave the child and the descriptors behind. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	result = exchange(spawn, request, reply_type, reply, error);
	pthread_setcancelstate(before, NULL);
	return result;
}
