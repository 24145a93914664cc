/* SPDX-License-Identifier: BSD-3-Clause */
/* What a person can type when a token cannot be had: the same words in git, docker and the command line. */
#ifndef APITOKEN_ADVICE_H
#define APITOKEN_ADVICE_H

#include "common/vendor.h"

enum { ADVICE_MAX = VENDOR_NAME_MAX + 2 * ACCOUNT_MAX + 32 }; /* bytes with NUL */

/* "apitoken login NAME", with "--account ACCOUNT" for a further account (NULL: the bare record), as a shell takes it. Returns out. */
const char *advice_login(char out[static ADVICE_MAX], const char *vendor, const char *account);

/*
 * What brings a token where there is none, behind "...; ": "run: apitoken login NAME", or a login to this machine where that command could not
 * read the client's secret. Returns out.
 */
const char *advice_token(char out[static ADVICE_MAX], const struct vendor *vendor, const char *account);

#endif
