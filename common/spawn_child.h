/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The other side of spawn.c: what runs in the middle process, and in the grandchild between clone(2)
 * and exec(2). The host may be threaded, so only async-signal-safe calls happen there
 * (signal-safety(7)): no malloc, no locks, no stdio.
 */
#ifndef APITOKEN_SPAWN_CHILD_H
#define APITOKEN_SPAWN_CHILD_H

#include <sys/types.h>

enum {
	SPAWN_STATUS_SETUP = 126,  /* the middle could not prepare */
	SPAWN_STATUS_EXEC = 127,   /* the program could not be executed */
	SPAWN_STATUS_SIGNAL = 128, /* + number of the signal that ended the program */
};

struct spawn_child {
	pid_t host;                   /* whose death ends us */
	int program;                  /* descriptor above 2, close-on-exec */
	int socket;                   /* descriptor above 2 */
	const char *const *arguments; /* argv */
};

/*
 * The middle process, entered with all signals blocked. Starts the program, waits for it and exits
 * with its status. SIGTERM, from the host, makes it kill the program first.
 */
_Noreturn void spawn_middle(const struct spawn_child *child);

#endif
