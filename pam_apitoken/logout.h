/* SPDX-License-Identifier: BSD-3-Clause */
/* The last session of a person is over: on_last_logout says what becomes of the tokens. */
#ifndef APITOKEN_PAM_LOGOUT_H
#define APITOKEN_PAM_LOGOUT_H

#include "pam_apitoken/context.h"
#include "pam_apitoken/count.h"
#include "pam_apitoken/user.h"

/*
 * Removes the user's records, bare and further ones of all vendors, or keeps them; tells the
 * vendors where that is wanted, once the records are gone and *count, which is closed here, is
 * free. Never fails: what goes wrong is in the log, and records end by their own timeouts.
 */
void logout_last(const struct context *context, const struct user *user, struct count *count);

#endif
