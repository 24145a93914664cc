/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Telling a vendor, from within the host, that a login is over. Nothing here fails a session: what
 * goes wrong is a WARNING in the log, and the login lives on at the vendor until it ends there.
 */
#ifndef APITOKEN_PAM_REVOCATION_H
#define APITOKEN_PAM_REVOCATION_H

#include <stdint.h>

#include "common/record.h"
#include "pam_apitoken/context.h"
#include "pam_apitoken/profile.h"

/*
 * The profile where this service's vendor wants to be told of logins that a new one displaces
 * (revoke_displaced = yes), else NULL. The caller frees it.
 */
struct profile *revocation_of_displaced(const struct context *context);
/*
 * Sends the record's refresh token to its vendor once. Nothing is begun after the deadline, and
 * nothing takes longer (milliseconds of clock_monotonic_ms()). user: for the log.
 */
void revocation_tell(const struct context *context, const struct profile *profile,
		     const struct record *record, const char *user, int64_t deadline_ms);

#endif
