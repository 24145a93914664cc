/* SPDX-License-Identifier: BSD-3-Clause */
/* Why an exchange did not come to an answer, in words for a log: one class per cause, so that an administrator knows where to look. */
#ifndef APITOKEN_FETCH_CAUSE_H
#define APITOKEN_FETCH_CAUSE_H

#include "common/fetch/http.h"

/*
 * code: a CURLcode; verify: OpenSSL's X509_V_ERR (0: none); errnum: of the failed connect, 0 where unknown; now: UTC seconds. Trust in our own configuration (an unreadable CA file)
 * is VERDICT_CONFIGURATION, everything else VERDICT_UNAVAILABLE.
 */
void cause_describe(int code, long verify, int errnum, int64_t now, struct http_failure *failure);

#endif
