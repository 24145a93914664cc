/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/lock_kinds.h"
#include "common/message.h"
#include "common/sha256.h"

enum {
	NAME_DIGITS = 16,
	FOLDER_MAX = 64, /* bytes with NUL of "/run/user/UID" */
	FILE_MAX = 64,   /* bytes with NUL of the lock's file name */
	PAUSE_MIN_MS = 1,
	PAUSE_MAX_MS = 50,
	PRIVATE_FILE = 0600,
	MILLISECONDS = 1000,
	OTHERS = 077,
};

/* The folder that pam_systemd(8) makes at login: ours, and closed to everybody else. -1: none. */
static int open_folder(void)
{
	char path[FOLDER_MAX];
	struct stat status;
	int folder;

	snprintf(path, sizeof path, "/run/user/%u", geteuid());
	folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return -1;
	if (fstat(folder, &status) == 0 && status.st_uid == geteuid() &&
	    (status.st_mode & OTHERS) == 0)
		return folder;
	close(folder);
	return -1;
}

static int open_file(const char *description, enum lock_name lock)
{
	char digits[NAME_DIGITS + 1], name[FILE_MAX];
	const int folder = open_folder();
	struct stat status;
	int file;

	if (folder < 0)
		return -1;
	sha256_hex(description, strlen(description), digits, NAME_DIGITS);
	snprintf(name, sizeof name, "apitoken.%s.%s", lock == LOCK_SWAP ? "swap" : "lock", digits);
	file = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		      PRIVATE_FILE);
	close(folder);
	if (file < 0)
		return -1;
	if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid())
		return file;
	close(file);
	return -1;
}

/*
 * Looks again and again, with growing pauses: F_OFD_SETLKW knows no deadline, and an alarm would be
 * a signal.
 */
static enum lock_result lock_file(int file, int64_t deadline_ms)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int64_t pause_ms = PAUSE_MIN_MS;

	for (;;) {
		const struct timespec pause = timespec_of_ms(pause_ms);

		if (fcntl(file, F_OFD_SETLK, &whole) == 0)
			return LOCK_HELD;
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return LOCK_MISSING;
		if (clock_monotonic_ms() >= deadline_ms)
			return LOCK_BUSY;
		nanosleep(&pause, NULL);
		pause_ms = pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : pause_ms * 2;
	}
}

static enum lock_result acquire_file(const char *description, enum lock_name name,
				     int64_t deadline_ms, int *descriptor)
{
	const int file = open_file(description, name);
	enum lock_result result;

	if (file < 0)
		return LOCK_MISSING;
	result = lock_file(file, deadline_ms);
	if (result == LOCK_HELD)
		*descriptor = file;
	else
		close(file);
	return result;
}

static int explain(enum lock_result result, int errnum, struct error *error)
{
	if (result == LOCK_BUSY)
		return error_set(error, ERROR_UNAVAILABLE,
				 "another process is still renewing this token: try again");
	if (errnum == EDQUOT)
		return error_set_errno(error, ERROR_KEYRING, errnum,
				       "there is no room for a lock: the kernel keyring of uid %u "
				       "is full; remove keys (keyctl show @u), or raise "
				       "/proc/sys/kernel/keys/maxbytes or maxkeys", geteuid());
	return error_set_errno(error, ERROR_SYSTEM, errnum,
			       "there is no lock for renewing a token: /run/user/%u is not usable, "
			       "and no semaphore of System V can be had", geteuid());
}

/* The semaphore first: its waiters sleep, in their order, and nearly always find the file free. */
static int acquire(struct lock *lock, const char *description, enum lock_name name,
		   int64_t deadline_ms, struct error *error)
{
	enum lock_result semaphore, file = LOCK_BUSY;
	int errnum = 0;

	lock->name = name;
	lock->descriptor = -1;
	lock->semaphore = -1;
	semaphore = lock_semaphore_acquire(description, name, deadline_ms, &lock->semaphore,
					   &errnum);
	if (semaphore != LOCK_BUSY)
		file = acquire_file(description, name, deadline_ms, &lock->descriptor);
	if (file == LOCK_HELD || (file == LOCK_MISSING && semaphore == LOCK_HELD))
		return 0;
	lock_release(lock);
	return explain(file, errnum, error);
}

int lock_acquire(struct lock *lock, const char *description, int64_t deadline_ms,
		 struct error *error)
{
	return acquire(lock, description, LOCK_REFRESH, deadline_ms, error);
}

void lock_acquire_swap(struct lock *lock, const char *description)
{
	const int64_t deadline = clock_monotonic_ms() + LOCK_SWAP_SECONDS * MILLISECONDS;

	acquire(lock, description, LOCK_SWAP, deadline, NULL);
}

void lock_release(struct lock *lock)
{
	/* The last descriptor of an open file description takes its lock along: fcntl(2). */
	if (lock->descriptor >= 0)
		close(lock->descriptor);
	if (lock->semaphore >= 0)
		lock_semaphore_release(lock->semaphore, lock->name);
	lock->descriptor = -1;
	lock->semaphore = -1;
}
