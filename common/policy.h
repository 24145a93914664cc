/* SPDX-License-Identifier: BSD-3-Clause */
/* apitoken.conf: the administrator's policy for PAM logins; [pam], and [pam:SERVICE] over it. */
#ifndef APITOKEN_POLICY_H
#define APITOKEN_POLICY_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/error.h"
#include "common/vendor.h"

/* What becomes of a user's tokens when the last session ends. */
enum last_logout {
	LAST_LOGOUT_DELETE,
	LAST_LOGOUT_REVOKE, /* delete, and tell the vendors */
	LAST_LOGOUT_KEEP,
};

struct policy {
	char vendor[VENDOR_NAME_MAX]; /* "": not set; "none": this service's users are not ours */
	uid_t minimum_uid;            /* default 1000, at least 1 */
	uid_t fetch_uid;              /* default 65534, at least 1 */
	bool store_required;          /* store = required */
	bool notice;                  /* tell a person at login when the token cannot be renewed; default yes */
	enum last_logout on_last_logout; /* default LAST_LOGOUT_DELETE */
	char prompt[128];             /* default "Password: "; a prompt from the file gets one space behind it */
};

/* Reads FOLDER/apitoken.conf (missing: all defaults). ERROR_CONFIGURATION with file:line. service may be NULL. */
int policy_load(struct policy *policy, const char *folder, const char *service, struct error *error);

#endif
