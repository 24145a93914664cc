/* SPDX-License-Identifier: BSD-3-Clause */
/* apitoken logout */
#include <stdio.h>
#include <string.h>

#include "common/keyring.h"
#include "common/tokens.h"
#include "git-credential/choose.h"
#include "git-credential/command.h"
#include "git-credential/revoke.h"

/* What cannot be read cannot be revoked; it is removed all the same. */
static bool read_record(const char *description, struct record *record)
{
	struct secret payload;
	bool result;

	if (keyring_read(description, &payload, NULL) != 0)
		return false;
	result = record_decode(&payload, record, NULL) == 0;
	secret_release(&payload);
	return result;
}

/* The vendor's answer changes nothing about the logout here. */
static void tell_vendor(const char *vendor, const struct record *record)
{
	struct error error = { .code = ERROR_NONE };

	if (revoke(vendor, record, &error) == REVOKE_FAILED)
		fprintf(stderr,
			"apitoken: vendor '%s' could not be told; there the login lives on until it "
			"ends: %s\n",
			vendor, error.text);
}

/* The tokens are gone from here before the vendor is asked: a vendor that hangs keeps nothing alive. */
static int remove_record(const char *description, const char *vendor, struct error *error)
{
	struct record record;
	bool known = read_record(description, &record);
	int result = tokens_remove(description, error);

	if (result != 0 && error->code == ERROR_NO_TOKEN)
		result = 0;
	if (known) {
		if (result == 0)
			tell_vendor(vendor, &record);
		record_release(&record);
	}
	return result;
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
		if (remove_record(items[i].description, name, error) != 0)
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
