/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What fetch gives up before it looks at anything that a stranger wrote: root, other users' view, files, programs, most of the kernel.
 *
 * Losing root is a condition: without it nothing is parsed and no name is looked up. Landlock and the system call filter are further walls: a kernel without them is
 * no reason to keep people out of their machine, so fetch goes on, and its reply says which walls stood ("landlock=7 filter=1"; 0: absent).
 */
#ifndef APITOKEN_FETCH_SANDBOX_H
#define APITOKEN_FETCH_SANDBOX_H

#include <stddef.h>
#include <sys/types.h>

#include "common/error.h"

enum {
	SANDBOX_CPU_SECONDS = 30,  /* of processor time */
	SANDBOX_FILES = 32,        /* descriptors: libcurl, its resolver thread and NSS use about ten */
	SANDBOX_PORTS_MAX = 16,
};

struct sandbox {
	int landlock; /* the kernel's Landlock version, 0: none */
	int filter;   /* 1: the system call filter stands */
};

/*
 * The order matters: ids first (only where started as root: uid, which must not be 0, as user and group; no further groups), then the death signal that a change of ids clears,
 * no_new_privs, limits, Landlock (read-only: /etc, /usr, /lib*, and where resolv.conf and its like really stand), the filter.
 * parent: getppid() at the start; where it has changed the process exits at once. Returns 0, or -1 (ERROR_CONFIGURATION: this uid cannot be taken; ERROR_SYSTEM).
 */
int sandbox_enter(uid_t uid, pid_t parent, struct sandbox *sandbox, struct error *error);
/* From now on TCP goes to these ports and to 53 (names) only. Does nothing where the kernel cannot (Landlock before version 4). */
void sandbox_limit_ports(const struct sandbox *sandbox, const unsigned int ports[], size_t count);

/* The two walls by themselves. */
int landlock_enter(void);       /* returns the version in force, 0: none */
int landlock_limit_ports(int version, const unsigned int ports[], size_t count);
int syscall_filter_enter(void); /* returns 1, or 0: none. no_new_privs must be set */

#endif
