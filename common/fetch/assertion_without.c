/* SPDX-License-Identifier: BSD-3-Clause */
/* In the place of assertion.c where OpenSSL's headers were missing at the build. */
#include "common/fetch/assertion.h"

int assertion_build(struct secret *jwt, const char *audience, const struct variables *variables, int64_t now, struct error *error)
{
	(void)audience;
	(void)variables;
	(void)now;
	*jwt = SECRET_NONE;
	return error_set(error, ERROR_CONFIGURATION, "client_auth = assertion: this fetch was built without OpenSSL's headers; install libssl-dev and build again");
}
