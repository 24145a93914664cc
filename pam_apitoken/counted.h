/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * This PAM transaction's own session among those that count.h counts. That it is counted is kept in
 * module data, so that each transaction counts once and takes away only what it has added.
 *
 * Host programs that are not root cannot count. "systemd-user" is never counted: the user's service
 * manager is started by a login and outlives it, and its session is closed without privileges.
 */
#ifndef APITOKEN_PAM_COUNTED_H
#define APITOKEN_PAM_COUNTED_H

#include <stdbool.h>

#include "common/error.h"
#include "pam_apitoken/context.h"
#include "pam_apitoken/count.h"
#include "pam_apitoken/user.h"

/*
 * Before tokens of a login are stored: the end of another session leaves them alone from now on.
 * 0 also where this is not counted; -1 with *error.
 */
int counted_login(const struct context *context, const struct user *user, struct error *error);
/* The session is open. 0 also where it is counted already, or never; -1 with *error. */
int counted_session(const struct context *context, const struct user *user, struct error *error);
/*
 * The session ends. True where it was the last of this user; then *count is locked and the caller's
 * to close, so that nobody logs in before the tokens are gone. False else, with error->code set
 * where that could not be told.
 */
bool counted_end(const struct context *context, const struct user *user, struct count *count,
		 struct error *error);

#endif
