/* SPDX-License-Identifier: BSD-3-Clause */
/* Renewal by the password that is kept, for a record without a living refresh token; only common/tokens*.c includes this. */
#ifndef APITOKEN_TOKENS_PASSWORD_H
#define APITOKEN_TOKENS_PASSWORD_H

#include <stdbool.h>

#include "common/exchange.h"
#include "common/tokens_renew.h"

/* Whether the record could be renewed so: the vendor file says that its password is kept, one is, and there is nothing to refresh with. */
bool password_renewal_ready(const struct renewal *renewal, const struct record *record);
/* Makes a login of the exchange, with the kept password in *password (initialised here; the caller releases it after the exchange). -1: it is gone by now. */
int password_renewal_prepare(const struct renewal *renewal, const struct record *record, struct exchange *exchange, struct secret *password, struct error *error);
/* The vendor said no: the password is forgotten before anybody can send it a second time. */
void password_renewal_refused(const struct renewal *renewal);

#endif
