/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who may log in with a vendor's password: a person whom this machine knows by exactly this name,
 * and whose uid is not the system's.
 */
#ifndef APITOKEN_PAM_USER_H
#define APITOKEN_PAM_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/policy.h"
#include "pam_apitoken/context.h"

enum { USER_NAME_MAX = 255 }; /* bytes */

struct user {
	const char *name; /* PAM_USER; belongs to libpam */
	uid_t uid;	  /* never 0 */
	gid_t gid;
};

/*
 * True for 1 to USER_NAME_MAX bytes of visible ASCII without '@', '\\', '/', ':' and space. '@' and
 * '\\' would select a realm at some vendors; nothing is folded or cut.
 */
bool user_name_allowed(const char *name);

/*
 * The person who logs in: PAM_USER, asked for where the host left it open. PAM_SUCCESS, or
 * PAM_USER_UNKNOWN (name rules, not in the passwd database by exactly this name, uid 0),
 * PAM_CONV_ERR, PAM_BUF_ERR, PAM_SYSTEM_ERR with *error saying why. Reads no configuration.
 */
int user_find(const struct context *context, struct user *user, struct error *error);
/* The same for PAM_USER as it stands now, without asking. */
int user_current(const struct context *context, struct user *user, struct error *error);

/*
 * What the policy adds: PAM_SUCCESS, or PAM_USER_UNKNOWN for a uid below minimum_uid and for vendor
 * "none".
 */
int user_admit(const struct user *user, const struct policy *policy, struct error *error);

#endif
