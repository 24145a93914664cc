/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The system call filter (seccomp(2)): everything but a list of what no HTTPS client needs. A list of what is allowed would break with each new libc, NSS module
 * and TLS library; this one closes programs, other processes, keys, writing, privileges and the kernel's exotic doors.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/fetch/sandbox.h"

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef OWN_ARCHITECTURE

/* Newer than Debian 12's headers; the numbers are the same on all architectures. */
enum { NR_process_madvise = 440, NR_quotactl_fd = 443, NR_memfd_secret = 447, NR_process_mrelease = 448 };

static const unsigned int denied[] = {
	/* programs and processes */
	SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo,
	SYS_rt_tgsigqueueinfo, SYS_pidfd_open, SYS_pidfd_getfd, SYS_pidfd_send_signal, SYS_migrate_pages, SYS_move_pages, NR_process_madvise,
	NR_process_mrelease, SYS_personality,
	/* keys */
	SYS_add_key, SYS_request_key, SYS_keyctl,
	/* privileges */
	SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid, SYS_setfsuid, SYS_setfsgid, SYS_setgroups, SYS_capset,
	/* other views of the machine */
	SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount,
	SYS_fspick, SYS_mount_setattr, SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_fanotify_init, SYS_fanotify_mark,
	/* the kernel itself */
	SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_swapon, SYS_swapoff,
	SYS_acct, SYS_quotactl, NR_quotactl_fd, SYS_syslog, SYS_sethostname, SYS_setdomainname, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex,
	SYS_clock_adjtime, SYS_vhangup, SYS_lookup_dcookie, SYS_nfsservctl, NR_memfd_secret,
	/* what others would see: files, servers, shared memory */
	SYS_truncate, SYS_mkdirat, SYS_mknodat, SYS_unlinkat, SYS_renameat, SYS_renameat2, SYS_linkat, SYS_symlinkat, SYS_fchmod, SYS_fchmodat, SYS_fchown,
	SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, SYS_listen, SYS_accept,
	SYS_accept4, SYS_shmget, SYS_shmat, SYS_semget, SYS_msgget, SYS_mq_open, SYS_mq_unlink, SYS_memfd_create,
#ifdef __x86_64__
	SYS_fork, SYS_vfork, SYS_kexec_file_load, SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_creat, SYS_mkdir, SYS_rmdir, SYS_mknod, SYS_unlink, SYS_rename, SYS_link,
	SYS_symlink, SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat, SYS_uselib, SYS_create_module, SYS__sysctl, SYS_ustat,
#endif
};

/* Callers fall back where these seem not to exist. clone3: its flags stand in memory, where a filter cannot look; libc then takes clone. */
static const unsigned int unknown[] = { SYS_clone3, SYS_openat2, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register };

enum condition { ARGUMENT_HAS, ARGUMENT_LACKS, ARGUMENT_DIFFERS };

/* Denied where the low half of an argument fits the condition. */
struct guarded {
	unsigned int number;
	unsigned int argument;
	enum condition condition;
	uint32_t value;
};

enum {
	WRITING = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC,
	GUARDED_MAX = 8,
	PROGRAM_MAX = 2 * (sizeof(denied) + sizeof(unknown)) / sizeof(denied[0]) + 5 * GUARDED_MAX + 16,
};

struct program {
	struct sock_filter code[PROGRAM_MAX];
	unsigned short length;
};

static void add(struct program *program, struct sock_filter instruction)
{
	if (program->length < PROGRAM_MAX)
		program->code[program->length++] = instruction;
}

static void add_statement(struct program *program, unsigned int code, uint32_t value)
{
	add(program, (struct sock_filter)BPF_STMT((uint16_t)code, value));
}

static void add_jump(struct program *program, unsigned int code, uint32_t value, uint8_t yes, uint8_t no)
{
	add(program, (struct sock_filter)BPF_JUMP((uint16_t)(BPF_JMP | code | BPF_K), value, yes, no));
}

static void add_return(struct program *program, uint32_t action)
{
	add_statement(program, BPF_RET | BPF_K, action);
}

