/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/docker_list.h"

#include <string.h>

#include "git-credential/docker_key.h"
#include "git-credential/json_text.h"

const char *docker_list_username(const struct vendor_host *host, const struct record *record)
{
	if (host->docker_username && host->docker_username[0] != '\0')
		return host->docker_username;
	return record->account[0] != '\0' ? record->account : "oauth2accesstoken";
}

static const char *client_key(const char *host)
{
	for (const char *const *name = docker_hub_names; *name; name++)
		if (strcmp(host, *name) == 0)
			return DOCKER_HUB_KEY;
	return host;
}

static void append_hosts(struct secret *answer, const struct vendor *vendor,
			 const struct record *record)
{
	for (size_t i = 0; i < vendor->hosts_count; i++)
		json_text_member(answer, client_key(vendor->hosts[i].host),
				 docker_list_username(&vendor->hosts[i], record));
}

static bool is_useful(const struct record *record, int64_t now)
{
	return record_state(record, now) != RECORD_EXPIRED || record_refreshable(record, now);
}

void docker_list_append(struct secret *answer, struct lookup *lookup)
{
	for (int i = 0; i < lookup->items_count; i++) {
		char name[VENDOR_NAME_MAX];
		struct record record;
		bool further;

		if (record_description_parse(lookup->items[i].description, name, &further) != 0 ||
		    further || lookup_vendor(lookup, name, NULL) != 0 ||
		    lookup_record(lookup, NULL, &record, &further, NULL) != LOOKUP_FOUND)
			continue;
		if (is_useful(&record, record_now(&record)))
			append_hosts(answer, &lookup->vendor, &record);
		record_release(&record);
	}
	lookup_release(lookup);
}
