/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/advice.h"
#include "common/tokens.h"
#include "git-credential/claim.h"
#include "git-credential/mention.h"

int lookup_init(struct lookup *lookup, struct error *error)
{
	memset(&lookup->vendor, 0, sizeof(lookup->vendor));
	lookup->host = NULL;
	lookup->keyring_error.code = ERROR_NONE;
	lookup->items_count = keyring_list(lookup->items, KEYRING_LIST_MAX, &lookup->keyring_error);
	if (lookup->items_count < 0)
		lookup->items_count = 0;
	return vendor_places_for_user(&lookup->places, error);
}

void lookup_release(struct lookup *lookup)
{
	vendor_release(&lookup->vendor);
	lookup->host = NULL;
}

/* What a walk over vendors has seen. */
struct walk {
	struct lookup *lookup;
	struct vendor_folders folders;
	const char *host;
	bool found;
	bool claimed;       /* a broken file lists the host */
	struct error claim; /* what is wrong with that file */
};

static int two_vendors(const struct walk *walk, const struct vendor *second,
		       const struct vendor_host *entry, struct error *error)
{
	return error_set(error, ERROR_CONFIGURATION,
			 "host '%s' stands in two vendors: %s:%d and %s:%d; leave it in one",
			 walk->host, walk->lookup->vendor.path, walk->lookup->host->line,
			 second->path, entry->line);
}

/* Looks at one vendor's file. -1 only where the host is found a second time. */
static int walk_vendor(struct walk *walk, const char *name, struct error *error)
{
	struct vendor vendor;
	const struct vendor_host *entry;
	struct error why = { .code = ERROR_NONE };
	int result = 0;

	if (vendor_load_from(&vendor, name, &walk->folders, &why) != 0) {
		if (why.errnum != ENOENT && !walk->claimed &&
		    claim_host(&walk->lookup->places, name, walk->host)) {
			walk->claimed = true;
			walk->claim = why;
		}
		return 0;
	}
	entry = vendor_host_find(&vendor, walk->host);
	if (entry && !walk->found) {
		walk->found = true;
		walk->lookup->vendor = vendor; /* transferred */
		walk->lookup->host = entry;
		return 0;
	}
	if (entry)
		result = two_vendors(walk, &vendor, entry, error);
	vendor_release(&vendor);
	return result;
}

/* Whether an earlier item is of the same vendor. */
static bool seen_before(const struct lookup *lookup, int index, const char *name)
{
	char earlier[VENDOR_NAME_MAX];
	bool further;

	for (int i = 0; i < index; i++)
		if (record_description_parse(lookup->items[i].description, earlier, &further) ==
			    0 &&
		    strcmp(earlier, name) == 0)
			return true;
	return false;
}

static int walk_records(struct walk *walk, struct error *error)
{
	const struct lookup *lookup = walk->lookup;
	char name[VENDOR_NAME_MAX];
	bool further;

	for (int i = 0; i < lookup->items_count; i++) {
		if (record_description_parse(lookup->items[i].description, name, &further) != 0 ||
		    seen_before(lookup, i, name))
			continue;
		if (walk_vendor(walk, name, error) != 0)
			return -1;
	}
	return 0;
}

static bool is_mentioned(const void *mention, const char *name)
{
	return mention_in(mention, name);
}

/* The vendors without a record: their hosts are ours too, and their users want to know how to log
 * in. */
static int walk_others(struct walk *walk, struct error *error)
{
	const struct lookup *lookup = walk->lookup;
	struct mention mention;
	char(*names)[VENDOR_NAME_MAX] = NULL;
	size_t count = 0;
	int result = 0;

	mention_init(&mention, &lookup->places, walk->host);
	/* an unreadable folder is for "apitoken check" to tell: here nobody knows whose host it is
	 */
	if (vendor_list_wanted(&lookup->places, is_mentioned, &mention, &names, &count, NULL) != 0)
		count = 0;
	mention_close(&mention);
	for (size_t i = 0; i < count && result == 0; i++)
		if (!seen_before(lookup, lookup->items_count, names[i]))
			result = walk_vendor(walk, names[i], error);
	free(names);
	return result;
}

enum lookup_result lookup_host(struct lookup *lookup, const char *canonical_host,
			       struct error *error)
{
	struct walk walk = { .lookup = lookup, .host = canonical_host };
	int result;

	vendor_folders_init(&walk.folders, &lookup->places);
	result = walk_records(&walk, error);
	if (result == 0 && !walk.found)
		result = walk_others(&walk, error);
	vendor_folders_close(&walk.folders);
	if (result != 0)
		return LOOKUP_FAILED;
	if (walk.found)
		return LOOKUP_FOUND;
	if (!walk.claimed)
		return LOOKUP_FOREIGN;
	if (error)
		*error = walk.claim;
	return LOOKUP_FAILED;
}

