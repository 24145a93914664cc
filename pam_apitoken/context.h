/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one call into the module works on. It lives on that call's stack: the module has no state of
 * its own between calls.
 */
#ifndef APITOKEN_PAM_CONTEXT_H
#define APITOKEN_PAM_CONTEXT_H

#include <security/pam_modules.h>

#include "pam_apitoken/options.h"

struct context {
	pam_handle_t *pamh;
	unsigned int flags; /* as the host gave them: PAM_SILENT, PAM_DELETE_CRED, ... */
	struct options options;
};

#endif
