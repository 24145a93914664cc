/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef APITOKEN_LOGOUT_H
#define APITOKEN_LOGOUT_H

#include "common/error.h"

/*
 * Removes the records of this vendor, further accounts too, or those of all vendors where it is NULL;
 * then tells the vendors whose file says on_logout = revoke, all at the same time, so that it takes
 * REVOKE_SECONDS at most however many there are. A vendor that could not be told is a line
 * "PROGRAM: ..." on standard error and no failure. Returns how many records are gone, or -1 where one
 * could not be removed (ERROR_KEYRING); the others are gone all the same.
 */
int logout_vendor(const char *program, const char *vendor, struct error *error);

#endif
