/* SPDX-License-Identifier: BSD-3-Clause */
/* The steps of an operation, one after the other: each next one may use the token that the one before brought. */
#ifndef APITOKEN_FETCH_CHAIN_H
#define APITOKEN_FETCH_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/fetch/outcome.h"
#include "common/fetch/request.h"

/* The TCP ports that the chain will connect to (a proxy's or connect_to's where configured). At most maximum are written. Returns how many, or -1. */
int chain_ports(const struct request *request, unsigned int ports[], size_t maximum, struct error *error);

/*
 * Runs them until one fails or the last one has answered; outcome tells the rest. The password goes into one request at most: it is wiped behind it. deadline_ms is for all steps together.
 */
void chain_run(struct request *request, int64_t deadline_ms, struct outcome *outcome);

#endif
