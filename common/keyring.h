/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The only user of keyctl(2). Facts that the rules come from were measured on Linux 6.18 (keyrings(7), user-keyring(7)):
 * - Keys live in @u of the process's own real uid. Callers' real, effective and saved ids must be equal; otherwise the wrong person's ring is meant, and every function refuses.
 * - Reading: keyctl_search(KEY_SPEC_USER_KEYRING) only, never @s, never request_key; then on that very serial: type "user", owner our uid, permission exactly 0x003f0000.
 * - Writing: add in the thread keyring @t, set the permission, set the timeout, link into @u, which swaps atomically; never KEYCTL_UPDATE (4,096 bytes, clears the timeout).
 * - Quota: 20,000 bytes and 200 keys a user by default; the swap needs room for old and new.
 */
#ifndef APITOKEN_KEYRING_H
#define APITOKEN_KEYRING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/record.h"
#include "common/secret.h"

enum {
	KEYRING_PERMISSION = 0x003f0000, /* owner: everything; possessor, group, others: nothing */
	KEYRING_LIST_MAX = 256,          /* our own keys considered */
	HANDOFF_SECONDS = 120,
};

struct keyring_item {
	int32_t serial;
	char description[RECORD_DESCRIPTION_MAX];
};

/* Our keys (prefix "apitoken:v1:") in @u that pass the checks. Returns how many (0 for an empty or missing ring), or -1 (ERROR_KEYRING). */
int keyring_list(struct keyring_item items[], size_t maximum, struct error *error);
/* Finds and reads one. *payload is initialised here. ERROR_NO_TOKEN (none, expired, revoked), ERROR_KEYRING (forbidden, planted by somebody else, no keyrings here). */
int keyring_read(const char *description, struct secret *payload, struct error *error);
/* Reads a serial that keyring_list() gave, checking again. */
int keyring_read_serial(int32_t serial, struct secret *payload, struct error *error);

/*
 * Makes sure that a record of up to size bytes will fit, before a request that cannot be taken back: a placeholder of that description in the thread keyring,
 * which keyring_store() of the same description then fills in place. Where the quota has no room for size beside the old record, room for the old one's size and a
 * quarter more, or at least for its size again, is reserved. ERROR_KEYRING names the quota's sysctl. keyring_unreserve() drops it.
 */
int keyring_reserve(const char *description, size_t size, struct error *error);
void keyring_unreserve(void);
/* Writes the record's payload and swaps it in; the key forgets itself after seconds (at least 1). On any failure the old key stays as it was. */
int keyring_store(const char *description, const struct secret *payload, int64_t seconds, struct error *error);
/* Whether a key of that description is there and wholly ours. */
bool keyring_has(const char *description);
/* Lets it forget itself after so many seconds from now, if it is there and wholly ours. */
void keyring_extend(const char *description, int64_t seconds);
/* Unlinks and invalidates. ERROR_NO_TOKEN where there is none. */
int keyring_remove(const char *description, struct error *error);

/*
 * The hand-off between authenticate and setcred, in root's @u, owner only, HANDOFF_SECONDS long; description "apitoken:handoff:", 16 random hex digits (so that two
 * logins of one user at once do not displace each other), ":" and the local login name.
 * park: as 0/0/0. check: by any process with fsuid 0: type, owner 0, permission, prefix, and that the name is user: 0, or -1 (ERROR_NO_TOKEN). read: as 0/0/0.
 * drop: invalidates; failures do not matter (it forgets itself).
 */
int keyring_handoff_park(const char *user, const struct secret *payload, int32_t *serial, struct error *error);
int keyring_handoff_check(int32_t serial, const char *user, struct error *error);
int keyring_handoff_read(int32_t serial, struct secret *payload, struct error *error);
void keyring_handoff_drop(int32_t serial);

#endif
