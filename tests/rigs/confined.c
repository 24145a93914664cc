/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * confined [-p] [-u] [SYSCALL=ERRNO]... COMMAND...: runs COMMAND with a system call filter, as a service manager's sandbox sets one up (seccomp(2)).
 *   -p   no_new_privs
 *   -u   sockets of AF_UNIX only, as systemd's RestrictAddressFamilies=AF_UNIX (EAFNOSUPPORT)
 *   SYSCALL: one of the table below; ERRNO: ENOSYS, EPERM, EACCES
 */
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CODE_MAX = 128 };

static const struct { const char *name; unsigned int number; } calls[] = {
	{ "clone", SYS_clone }, { "clone3", SYS_clone3 }, { "fork", SYS_fork }, { "vfork", SYS_vfork }, { "execveat", SYS_execveat },
	{ "keyctl", SYS_keyctl }, { "add_key", SYS_add_key }, { "close_range", SYS_close_range }, { "pidfd_send_signal", SYS_pidfd_send_signal },
	{ "seccomp", SYS_seccomp }, { "landlock_create_ruleset", SYS_landlock_create_ruleset }, { "setsid", SYS_setsid }, { "socketpair", SYS_socketpair },
};
static const struct { const char *name; unsigned int number; } errors[] = { { "ENOSYS", ENOSYS }, { "EPERM", EPERM }, { "EACCES", EACCES } };

static struct sock_filter code[CODE_MAX];
static unsigned short length;

static void add(struct sock_filter instruction)
{
	if (length == CODE_MAX)
		errx(2, "too many rules");
	code[length++] = instruction;
}

static unsigned int call_number(const char *rule, size_t name_length)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strlen(calls[i].name) == name_length && memcmp(calls[i].name, rule, name_length) == 0)
			return calls[i].number;
	}
	errx(2, "no such system call in the table: %s", rule);
}

static unsigned int error_number(const char *name)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	}
	errx(2, "no such error in the table: %s", name);
}

static void deny(const char *rule)
{
	const size_t name_length = strcspn(rule, "=");

	add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call_number(rule, name_length), 0, 1));
	add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error_number(rule + name_length + 1)));
}

static void deny_families(void)
{
	add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 4));
	add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)));
	add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0));
	add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT));
	add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

int main(int count, char **arguments)
{
	struct sock_fprog filter = { 0, code };
	bool families = false;
	int next = 1;

	for (; next < count && arguments[next][0] == '-'; next++) {
		if (strcmp(arguments[next], "-p") == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
			err(71, "no_new_privs");
		families = families || strcmp(arguments[next], "-u") == 0;
	}
	add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
	for (; next < count && strchr(arguments[next], '='); next++)
		deny(arguments[next]);
	if (families)
		deny_families();
	add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	filter.len = length;
	if (next >= count)
		errx(2, "usage: confined [-p] [-u] [SYSCALL=ERRNO]... COMMAND...");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0)
		err(71, "seccomp");
	execvp(arguments[next], arguments + next);
	err(71, "%s", arguments[next]);
}
