/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts that both kinds of places are built of. What reads the environment is in
 * vendor_places_user.c alone: the module must not hold it. */
#ifndef APITOKEN_VENDOR_PLACES_H
#define APITOKEN_VENDOR_PLACES_H

#include "common/vendor.h"

extern const char vendor_system_folder[]; /* /etc/apitoken */

/* All return 0, or -1 with ERROR_CONFIGURATION. */
int vendor_place(char out[static VENDOR_PLACE_MAX], struct error *error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* An absolute path of printable ASCII characters; what: how an error names it. */
int vendor_place_judge(const char *what, const char *folder, struct error *error);
/* Adds FOLDER/vendors.d and FOLDER/dialects as number index of each. */
int vendor_places_add_configuration(struct vendor_places *places, size_t index, const char *folder,
				    struct error *error);
/* The dialects that came with the programs, from index on: beside them in a build folder, below
 * share where they are installed. Sets libexec, too. */
int vendor_places_add_shipped(struct vendor_places *places, size_t index, const char *libexec,
			      struct error *error);

#endif
