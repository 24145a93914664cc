/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether the process that opened a session still lives. A number alone does not tell: numbers are
 * used again. Number and start time together name one process until the next boot.
 */
#ifndef APITOKEN_PAM_PROCESS_H
#define APITOKEN_PAM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"

struct process {
	pid_t number;
	int64_t start; /* in clock ticks since the boot: field 22 of /proc/PID/stat, proc(5) */
};

/* The process we are in. 0, or -1 with ERROR_SYSTEM where /proc does not tell about it. */
int process_self(struct process *process, struct error *error);
/*
 * False where it has ended; one whose status nobody has asked for yet (a zombie) has. True also
 * where that cannot be found out. Asks /proc, which process_self() has tried.
 */
bool process_lives(const struct process *process);

#endif
