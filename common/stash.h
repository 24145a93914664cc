/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The module's side of stash: a program, because storing into somebody's keyring means becoming that somebody wholly (real, effective and saved ids), which a module must not do to
 * its host. argv: "stash park" (request: user, record; reply: serial) or "stash store SERIAL UID GID" (request: user, and record where SERIAL is 0; reply: stored).
 * A reply with code (enum error_code) and message tells why not.
 */
#ifndef APITOKEN_STASH_H
#define APITOKEN_STASH_H

#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/secret.h"

enum { STASH_SECONDS = 5 }; /* the deadline of either verb */

/* libexec: the folder of stash. Park a login (kept_password_join()) for the local user: 0 and *serial, or -1 (ERROR_KEYRING, ERROR_UNAVAILABLE, ...). For effective uid 0. */
int stash_park(const char *libexec, const char *user, const struct secret *payload, int32_t *serial, struct error *error);
/* Have a parked record stored for the user with these ids; serial 0: the payload given (an unprivileged host storing for itself). */
int stash_store(const char *libexec, int32_t serial, const struct secret *payload, const char *user, uid_t uid, gid_t gid, struct error *error);

#endif
