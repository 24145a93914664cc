/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What happened, a line each: "NUMBER EVENT ...", NUMBER counting connections from 1.
 *   accepted | handshake VERSION | handshake-failed WHY | request LENGTH ESCAPED-BYTES | cut-request LENGTH ESCAPED-BYTES |
 *   canary (once for each time it was received) | end RECEIVED SENT (application bytes)
 */
#ifndef APITOKEN_TESTS_BADIDP_LOG_H
#define APITOKEN_TESTS_BADIDP_LOG_H

#include <stddef.h>

void log_open(const char *path);
void log_event(size_t connection, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "NUMBER event LENGTH BYTES", the bytes escaped as script.h has them. */
void log_bytes(size_t connection, const char *event, const char *bytes, size_t length);

#endif
