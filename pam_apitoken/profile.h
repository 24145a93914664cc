/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the configuration says about one login: the service's policy, the vendor, its dialect, and
 * the person's name at the vendor.
 */
#ifndef APITOKEN_PAM_PROFILE_H
#define APITOKEN_PAM_PROFILE_H

#include "common/dialect.h"
#include "common/error.h"
#include "common/policy.h"
#include "common/vendor.h"
#include "pam_apitoken/context.h"

struct profile {
	struct policy policy; /* with the argument vendor= in place of the file's */
	struct vendor_places places;
	struct vendor vendor;
	struct dialect dialect;
	char username[ACCOUNT_MAX]; /* the vendor's */
};

/*
 * Allocates one with the policy read; the caller frees. NULL with *error. On the heap: a host's
 * thread may have a small stack.
 */
struct profile *profile_open(const struct context *context, struct error *error);
/* Where vendor files are. 0, or -1 with *error. */
int profile_places(struct profile *profile, const struct context *context, struct error *error);
/* The same, and reads the policy's vendor, without its dialect. */
int profile_vendor(struct profile *profile, const struct context *context, struct error *error);
/*
 * Reads vendor and dialect, and forms the vendor username for this login name. 0, or -1 with
 * *error.
 */
int profile_load(struct profile *profile, const struct context *context, const char *login,
		 struct error *error);
void profile_free(struct profile *profile); /* accepts NULL */

#endif
