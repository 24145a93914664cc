/* SPDX-License-Identifier: BSD-3-Clause */
/* The two kinds of lock.h; only common/lock*.c includes this. */
#ifndef APITOKEN_LOCK_KINDS_H
#define APITOKEN_LOCK_KINDS_H

#include "common/lock.h"

enum lock_result {
	LOCK_HELD,    /* by us */
	LOCK_BUSY,    /* by another process until the deadline */
	LOCK_MISSING, /* this kind cannot be had here */
};

/* The semaphore of this record's lock. *errnum tells why it is missing. */
enum lock_result lock_semaphore_acquire(const char *description, enum lock_name name,
					int64_t deadline_ms, int *semaphore, int *errnum);
void lock_semaphore_release(int semaphore, enum lock_name name);

#endif
