/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a host to its vendor and its token. Records first: only the vendor files of tokens that are
 * stored are opened; all files are looked at only where none of those serves the host. No network,
 * no name lookup and no lock until lookup_token() must renew.
 */
#ifndef APITOKEN_LOOKUP_H
#define APITOKEN_LOOKUP_H

#include <stdbool.h>

#include "common/error.h"
#include "common/keyring.h"
#include "common/record.h"
#include "common/vendor.h"

struct lookup {
	struct vendor_places places;
	struct keyring_item items[KEYRING_LIST_MAX];
	int items_count;
	struct error keyring_error;     /* code ERROR_NONE: the keyring could be listed */
	struct vendor vendor;           /* after LOOKUP_FOUND; lookup_release() frees it */
	const struct vendor_host *host; /* its entry; NULL after lookup_vendor() */
};

enum lookup_result {
	LOOKUP_FOUND,
	LOOKUP_FOREIGN, /* nobody of ours: not an error, nothing is to be said */
	LOOKUP_FAILED,  /* ours, and the error tells what is wrong */
};

/* Where files are, and which tokens are stored. A keyring that cannot be listed is kept in
 * keyring_error until somebody asks for a token. 0 or -1. */
int lookup_init(struct lookup *lookup, struct error *error);
void lookup_release(struct lookup *lookup);

/*
 * The vendor that serves a canonical host. A broken vendor file stops only the hosts that it lists
 * itself; a host that two vendors list is ERROR_CONFIGURATION.
 */
enum lookup_result lookup_host(struct lookup *lookup, const char *canonical_host,
			       struct error *error);
/* The vendor of that name: 0 or -1. */
int lookup_vendor(struct lookup *lookup, const char *name, struct error *error);

/*
 * The record of the vendor found. username NULL: the login's own record, or the only further
 * account; else the account of that name (or the host's git_username): LOOKUP_FOREIGN where only
 * other accounts are stored. LOOKUP_FOUND fills *record (the caller releases) and *further.
 */
enum lookup_result lookup_record(const struct lookup *lookup, const char *username,
				 struct record *record, bool *further, struct error *error);

/* A tool's own wish in place of the vendor file's minimum_life, after the vendor was found. 0: no wish. */
void lookup_want_life(struct lookup *lookup, int64_t seconds);
/* Renews the record where it is not fresh, or where force says that the server rejected it. 0 or -1
 * as tokens_get(); then *record is as it was. */
int lookup_token(const struct lookup *lookup, bool force, bool further, struct record *record,
		 struct error *error);

#endif
