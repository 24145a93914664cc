/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The module's arguments in a PAM stack. A typing error must not turn a rule off unseen: whatever
 * is not understood is an error.
 */
#ifndef APITOKEN_PAM_OPTIONS_H
#define APITOKEN_PAM_OPTIONS_H

#include <stdbool.h>

#include "common/error.h"

#define OPTIONS_CONFIGURATION "/etc/apitoken"

struct options {		   /* strings belong to libpam, or are constants */
	const char *vendor;	   /* vendor=NAME, or "none"; NULL: the policy's */
	const char *configuration; /* config=DIR, default OPTIONS_CONFIGURATION */
	const char *libexec;	   /* libexec=DIR, default the compiled-in one */
	bool debug;
	bool use_first_pass;
	bool try_first_pass; /* the default; accepted because administrators write it */
};

/*
 * Returns 0, or -1 with ERROR_CONFIGURATION that names the argument: unknown, repeated, empty or
 * malformed. *options is always filled: what was understood, and defaults.
 */
int options_parse(struct options *options, int argc, const char *const *argv, struct error *error);

#endif