int lookup_vendor(struct lookup *lookup, const char *name, struct error *error)
{
	struct vendor vendor;

	if (vendor_load(&vendor, name, &lookup->places, error) != 0)
		return -1;
	vendor_release(&lookup->vendor);
	lookup->vendor = vendor; /* transferred */
	lookup->host = NULL;
	return 0;
}

static const struct keyring_item *item_of(const struct lookup *lookup, const char *account)
{
	char description[RECORD_DESCRIPTION_MAX];

	record_description(description, lookup->vendor.name, account);
	for (int i = 0; i < lookup->items_count; i++)
		if (strcmp(lookup->items[i].description, description) == 0)
			return &lookup->items[i];
	return NULL;
}

/* How many further accounts the vendor has here; *item is the last of them. */
static int further_items(const struct lookup *lookup, const struct keyring_item **item)
{
	char name[VENDOR_NAME_MAX];
	bool further;
	int count = 0;

	for (int i = 0; i < lookup->items_count; i++) {
		if (record_description_parse(lookup->items[i].description, name, &further) != 0 ||
		    !further || strcmp(name, lookup->vendor.name) != 0)
			continue;
		*item = &lookup->items[i];
		count++;
	}
	return count;
}

static int read_item(const struct keyring_item *item, struct record *record, struct error *error)
{
	struct error reason = { .code = ERROR_NONE };
	struct secret payload = SECRET_NONE;
	int result;

	result = keyring_read_serial(item->serial, &payload, &reason);
	/* Since the list was made another process may have swapped a newer record in. */
	if (result != 0 && reason.code == ERROR_NO_TOKEN)
		result = keyring_read(item->description, &payload, &reason);
	if (result == 0)
		result = record_decode(&payload, record, error);
	else if (error)
		*error = reason;
	secret_release(&payload);
	return result;
}

static enum lookup_result no_record(const struct lookup *lookup, struct error *error)
{
	char command[ADVICE_MAX];

	if (lookup->keyring_error.code == ERROR_NONE)
		error_set(error, ERROR_NO_TOKEN, "no token is stored for vendor '%s'; %s",
			  lookup->vendor.name, advice_token(command, &lookup->vendor, NULL));
	else if (error)
		*error = lookup->keyring_error;
	return LOOKUP_FAILED;
}

/* The record where no account is asked for. */
static enum lookup_result default_record(const struct lookup *lookup, struct record *record,
					 bool *further, struct error *error)
{
	const struct keyring_item *item = item_of(lookup, NULL);
	int count;

	*further = false;
	if (!item) {
		count = further_items(lookup, &item);
		if (count == 0)
			return no_record(lookup, error);
		if (count > 1) {
			error_set(error, ERROR_POLICY,
				  "several accounts of vendor '%s' are stored, and none is the "
				  "login's own; name one, as in https://NAME@HOST/ or --account NAME",
				  lookup->vendor.name);
			return LOOKUP_FAILED;
		}
		*further = true;
	}
	return read_item(item, record, error) == 0 ? LOOKUP_FOUND : LOOKUP_FAILED;
}

/* The record of one account. */
static enum lookup_result account_record(const struct lookup *lookup, const char *username,
					 struct record *record, bool *further, struct error *error)
{
	const struct keyring_item *bare = item_of(lookup, NULL), *item = item_of(lookup, username),
				  *any = NULL;

	if (bare) {
		if (read_item(bare, record, error) != 0)
			return LOOKUP_FAILED;
		*further = false;
		if (strcmp(record->account, username) == 0)
			return LOOKUP_FOUND;
		record_release(record);
	}
	if (item) {
		*further = true;
		return read_item(item, record, error) == 0 ? LOOKUP_FOUND : LOOKUP_FAILED;
	}
	return bare || further_items(lookup, &any) > 0 ? LOOKUP_FOREIGN : no_record(lookup, error);
}

enum lookup_result lookup_record(const struct lookup *lookup, const char *username,
				 struct record *record, bool *further, struct error *error)
{
	const char *shared = lookup->host ? lookup->host->git_username : NULL;

	if (!username || (shared && strcmp(shared, username) == 0))
		return default_record(lookup, record, further, error);
	return account_record(lookup, username, record, further, error);
}

void lookup_want_life(struct lookup *lookup, int64_t seconds)
{
	if (seconds > 0)
		lookup->vendor.minimum_life = seconds;
}

int lookup_token(const struct lookup *lookup, bool force, bool further, struct record *record,
		 struct error *error)
{
	struct record renewed;

	if (!force && record_state_for(record, record_now(record), lookup->vendor.minimum_life) ==
			      RECORD_FRESH)
		return 0;
	if (tokens_get(&lookup->vendor, &lookup->places, further ? record->account : NULL, force,
		       NULL, &renewed, error) != 0)
		return -1;
	record_release(record);
	*record = renewed; /* transferred */
	return 0;
}
