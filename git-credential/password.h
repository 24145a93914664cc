/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef APITOKEN_PASSWORD_H
#define APITOKEN_PASSWORD_H

#include <stdbool.h>

#include "common/error.h"
#include "common/secret.h"

/*
 * All initialise *password; the caller releases it. One trailing line end is dropped. 1 to
 * PASSWORD_MAX bytes without NUL; anything else is ERROR_USAGE: a cut or empty password is never
 * sent, for it would only count as a failed attempt at the vendor.
 */

/* Asks on the controlling terminal, echo off. A signal restores the terminal first, then takes its
 * course. */
int password_ask(const char *prompt, struct secret *password, struct error *error);
/* Reads a descriptor to its end. */
int password_read(int descriptor, struct secret *password, struct error *error);
/* From standard input where the person said --password-stdin, else from the terminal; the prompt
 * names the username and the vendor. */
int password_obtain(bool from_stdin, const char *vendor, const char *username,
		    struct secret *password, struct error *error);

#endif
