/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef APITOKEN_CHOOSE_H
#define APITOKEN_CHOOSE_H

#include "common/error.h"
#include "common/vendor.h"

/*
 * The vendor that a command is about: the operand, or where it is NULL the only one configured.
 * ERROR_USAGE (no vendor name; several are configured, and these are they), ERROR_CONFIGURATION
 * (none is).
 */
int choose_vendor(const struct vendor_places *places, const char *operand,
		  char name[static VENDOR_NAME_MAX], struct error *error);

/*
 * The same, and its file: fills *places for the user and loads *vendor, which the caller releases.
 * Also ERROR_CONFIGURATION where the file cannot be used.
 */
int choose_and_load(const char *operand, struct vendor_places *places, struct vendor *vendor,
		    struct error *error);

/*
 * Fills *error, which must not be NULL, with what (that no vendor is configured) and where a
 * vendor's file belongs. Returns its text.
 */
const char *choose_folders(const struct vendor_places *places, const char *what,
			   struct error *error);

#endif
