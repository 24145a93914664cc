/* SPDX-License-Identifier: BSD-3-Clause */
/* The two halves of exchange_run() that need no process: what is sent to fetch, and what is believed of its reply. */
#ifndef APITOKEN_EXCHANGE_PARTS_H
#define APITOKEN_EXCHANGE_PARTS_H

#include "common/exchange.h"
#include "common/message.h"

enum { CLIENT_SECRET_MAX = 4096 }; /* bytes */

/* Flattens vendor, dialect, files and secrets. *request is initialised here, the caller releases it. ERROR_CONFIGURATION, ERROR_MEMORY, ERROR_SYSTEM. */
int exchange_request(const struct exchange *exchange, struct message *request, struct error *error);
/*
 * Fills *answer from the reply, checking every field as if a stranger had written it: a reply that does not fit is VERDICT_UNAVAILABLE. Returns 0 for a success with a sound
 * token, else -1 with answer->message and answer->verdict set.
 */
int exchange_reply(const struct exchange *exchange, const struct message *reply, struct exchange_answer *answer);
/* Whether a refresh token is wanted at all. */
bool exchange_keeps_refresh(const struct exchange *exchange);

#endif
