/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Value 0 is free, 1 is held: a new semaphore is free without a second step (semget(2), Linux), and
 * SEM_UNDO takes a dead holder's 1 back. Another user may make a semaphore under our key first; it
 * shows by its owner, and the next key is taken instead.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>
#include <unistd.h>

#include "common/lock_kinds.h"
#include "common/message.h"
#include "common/record.h"
#include "common/sha256.h"

enum {
	KEYS_TRIED = 16,  /* more would mean that somebody fills the table on purpose */
	PRIVATE_MODE = 0600,
	PERMISSION_BITS = 0777,
	LABEL_MAX = RECORD_DESCRIPTION_MAX + 64,
};

union semun { /* the caller must define it: semctl(2) */
	int val;
	struct semid_ds *buf;
	unsigned short *array;
};

static key_t key_of(const char *description, int attempt)
{
	unsigned char digest[SHA256_BYTES];
	char label[LABEL_MAX];
	key_t key;

	snprintf(label, sizeof label, "apitoken lock %d of %u: %s", attempt, geteuid(),
		 description);
	sha256(label, strlen(label), digest);
	memcpy(&key, digest, sizeof key);
	return key == IPC_PRIVATE ? 1 : key;
}

static bool is_ours(int semaphore)
{
	struct semid_ds status = { 0 };
	const union semun argument = { .buf = &status };

	return semctl(semaphore, 0, IPC_STAT, argument) == 0 &&
	       status.sem_perm.uid == geteuid() && status.sem_perm.cuid == geteuid() &&
	       (status.sem_perm.mode & PERMISSION_BITS) == PRIVATE_MODE && status.sem_nsems == 1;
}

/* The first key that is ours or free; all processes of a user come to the same. */
static int open_semaphore(const char *description)
{
	for (int attempt = 0; attempt < KEYS_TRIED; attempt++) {
		const int semaphore =
			semget(key_of(description, attempt), 1, IPC_CREAT | PRIVATE_MODE);

		if (semaphore >= 0 && is_ours(semaphore))
			return semaphore;
		if (semaphore < 0 && errno != EACCES && errno != EINVAL)
			return -1;
	}
	errno = EACCES;
	return -1;
}

static bool time_left(int64_t deadline_ms, struct timespec *left)
{
	const int64_t ms = deadline_ms - clock_monotonic_ms();

	left->tv_sec = ms > 0 ? ms / 1000 : 0;
	left->tv_nsec = ms > 0 ? ms % 1000 * 1000000 : 0;
	return ms > 0;
}

static enum lock_result wait_for(int semaphore, int64_t deadline_ms)
{
	struct sembuf free_then_held[] = {
		{ .sem_num = 0, .sem_op = 0 },
		{ .sem_num = 0, .sem_op = 1, .sem_flg = SEM_UNDO },
	};
	struct timespec left;

	for (;;) {
		const bool more = time_left(deadline_ms, &left);

		if (semtimedop(semaphore, free_then_held, 2, &left) == 0)
			return LOCK_HELD;
		if (errno == EAGAIN || (errno == EINTR && !more))
			return LOCK_BUSY;
		if (errno != EINTR)
			return LOCK_MISSING;
	}
}

enum lock_result lock_semaphore_acquire(const char *description, int64_t deadline_ms,
					int *semaphore, int *errnum)
{
	for (;;) {
		const int opened = open_semaphore(description);
		enum lock_result result = LOCK_MISSING;

		if (opened >= 0)
			result = wait_for(opened, deadline_ms);
		if (result == LOCK_HELD)
			*semaphore = opened;
		if (result != LOCK_MISSING)
			return result;
		/* Removed by ipcrm(1) while we waited: make it anew. */
		if (opened >= 0 && (errno == EIDRM || errno == EINVAL) &&
		    clock_monotonic_ms() < deadline_ms)
			continue;
		*errnum = errno;
		return LOCK_MISSING;
	}
}

void lock_semaphore_release(int semaphore)
{
	struct sembuf give_back = { .sem_op = -1, .sem_flg = SEM_UNDO | IPC_NOWAIT };

	semop(semaphore, &give_back, 1);
}
