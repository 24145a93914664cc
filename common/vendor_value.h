/* SPDX-License-Identifier: BSD-3-Clause */
/* Judges of the values in a vendor file: NULL for a good one, else what was expected. */
#ifndef APITOKEN_VENDOR_VALUE_H
#define APITOKEN_VENDOR_VALUE_H

#include <stdbool.h>

#include "common/host.h"
#include "common/setting.h"

setting_fault vendor_visible_fault; /* printable ASCII */
setting_fault
	vendor_account_fault; /* the same without ':', which ends a name in HTTP Basic (RFC 7617) */
setting_fault vendor_path_fault;     /* an absolute path */
setting_fault vendor_username_fault; /* text with %u and %% */

/* "HOST:PORT" (an address to connect to), or with scheme "http://HOST:PORT", "https://HOST:PORT" (a
 * proxy). out: in canonical form, the port always written. */
const char *vendor_endpoint(const char *text, bool scheme, char out[static URL_MAX]);

#endif
