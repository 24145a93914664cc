/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * atcall: runs a command and everything that it starts, and interferes with one of its processes at one of its system calls, before the kernel does it.
 *
 * atcall count FILE COMMAND...                 FILE gets a line "PROCESS CALLS" for each process, in the order in which they came: 0 is the command itself
 * atcall kill PROCESS CALL FILE COMMAND...     kills that process at its CALL-th system call (1 is the first after its execve, or of a child); FILE gets "PID"
 * atcall hold PROCESS CALL FILE COMMAND...     FILE gets "PID"; that process stands still before the call until FILE is gone; the others go on
 * CALL is a number, or NAME:NUMBER for the NUMBER-th of that name (see the table below; link and unlink are those operations of keyctl); for hold also several in their order, between commas: FILE comes and goes for each.
 * Exit status: the command's, 128 + the signal that ended it; 99 where there is no such process or call.
 */
#include <errno.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/text.h"

enum { PROCESSES_MAX = 64, POINTS_MAX = 8, NOT_REACHED = 99, OPTIONS = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL };

static const struct {
	const char *name;
	long number;
	long operation; /* of keyctl: its first argument; 0: any */
} names[] = {
	{ "add_key", SYS_add_key, 0 }, { "keyctl", SYS_keyctl, 0 },     { "semtimedop", SYS_semtimedop, 0 }, { "clone3", SYS_clone3, 0 },
	{ "fcntl", SYS_fcntl, 0 },     { "connect", SYS_connect, 0 },   { "write", SYS_write, 0 },           { "exit_group", SYS_exit_group, 0 },
	{ "sendmsg", SYS_sendmsg, 0 }, { "sendto", SYS_sendto, 0 },     { "recvfrom", SYS_recvfrom, 0 },     { "rt_sigprocmask", SYS_rt_sigprocmask, 0 },
	{ "poll", SYS_poll, 0 },       { "getrandom", SYS_getrandom, 0 }, { "clone", SYS_clone, 0 },
	{ "link", SYS_keyctl, KEYCTL_LINK },
	{ "unlink", SYS_keyctl, KEYCTL_UNLINK },
};

static struct process {
	pid_t pid;
	long calls, named[POINTS_MAX];
} processes[PROCESSES_MAX];
static int count;

static struct {
	enum { COUNT, KILL, HOLD } deed;
	int process;
	struct {
		long call;   /* which */
		long number; /* of the system call; -1: any */
		long operation;
	} points[POINTS_MAX];
	int points_count, reached;
	const char *file;
	pid_t held; /* 0: none */
} plan;

static void usage(void)
{
	fputs("atcall: see the head of atcall.c\n", stderr);
	exit(2);
}

static struct process *process_of(pid_t pid)
{
	for (int i = 0; i < count; i++)
		if (processes[i].pid == pid)
			return &processes[i];
	if (count == PROCESSES_MAX) {
		fputs("atcall: too many processes\n", stderr);
		exit(71);
	}
	processes[count].pid = pid;
	return &processes[count++];
}

static void tell(const char *line)
{
	FILE *file = fopen(plan.file, "ae");

	if (file == NULL || fputs(line, file) == EOF || fclose(file) != 0)
		exit(71);
}

static void tell_process(pid_t pid)
{
	char line[32];

	snprintf(line, sizeof line, "%d\n", (int)pid);
	tell(line);
}

static void plan_point(const char *text)
{
	const char *colon = strchr(text, ':');
	long found = -1, operation = 0;
	int64_t number;

	for (size_t i = 0; colon != NULL && i < sizeof names / sizeof names[0]; i++)
		if (strncmp(names[i].name, text, (size_t)(colon - text)) == 0 && names[i].name[colon - text] == '\0') {
			found = names[i].number;
			operation = names[i].operation;
		}
	if (plan.points_count == POINTS_MAX || (colon != NULL && found < 0) ||
	    number_parse(colon == NULL ? text : colon + 1, 1, INT32_MAX, &number) != 0)
		usage();
	plan.points[plan.points_count].number = found;
	plan.points[plan.points_count].operation = operation;
	plan.points[plan.points_count].call = (long)number;
	plan.points_count++;
}

