/* SPDX-License-Identifier: BSD-3-Clause */
/* Telling the vendor that a login is over (RFC 7009, or whatever its dialect's [step revoke] says). */
#ifndef APITOKEN_REVOKE_H
#define APITOKEN_REVOKE_H

#include "common/error.h"
#include "common/record.h"

enum revoke_result {
	REVOKE_DONE,
	REVOKE_NOTHING, /* the vendor file does not ask for it, or there is no refresh token */
	REVOKE_FAILED,  /* the error tells why: the tokens may live on at the vendor until they end */
};

/* Tells the vendor of that name, in one request of 3 seconds at most; changes nothing here. */
enum revoke_result revoke(const char *name, const struct record *record, struct error *error);

#endif
