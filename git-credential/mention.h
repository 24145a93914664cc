/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A quick look that saves the reading of vendor files: one that does not even hold a host's name
 * cannot serve it. What it finds is no answer: the file is then loaded and judged as always.
 */
#ifndef APITOKEN_MENTION_H
#define APITOKEN_MENTION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/host.h"
#include "common/vendor.h"

struct mention {
	char name[HOST_MAX]; /* of the host, without port; "": it may be spelled in many ways */
	size_t length;
	int folders[VENDOR_FOLDERS_MAX]; /* descriptors; -1: there is none */
};

void mention_init(struct mention *mention, const struct vendor_places *places,
		  const char *canonical_host);
void mention_close(struct mention *mention);
/* False only where the vendor's file surely does not hold the host's name. */
bool mention_in(const struct mention *mention, const char *vendor);

#endif
