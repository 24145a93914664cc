/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef APITOKEN_PAM_AUTHENTICATE_H
#define APITOKEN_PAM_AUTHENTICATE_H

#include "pam_apitoken/context.h"

enum { AUTHENTICATE_FAIL_DELAY_US = 2000000 }; /* microseconds: what pam_unix asks for */

/*
 * Asks the vendor, with at most one request, and hands the record over. PAM_SUCCESS only with a
 * whole, checked answer to this very password. PAM_AUTH_ERR (refused, unusable account, unusable
 * password, answer about somebody else), PAM_AUTHINFO_UNAVAIL (no verdict), PAM_SERVICE_ERR
 * (configuration), PAM_USER_UNKNOWN (not ours, nothing was sent), PAM_CONV_ERR, PAM_BUF_ERR,
 * PAM_SYSTEM_ERR. Writes the one log line. PAM_USER is never changed.
 */
int authenticate(const struct context *context);

#endif
