/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who is logged in here: one empty file for each session, in /run/apitoken/UID, its name the host
 * process that will close it. Nothing is written into files, so that nothing is ever half written,
 * and a full disk or the host's own limit on file sizes (SIGXFSZ) does no harm. What a crashed host
 * left behind is noticed by its process being gone, and taken away by whoever counts next.
 *
 *   session.PID.START.RANDOM    from open_session to close_session
 *   login.PID.START.SECONDS     from the moment a login's tokens are stored to its open_session, so
 *                               that the end of another session does not take them away; SECONDS
 *                               of CLOCK_BOOTTIME, good for COUNT_LOGIN_SECONDS
 */
#ifndef APITOKEN_PAM_COUNT_H
#define APITOKEN_PAM_COUNT_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/error.h"

#define COUNT_TOP "/run"	/* root's, and the system's: judged with all above it */
#define COUNT_NAME "apitoken"	/* in it, root's own and closed to everybody else */

enum {
	COUNT_ENTRY_MAX = 96,	   /* bytes with NUL of a file's name */
	COUNT_LOGIN_SECONDS = 120, /* as long as a hand-off lives */
	COUNT_WAIT_SECONDS = 6,	   /* for the lock: a little longer than stash may take */
	COUNT_ENTRIES_MAX = 4096,  /* files looked at: more are taken for living sessions */
};

/* One person's sessions, locked. */
struct count {
	int folder;  /* descriptor */
	bool locked; /* false: somebody held the lock for all of COUNT_WAIT_SECONDS */
};

enum count_kind { COUNT_LOGIN, COUNT_SESSION };

/*
 * Opens and locks the sessions of uid below top, making folders that are missing. 0 also without
 * the lock: what is added then counts all the same, but nobody may be sent off. -1: ERROR_SYSTEM,
 * ERROR_CONFIGURATION (a folder is not safe). count_close() is due after 0.
 */
int count_open(struct count *count, const char *top, uid_t uid, struct error *error);
void count_close(struct count *count); /* also a second time */

/* Adds one for the process we are in. 0 and its name, or -1 with *error. */
int count_add(const struct count *count, enum count_kind kind, char entry[static COUNT_ENTRY_MAX],
	      struct error *error);
/* Makes a login that count_add() named a session. 0 and the new name, or -1 with *error. */
int count_promote(const struct count *count, char entry[static COUNT_ENTRY_MAX],
		  struct error *error);
/* Takes one away. False where it is not there (any more). */
bool count_remove(const struct count *count, const char *entry);
/* How many live; takes the dead away. -1 with *error where that cannot be told. */
int count_living(const struct count *count, struct error *error);

#endif