static void plan_points(char *list)
{
	char *rest = list;

	for (char *point = strtok_r(list, ",", &rest); point != NULL; point = strtok_r(NULL, ",", &rest))
		plan_point(point);
}

/* Whether a call is one of those that this point counts. */
static bool is_such(int point, long number, long operation)
{
	return plan.points[point].number < 0 || (plan.points[point].number == number && (plan.points[point].operation == 0 || plan.points[point].operation == operation));
}

/* The next point of the plan. Calls of each point's name are counted from the beginning. */
static bool is_reached(struct process *process, long number, long operation)
{
	const int point = plan.reached;

	process->calls++;
	for (int i = 0; i < plan.points_count; i++)
		if (is_such(i, number, operation))
			process->named[i]++;
	return point < plan.points_count && process - processes == plan.process && is_such(point, number, operation) &&
	       process->named[point] >= plan.points[point].call;
}

static void at_call(struct process *process)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, process->pid, (void *)sizeof info, &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY ||
	    !is_reached(process, (long)info.entry.nr, (long)info.entry.args[0]))
		return;
	plan.reached++;
	if (plan.deed == KILL)
		kill(process->pid, SIGKILL);
	else
		plan.held = process->pid;
	tell_process(process->pid);
}

/* The next change of any of them; while one is held, the file that holds it is looked at too. 0: none is left. */
static pid_t next(int *status)
{
	for (;;) {
		const pid_t pid = waitpid(-1, status, __WALL | (plan.held != 0 ? WNOHANG : 0));

		if (pid != 0 || plan.held == 0)
			return pid;
		if (access(plan.file, F_OK) != 0) {
			ptrace(PTRACE_SYSCALL, plan.held, NULL, NULL);
			plan.held = 0;
		} else {
			usleep(5000);
		}
	}
}

static void go_on(pid_t pid, int status)
{
	const int number = WSTOPSIG(status);
	long signal = 0;

	if (number == (SIGTRAP | 0x80))
		at_call(process_of(pid));
	else if (number != SIGTRAP && number != SIGSTOP) /* those are ptrace's own */
		signal = number;
	if (pid != plan.held)
		ptrace(PTRACE_SYSCALL, pid, NULL, (void *)signal);
}

/* Follows them until the last has ended. Returns the wait status of the command. */
static int follow(pid_t command)
{
	int status, result = 0;
	pid_t pid;

	while ((pid = next(&status)) > 0) {
		if (pid == command)
			result = status;
		process_of(pid);
		if (WIFSTOPPED(status))
			go_on(pid, status);
	}
	return result;
}

static pid_t start(char **command)
{
	const pid_t child = fork();

	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(71);
		raise(SIGSTOP);
		execvp(command[0], command);
		_exit(127);
	}
	if (child < 0 || waitpid(child, NULL, 0) != child || ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)(long)OPTIONS) != 0)
		exit(71);
	process_of(child)->calls = -1; /* its execve */
	ptrace(PTRACE_SYSCALL, child, NULL, NULL);
	return child;
}

int main(int argc, char **argv)
{
	int64_t process;
	int first, status;

	if (argc >= 4 && strcmp(argv[1], "count") == 0) {
		first = 3;
	} else if (argc >= 6 && (strcmp(argv[1], "kill") == 0 || strcmp(argv[1], "hold") == 0) &&
		   number_parse(argv[2], 0, PROCESSES_MAX, &process) == 0) {
		plan.deed = argv[1][0] == 'k' ? KILL : HOLD;
		plan.process = (int)process;
		plan_points(argv[3]);
		first = 5;
	} else {
		usage();
	}
	plan.file = argv[first - 1];
	status = follow(start(argv + first));
	for (int i = 0; plan.deed == COUNT && i < count; i++) {
		char line[64];

		snprintf(line, sizeof line, "%d %ld\n", i, processes[i].calls);
		tell(line);
	}
	if (plan.deed != COUNT && plan.reached == 0)
		return NOT_REACHED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
