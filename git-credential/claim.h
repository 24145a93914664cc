/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef APITOKEN_CLAIM_H
#define APITOKEN_CLAIM_H

#include <stdbool.h>

#include "common/vendor.h"

/*
 * Whether a vendor file that vendor_load() refuses lists this canonical host all the same, so that
 * its fault is told to the users of that host and to nobody else. Reads only as far as the file can
 * be understood.
 */
bool claim_host(const struct vendor_places *places, const char *name, const char *canonical_host);

#endif
