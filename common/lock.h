/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One refresh at a time for a record, across processes: a SysV semaphore that SEM_UNDO frees when its holder dies and where waiters sleep in their order (its number stands in a private key
 * beside the record, keyring_lock.h), and then an open file description lock (fcntl(2)) in /run/user/UID where that is ours and 0700. Both, because either may be missing
 * for one of two processes (a full keyring, another IPC namespace; su, cron); one of them is enough. No other user can make, open, hold or remove either.
 *
 * A record has two locks. The first is held from the re-read to the store, over the request to the vendor. The second, the swap's, is held for no more than a look at the record and
 * its replacement; logins and logouts take only this one, so that they never wait for a vendor, and a refresh that took it sees whether its answer still counts.
 */
#ifndef APITOKEN_LOCK_H
#define APITOKEN_LOCK_H

#include <stdint.h>

#include "common/error.h"

enum { LOCK_SWAP_SECONDS = 2 };
enum lock_name { LOCK_REFRESH, LOCK_SWAP, LOCK_NAMES };

struct lock {
	enum lock_name name;
	int descriptor; /* -1: not this kind */
	int semaphore;  /* -1: not this kind */
};

/*
 * The lock of a refresh. Waits until the deadline (clock_monotonic_ms() scale). 0, or -1: ERROR_UNAVAILABLE (still held), ERROR_KEYRING (no room), ERROR_SYSTEM. description: the record's. Runs as the user,
 * whose keyring it looks into.
 */
int lock_acquire(struct lock *lock, const char *description, int64_t deadline_ms, struct error *error);
/*
 * The lock around a look at the record and its replacement. Waits LOCK_SWAP_SECONDS at most; then *lock is held by nobody and the caller goes on: a process that was stopped in that moment must
 * not cost an answer of the vendor or a login. lock_release() either way.
 */
void lock_acquire_swap(struct lock *lock, const char *description);
void lock_release(struct lock *lock);

#endif
