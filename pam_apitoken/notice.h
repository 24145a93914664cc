/* SPDX-License-Identifier: BSD-3-Clause */
/* What a person is told at the login, where somebody reads it. */
#ifndef APITOKEN_PAM_NOTICE_H
#define APITOKEN_PAM_NOTICE_H

#include <stdint.h>

#include "pam_apitoken/context.h"

/*
 * Says in how many seconds the token ends and what to type then. For setcred and open_session, not for
 * authenticate: sshd sends what is said there as a banner to every command, but what is said later only to a
 * shell. Nothing is said under PAM_SILENT, nor where the host has no terminal.
 */
void notice_token_end(const struct context *context, const char *vendor, int64_t seconds);

#endif