static void add_refusals(struct program *program, const unsigned int numbers[], size_t count, int errnum)
{
	for (size_t i = 0; i < count; i++) {
		add_jump(program, BPF_JEQ, numbers[i], 0, 1);
		add_return(program, SECCOMP_RET_ERRNO | (uint32_t)errnum);
	}
}

static uint32_t argument_offset(unsigned int argument)
{
	return (uint32_t)(offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t)); /* little endian: the low half stands first */
}

/* Ends in a verdict where the number is this one's; the accumulator then need not be loaded again. */
static void add_guarded(struct program *program, const struct guarded *rule)
{
	bool deny_on_yes = rule->condition == ARGUMENT_HAS;
	unsigned int test = rule->condition == ARGUMENT_DIFFERS ? BPF_JEQ : BPF_JSET;

	add_jump(program, BPF_JEQ, rule->number, 0, 4);
	add_statement(program, BPF_LD | BPF_W | BPF_ABS, argument_offset(rule->argument));
	add_jump(program, test, rule->value, deny_on_yes ? 0 : 1, deny_on_yes ? 1 : 0);
	add_return(program, SECCOMP_RET_ERRNO | EPERM);
	add_return(program, SECCOMP_RET_ALLOW);
}

static void add_all_guarded(struct program *program)
{
	const struct guarded rules[] = {
		{ SYS_clone, 0, ARGUMENT_LACKS, CLONE_THREAD }, /* threads, no processes */
		{ SYS_openat, 2, ARGUMENT_HAS, WRITING },
#ifdef __x86_64__
		{ SYS_open, 1, ARGUMENT_HAS, WRITING },
#endif
		{ SYS_tgkill, 0, ARGUMENT_DIFFERS, (uint32_t)getpid() }, /* abort() */
		{ SYS_prlimit64, 0, ARGUMENT_DIFFERS, 0 },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		add_guarded(program, &rules[i]);
}

/*
 * Only the internet's families, and netlink, by which libc learns of the machine's own addresses. Not AF_UNIX: whoever may connect to a session bus, an agent or a container
 * daemon can have programs run there, and a filter cannot see which path is meant. libc then does without nscd and its like, and asks files and DNS.
 */
static void add_socket_families(struct program *program)
{
	static const unsigned int families[] = { AF_INET, AF_INET6, AF_NETLINK };
	const uint8_t count = sizeof(families) / sizeof(families[0]);

	add_jump(program, BPF_JEQ, SYS_socket, 0, (uint8_t)(count + 3));
	add_statement(program, BPF_LD | BPF_W | BPF_ABS, argument_offset(0));
	for (uint8_t i = 0; i < count; i++)
		add_jump(program, BPF_JEQ, families[i], (uint8_t)(count - i), 0);
	add_return(program, SECCOMP_RET_ERRNO | EPERM);
	add_return(program, SECCOMP_RET_ALLOW);
}

static void build(struct program *program)
{
	/* The same number means another call on another architecture. */
	add_statement(program, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	add_jump(program, BPF_JEQ, OWN_ARCHITECTURE, 1, 0);
	add_return(program, SECCOMP_RET_KILL_PROCESS);
	add_statement(program, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
	add_jump(program, BPF_JGE, 0x40000000, 0, 1); /* x32 */
	add_return(program, SECCOMP_RET_ERRNO | ENOSYS);
#endif
	add_refusals(program, denied, sizeof(denied) / sizeof(denied[0]), EPERM);
	add_refusals(program, unknown, sizeof(unknown) / sizeof(unknown[0]), ENOSYS);
	add_socket_families(program);
	add_all_guarded(program);
	add_return(program, SECCOMP_RET_ALLOW);
}

int syscall_filter_enter(void)
{
	struct program program = { .length = 0 };
	struct sock_fprog filter = { 0, program.code };

	build(&program);
	filter.len = program.length;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0 ? 1 : 0;
}

#else /* no list for this architecture */

int syscall_filter_enter(void)
{
	return 0;
}

#endif
