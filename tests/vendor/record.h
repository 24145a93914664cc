/* SPDX-License-Identifier: BSD-3-Clause */
/* The last requests, whole, for tests to look at. Holds test passwords: that is its purpose. Wants the state's lock. */
#ifndef APITOKEN_TESTS_VENDOR_RECORD_H
#define APITOKEN_TESTS_VENDOR_RECORD_H

#include "http.h"

enum { RECORDS_MAX = 256, RECORD_BODY_MAX = 64 << 10 };

/* status 0: the connection was dropped. */
void record_request(const struct request *request, unsigned status);
/* The newest count requests, oldest first; of one service, or of all where service is NULL. */
struct json_object *records_json(size_t count, const char *service);
void records_reset(void);

#endif
