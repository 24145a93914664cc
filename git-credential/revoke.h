/* SPDX-License-Identifier: BSD-3-Clause */
/* Telling the vendor that a login is over (RFC 7009, or whatever its dialect's [step revoke] says). */
#ifndef APITOKEN_REVOKE_H
#define APITOKEN_REVOKE_H

#include "common/error.h"

enum revoke_result {
	REVOKE_DONE,
	REVOKE_NOTHING, /* the vendor has no such request, or no refresh token is stored */
	REVOKE_FAILED,  /* the error tells why: the tokens may live on at the vendor until they end */
};

/* For the record of that description and vendor name. Sends at most one request, and changes nothing here. */
enum revoke_result revoke(const char *description, const char *vendor, struct error *error);

#endif
