/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which semaphore of System V is the lock of a record: a small private key in the user's @u, "apitoken:lock:NAME:" and the number of the IPC namespace, whose payload is the semaphore's
 * number. Where the record can be read its lock can be found, and nowhere else. It holds no secret, and forgets itself LOCK_KEY_SECONDS after its last use. Only common/lock*.c includes this.
 */
#ifndef APITOKEN_KEYRING_LOCK_H
#define APITOKEN_KEYRING_LOCK_H

#include <stdint.h>

enum { LOCK_KEY_SECONDS = 60 * 86400 }; /* longer than any record lives without a refresh */

/* 0 and the number. Else -1 with errno: ENOKEY where there is none (any more), or why it cannot be had. description: the record's. */
int keyring_lock_find(const char *description, int *semaphore);
/* Makes semaphore the record's where it has none: of any number of processes at once one succeeds. Else -1 with errno: EEXIST where there is one already, EDQUOT. */
int keyring_lock_offer(const char *description, int semaphore);
/* Takes away the key that names this semaphore, which is no more; another process may have replaced it meanwhile. */
void keyring_lock_drop(const char *description, int semaphore);

#endif
