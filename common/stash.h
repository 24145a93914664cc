/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The module's side of stash: a program, because storing into somebody's keyring means becoming
 * that somebody wholly (real, effective and saved ids), which a module must not do to its host.
 *
 *   stash park                    request: user, record; reply: serial
 *   stash store SERIAL UID GID    request: user, record where SERIAL is 0, hand_back (present: the
 *                                 record that it replaces is wanted); reply: stored, ends_in
 *                                 (seconds, where it cannot be renewed), record
 *   stash end UID GID             request: user, hand_back; reply: removed (how many), record for
 *                                 each that is handed back, untold (how many had no room there)
 *
 * A reply with code (enum error_code) and message tells why not.
 */
#ifndef APITOKEN_STASH_H
#define APITOKEN_STASH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/message.h"
#include "common/record.h"
#include "common/secret.h"

enum { STASH_SECONDS = 5 }; /* the deadline of each verb */

struct stash_user {
	const char *name; /* the local login name */
	uid_t uid;	  /* never 0 */
	gid_t gid;
};

/*
 * libexec: the folder of stash. Park a login (kept_password_join()) for the local user: 0 and
 * *serial, or -1 (ERROR_KEYRING, ERROR_UNAVAILABLE, ...). For effective uid 0.
 */
int stash_park(const char *libexec, const char *user, const struct secret *payload,
	       int32_t *serial, struct error *error);

struct stash_stored {
	bool hand_back;		 /* set by the caller: displaced is wanted */
	struct record displaced; /* that stood there, where it has a refresh token and another one than
				    the new record's; else empty. The caller releases it */
	int64_t ends_in;	 /* seconds; 0: the token can be renewed without a person */
};
/*
 * Have a parked record stored for the user; serial 0: the payload given (an unprivileged host
 * storing for itself). stored may be NULL. 0, or -1 with *error.
 */
int stash_store(const char *libexec, const struct stash_user *user, int32_t serial,
		const struct secret *payload, struct stash_stored *stored, struct error *error);

struct stash_ended {
	int64_t removed;      /* records that are gone */
	int64_t untold;	      /* of these, logins that were to be handed back and had no room */
	struct message reply; /* for stash_ended_next() */
};
/*
 * Have all records of the user removed. hand_back: those with a refresh token are wanted. 0, and
 * the caller releases *ended; or -1 with *error, and some may be left. For effective uid 0.
 */
int stash_end(const char *libexec, const struct stash_user *user, bool hand_back,
	      struct stash_ended *ended, struct error *error);
/* The next one that was handed back: *cursor starts at 0. The caller releases *record. */
bool stash_ended_next(const struct stash_ended *ended, size_t *cursor, struct record *record);
void stash_ended_release(struct stash_ended *ended);

#endif
