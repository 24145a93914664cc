/* SPDX-License-Identifier: BSD-3-Clause */
/* The program that asks a person for a password in git's stead: the one that git would run, gitcredentials(7) "REQUESTING CREDENTIALS". */
#ifndef APITOKEN_ASKPASS_H
#define APITOKEN_ASKPASS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/secret.h"

enum {
	ASKPASS_PROGRAM_MAX = 4096, /* bytes with NUL */
	ASKPASS_SECONDS = 120,      /* for a person to answer */
};

/*
 * The program, in git's order: GIT_ASKPASS, core.askPass, SSH_ASKPASS; the first that is set decides, also if it is empty. SSH_ASKPASS counts only where there is a desktop
 * (DISPLAY, WAYLAND_DISPLAY). False where there is none, and where git is not to ask: GIT_TERMINAL_PROMPT or credential.interactive is false.
 */
bool askpass_find(char program[static ASKPASS_PROGRAM_MAX]);
/*
 * Runs it with the prompt as its one argument, with /dev/null as input, our standard error and no other descriptor, and takes the first line that it prints. At the deadline
 * (clock_monotonic_ms() scale) it is ended. *password is initialised here; the
 * caller releases it. -1: ERROR_LOGIN_AGAIN with what happened (cancelled, empty, too long, too slow, or the prompt itself, which is what echo answers), ERROR_SYSTEM, ERROR_MEMORY.
 */
int askpass_run(const char *program, const char *prompt, int64_t deadline_ms, struct secret *password, struct error *error);

#endif
