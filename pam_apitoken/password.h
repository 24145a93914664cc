/* SPDX-License-Identifier: BSD-3-Clause */
/* The password: where it comes from, and which ones no vendor ever sees. */
#ifndef APITOKEN_PAM_PASSWORD_H
#define APITOKEN_PAM_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "common/secret.h"
#include "pam_apitoken/context.h"

/*
 * Gets it and copies it into *password (initialised here, released by the caller), the request's
 * own copy. libpam keeps PAM_AUTHTOK for the modules behind us.
 *
 *                    PAM_AUTHTOK set by an earlier module    not set
 *   (default)        that one, no prompt                     prompt
 *   try_first_pass   that one, no prompt                     prompt
 *   use_first_pass   that one, no prompt                     PAM_AUTH_ERR, no prompt
 *
 * There is no second prompt after a refusal: one call, one request. PAM_SUCCESS, or PAM_AUTH_ERR
 * (password_check()), PAM_CONV_ERR (the host gave none), PAM_BUF_ERR, PAM_SYSTEM_ERR with *error
 * saying why.
 */
int password_get(const struct context *context, const char *prompt, struct secret *password,
		 struct error *error);

/*
 * 0 for a password that may be sent; -1 for an empty one, one of more than PASSWORD_MAX bytes
 * (PAM_MAX_RESP_SIZE), and sshd's dummy.
 */
int password_check(const char *bytes, size_t length, struct error *error);

/*
 * OpenSSH (auth-pam.c, fake_password()) gives "\b\n\r\177INCORRECT", repeated to the typed length,
 * for people whom it will not let in.
 */
bool password_is_sshd_dummy(const char *bytes, size_t length);

#endif
