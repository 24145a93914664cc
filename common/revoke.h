/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Telling the vendor that a login is over: the dialect's [step revoke] (RFC 7009, Keycloak's logout endpoint, or whatever it says). For the user's programs, and for the PAM module
 * as root, where fetch becomes fetch_uid. Nothing here touches a keyring: first take the record out (tokens_remove()) or store the new one (tokens_store_login()), then call this with
 * the record that those handed over, so that a vendor that hangs keeps nothing alive. Whether a vendor is to be told is the caller's question: vendor->revoke_on_logout.
 */
#ifndef APITOKEN_REVOKE_H
#define APITOKEN_REVOKE_H

#include <sys/types.h>

#include "common/error.h"
#include "common/record.h"
#include "common/vendor.h"

enum { REVOKE_SECONDS = 3 }; /* the longest time for the whole request; the vendor file's timeout may be shorter */

enum revoke_result {
	REVOKE_DONE,
	REVOKE_NOTHING, /* no request: the record has no refresh token, or the vendor has nothing to ask (vendor_revokes()) */
	REVOKE_FAILED,  /* the error tells why: the login may live on at the vendor until it ends there */
};

/* Revokes the record's refresh token in one request, which is not repeated. fetch_uid: as in struct exchange, 0 for the default. The record is only read. */
enum revoke_result revoke_record(const struct vendor *vendor, const struct vendor_places *places, uid_t fetch_uid, const struct record *record, struct error *error);
/*
 * After current has been stored in the place of displaced: revokes displaced where vendor->revoke_displaced says so. REVOKE_NOTHING also where the vendor handed out the same refresh token
 * again: that one lives.
 */
enum revoke_result revoke_displaced(const struct vendor *vendor, const struct vendor_places *places, uid_t fetch_uid, const struct record *displaced,
				    const struct record *current, struct error *error);

#endif
