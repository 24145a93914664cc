/* SPDX-License-Identifier: BSD-3-Clause */
/* The one place where the core's errors become PAM codes. */
#ifndef APITOKEN_PAM_RESULT_H
#define APITOKEN_PAM_RESULT_H

#include "common/error.h"

/*
 * REFUSED: PAM_AUTH_ERR. UNAVAILABLE, LOGIN_AGAIN: PAM_AUTHINFO_UNAVAIL. CONFIGURATION:
 * PAM_SERVICE_ERR. MEMORY: PAM_BUF_ERR. Everything else, ERROR_NONE and values that are no error
 * code included: PAM_SYSTEM_ERR. Never PAM_SUCCESS nor PAM_IGNORE: an error is no success.
 */
int result_of(enum error_code code);

#endif
