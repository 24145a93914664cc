/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading one vendor file, entry by entry; vendor_load() begins and ends it. */
#ifndef APITOKEN_VENDOR_KEY_H
#define APITOKEN_VENDOR_KEY_H

#include "common/ini.h"
#include "common/vendor.h"

struct vendor_reader {
	struct vendor *vendor;
	struct vendor_host *settings; /* the [host NAME] sections, in order */
	size_t settings_count;
};

/* The handler for ini_parse(); its context is a struct vendor_reader. */
int vendor_read_entry(const struct ini_entry *entry, void *reader, struct error *error);
/* After the last entry: defaults are set, what is required is there, no host stands twice, and each
 * [host NAME] is one of hosts and its settings are moved there. */
int vendor_read_finish(struct vendor_reader *reader, struct error *error);
void vendor_hosts_release(struct vendor_host *hosts, size_t count);

#endif
