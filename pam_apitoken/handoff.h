/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a record gets from authenticate to setcred or open_session, which may run in another process
 * (sshd, keyboard-interactive: module data is lost, the PAM environment is not).
 *
 * Effective uid 0: the record is parked in root's keyring and only its serial travels, in the PAM
 * environment variable HANDOFF_VARIABLE. pam_env can be made to forge that variable, so it is only
 * a hint: the key itself must be root's and name PAM_USER. Other hosts (screen lockers) keep the
 * record, and whose it is, in module data.
 */
#ifndef APITOKEN_PAM_HANDOFF_H
#define APITOKEN_PAM_HANDOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/secret.h"
#include "pam_apitoken/context.h"
#include "pam_apitoken/user.h"

#define HANDOFF_VARIABLE "APITOKEN_HANDOFF"

struct handoff {
	int32_t serial;	       /* 0: the record is in payload */
	struct secret payload; /* SECRET_NONE where serial is set */
	char user[USER_NAME_MAX + 1]; /* whose the payload is; a parked key says so itself */
	bool tried;	       /* storing it has failed once */
};

/*
 * Hands an encoded record of this local user over; the payload is moved in any case. 0, or -1 with
 * *error.
 */
int handoff_put(const struct context *context, const char *user, struct secret *payload,
		struct error *error);
/*
 * Takes it out, so that it is found once: the variable is gone from the PAM environment afterwards.
 * False where there is none. The caller drops or keeps it.
 */
bool handoff_take(const struct context *context, struct handoff *handoff);
/*
 * Puts a taken one back into module data, for the one more try that open_session has after setcred.
 * Moves it; drops it where that fails.
 */
void handoff_keep(const struct context *context, struct handoff *handoff);
/* Makes the parked key unusable and wipes the payload. */
void handoff_drop(struct handoff *handoff);

#endif
