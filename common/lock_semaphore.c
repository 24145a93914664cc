/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A record's semaphores are a set without a key (IPC_PRIVATE), so that nobody else can make it, open
 * it or hold it; its number stands in a private key beside the record. Value 0 is free, 1 is held: a
 * new set is free without a second step (semget(2), Linux), and SEM_UNDO takes a dead holder's 1
 * back. Waiters sleep in the kernel and are served in their order.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/keyring_lock.h"
#include "common/lock_kinds.h"
#include "common/message.h"

enum {
	PRIVATE_MODE = 0600,
	PERMISSION_BITS = 0777,
	OPEN_TRIES = 20, /* another process may make one, or root remove one, between two steps */
	PAUSE_MS = 1,
};

union semun { /* the caller must define it: semctl(2) */
	int val;
	struct semid_ds *buf;
	unsigned short *array;
};

/* Numbers are used again: what was removed may be somebody else's by now. */
static bool is_ours(int semaphore)
{
	struct semid_ds status = { 0 };
	const union semun argument = { .buf = &status };

	return semctl(semaphore, 0, IPC_STAT, argument) == 0 &&
	       status.sem_perm.uid == geteuid() && status.sem_perm.cuid == geteuid() &&
	       (status.sem_perm.mode & PERMISSION_BITS) == PRIVATE_MODE &&
	       status.sem_nsems == LOCK_NAMES;
}

/* Of many processes that make one at once, one succeeds; the others find his. */
static int make_semaphore(const char *description)
{
	const int made = semget(IPC_PRIVATE, LOCK_NAMES, IPC_CREAT | PRIVATE_MODE);
	int errnum;

	if (made < 0 || keyring_lock_offer(description, made) == 0)
		return made;
	errnum = errno;
	semctl(made, 0, IPC_RMID);
	errno = errnum;
	return -1;
}

/* -1 with errno: EEXIST where it is to be tried again. */
static int open_once(const char *description)
{
	int found;

	if (keyring_lock_find(description, &found) != 0)
		return errno == ENOKEY ? make_semaphore(description) : -1;
	if (is_ours(found))
		return found;
	keyring_lock_drop(description, found);
	errno = EEXIST;
	return -1;
}

static int open_semaphore(const char *description)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };

	for (int attempt = 1;; attempt++) {
		const int semaphore = open_once(description);

		if (semaphore >= 0 || errno != EEXIST || attempt == OPEN_TRIES)
			return semaphore;
		nanosleep(&pause, NULL);
	}
}

static enum lock_result wait_for(int semaphore, enum lock_name name, int64_t deadline_ms)
{
	struct sembuf free_then_held[] = {
		{ .sem_num = (unsigned short)name, .sem_op = 0 },
		{ .sem_num = (unsigned short)name, .sem_op = 1, .sem_flg = SEM_UNDO },
	};

	for (;;) {
		const int64_t left_ms = deadline_ms - clock_monotonic_ms();
		const struct timespec left = timespec_of_ms(left_ms);

		if (semtimedop(semaphore, free_then_held, 2, &left) == 0)
			return LOCK_HELD;
		if (errno == EAGAIN || (errno == EINTR && left_ms <= 0))
			return LOCK_BUSY;
		if (errno != EINTR)
			return LOCK_MISSING;
	}
}

enum lock_result lock_semaphore_acquire(const char *description, enum lock_name name,
					int64_t deadline_ms, int *semaphore, int *errnum)
{
	for (;;) {
		const int opened = open_semaphore(description);
		enum lock_result result = LOCK_MISSING;

		if (opened >= 0)
			result = wait_for(opened, name, deadline_ms);
		if (result == LOCK_HELD)
			*semaphore = opened;
		if (result != LOCK_MISSING)
			return result;
		/* Removed while we waited, by ipcrm(1) or at a logout (logind's RemoveIPC). */
		if (opened >= 0 && (errno == EIDRM || errno == EINVAL) &&
		    clock_monotonic_ms() < deadline_ms)
			continue;
		*errnum = errno;
		return LOCK_MISSING;
	}
}

void lock_semaphore_release(int semaphore, enum lock_name name)
{
	struct sembuf give_back = {
		.sem_num = (unsigned short)name, .sem_op = -1, .sem_flg = SEM_UNDO | IPC_NOWAIT
	};

	semop(semaphore, &give_back, 1);
}
