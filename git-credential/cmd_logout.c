/* SPDX-License-Identifier: BSD-3-Clause */
/* apitoken logout */
#include <stdio.h>
#include <string.h>

#include "common/keyring.h"
#include "common/revoke.h"
#include "common/tokens.h"
#include "git-credential/choose.h"
#include "git-credential/command.h"

/* Where the vendor's file asks for it. */
static enum revoke_result tell_vendor(const struct record *record, struct error *error)
{
	static struct vendor_places places;
	enum revoke_result result = REVOKE_NOTHING;
	struct vendor vendor;

	if (record->refresh_token.length == 0)
		return REVOKE_NOTHING;
	if (vendor_places_for_user(&places, error) != 0 ||
	    vendor_load(&vendor, record->vendor, &places, error) != 0)
		return REVOKE_FAILED;
	if (vendor.revoke_on_logout)
		result = revoke_record(&vendor, &places, 0, record, error);
	vendor_release(&vendor);
	return result;
}

/*
 * The tokens are gone from here before the vendor is asked: a vendor that hangs keeps nothing alive,
 * and its answer changes nothing about the logout here.
 */
static int remove_record(const char *description, struct error *error)
{
	struct error why = { .code = ERROR_NONE };
	struct record removed;

	if (tokens_remove(description, &removed, error) != 0)
		return error->code == ERROR_NO_TOKEN ? 0 : -1;
	if (tell_vendor(&removed, &why) == REVOKE_FAILED)
		fprintf(stderr,
			"apitoken: vendor '%s' could not be told; there the login lives on until it "
			"ends: %s\n",
			removed.vendor, why.text);
	record_release(&removed);
	return 0;
}

/* Removes the records of the vendor, or all where it is NULL. Returns how many, or -1. */
static int remove_records(const char *vendor, struct error *error)
{
	static struct keyring_item items[KEYRING_LIST_MAX];
	char name[VENDOR_NAME_MAX];
	bool further;
	int removed = 0, count = keyring_list(items, KEYRING_LIST_MAX, error);

	if (count < 0)
		return -1;
	for (int i = 0; i < count; i++) {
		if (record_description_parse(items[i].description, name, &further) != 0 ||
		    (vendor && strcmp(name, vendor) != 0))
			continue;
		if (remove_record(items[i].description, error) != 0)
			return -1;
		removed++;
	}
	return removed;
}

int command_logout(const struct arguments *arguments, struct error *error)
{
	static struct vendor_places places;
	char name[VENDOR_NAME_MAX];
	const char *vendor = NULL;
	int removed;

	if (arguments->given[OPTION_ALL] && arguments->operand)
		return error_set(error, ERROR_USAGE, "give a vendor or --all, not both");
	if (!arguments->given[OPTION_ALL]) {
		if (vendor_places_for_user(&places, error) != 0 ||
		    choose_vendor(&places, arguments->operand, name, error) != 0)
			return -1;
		vendor = name;
	}
	removed = remove_records(vendor, error);
	if (removed < 0)
		return -1;
	if (removed == 0 && vendor)
		return error_set(error, ERROR_NO_TOKEN, "nothing is stored for vendor '%s'",
				 vendor);
	if (vendor)
		printf("Logged out of vendor '%s'.\n", vendor);
	else
		printf("Logged out everywhere: %d record%s removed.\n", removed,
		       removed == 1 ? "" : "s");
	return 0;
}
