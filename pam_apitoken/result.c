/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/result.h"

#include <security/_pam_types.h>

int result_of(enum error_code code)
{
	switch (code) {
	case ERROR_REFUSED:
		return PAM_AUTH_ERR;
	case ERROR_UNAVAILABLE:
	case ERROR_LOGIN_AGAIN:
		return PAM_AUTHINFO_UNAVAIL;
	case ERROR_CONFIGURATION:
		return PAM_SERVICE_ERR;
	case ERROR_MEMORY:
		return PAM_BUF_ERR;
	case ERROR_NONE:
	case ERROR_USAGE:
	case ERROR_NO_TOKEN:
	case ERROR_KEYRING:
	case ERROR_POLICY:
	case ERROR_SYSTEM:
		break;
	}
	return PAM_SYSTEM_ERR;
}
