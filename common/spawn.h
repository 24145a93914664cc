/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running fetch and stash from inside somebody else's process (sshd, login, su, a threaded daemon) without touching its signals, children or descriptors.
 *
 *   host -- clone3(exit_signal 0, pidfd) --> middle (never execs; default SIGCHLD; waits with __WALL) --> fetch or stash (exec by checked descriptor)
 *
 * execve(2) resets a clone'd child's exit signal to SIGCHLD, so a plain child's status is lost where the host ignores or reaps SIGCHLD; a middle process that
 * never execs keeps it. Where clone3 is unknown (ENOSYS), clone(2) with the same flags serves.
 */
#ifndef APITOKEN_SPAWN_H
#define APITOKEN_SPAWN_H

#include "common/error.h"
#include "common/message.h"

struct spawn {
	const char *program;          /* absolute path, judged by trusted_open(TRUSTED_PROGRAM) and executed by that descriptor */
	const char *const *arguments; /* argv, constants only, NULL-terminated */
	int64_t deadline_ms;          /* clock_monotonic_ms() scale; then SIGKILL by pidfd */
};

/*
 * Runs the program with the socket as descriptor 0, /dev/null as 1 and 2, nothing else open, the constant environment "PATH=/usr/bin:/bin", "LC_ALL=C"
 * and "GNUTLS_NO_IMPLICIT_INIT=1",
 * cwd "/", umask 077, default signal dispositions, an empty signal mask, a session of its own (Ctrl-C reaches the host, not the program), PR_SET_PDEATHSIG SIGKILL
 * (setresuid(2) clears it: the program arms it again). The program is a binary, no script. Sends request (its nonce is checked in the reply), receives one reply of
 * reply_type, waits until nothing of ours is left running.
 * Returns 0 and *reply (the caller releases it), or -1: ERROR_UNAVAILABLE (no complete reply in time; the program died, stalled or talked nonsense; a non-zero exit
 * status turns a complete reply into this too; a status that somebody else reaped is neutral), ERROR_CONFIGURATION (program missing or unsafe), ERROR_SYSTEM.
 * No signal reaches the host, errno aside nothing of its state changes.
 */
int spawn_exchange(const struct spawn *spawn, struct message *request, enum message_type reply_type, struct message *reply, struct error *error);

#endif
