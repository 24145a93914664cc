/* SPDX-License-Identifier: BSD-3-Clause */
/* What the programs of this folder share at their edges: how they start, speak and end. No stdio:
 * the cached path must be as quick as an empty program. */
#ifndef APITOKEN_PROGRAM_H
#define APITOKEN_PROGRAM_H

#include <stddef.h>

#include "common/error.h"
#include "common/secret.h"
#include "common/vendor.h"

/*
 * First in main(): secrets of this process are nobody's, SIGPIPE becomes EPIPE, descriptors 0 to 2
 * are open (a closed one becomes /dev/null opened so that its use fails), and raised privileges
 * (AT_SECURE, real and effective ids apart) are refused with ERROR_POLICY: the keyring and files of
 * which of the two would it be?
 */
int program_start(struct error *error);

/* Writes everything to standard output, at once where the kernel lets it, and closes it. -1:
 * ERROR_SYSTEM; a cut answer counts as failed. */
int program_answer(const struct secret *answer, struct error *error);

/* Writes "PROGRAM: text" as one line to standard error, in one write. Returns the exit code of the
 * error. */
int program_fail(const char *program, const struct error *error);

/*
 * Adds to an ERROR_NO_TOKEN what its likely cause is and what to type. what: the command that is
 * run under sudo, "git" or "docker".
 */
void program_hint(struct error *error, const struct vendor *vendor, const char *what);

#endif
