/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One refresh at a time for a record, across processes: an open file description lock (fcntl(2)) in /run/user/UID where that is ours and 0700;
 * elsewhere a SysV semaphore, 0600, that SEM_UNDO frees when its holder dies.
 */
#ifndef APITOKEN_LOCK_H
#define APITOKEN_LOCK_H

#include <stdint.h>

#include "common/error.h"

struct lock {
	int descriptor; /* -1: not this kind */
	int semaphore;  /* -1: not this kind */
};

/* Waits until the deadline (clock_monotonic_ms() scale). 0, or -1: ERROR_UNAVAILABLE (still held), ERROR_SYSTEM. description: the record's. */
int lock_acquire(struct lock *lock, const char *description, int64_t deadline_ms, struct error *error);
void lock_release(struct lock *lock);

#endif
