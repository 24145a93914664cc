/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/choose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

enum { NAMES_SHOWN_MAX = 300 }; /* bytes */

static int several(char (*names)[VENDOR_NAME_MAX], size_t count, struct error *error)
{
	char shown[NAMES_SHOWN_MAX + VENDOR_NAME_MAX + 8] = "";
	size_t length = 0;

	for (size_t i = 0; i < count && length < NAMES_SHOWN_MAX; i++)
		length += (size_t)snprintf(shown + length, sizeof(shown) - length, "%s%s",
					   i > 0 ? ", " : "", names[i]);
	return error_set(error, ERROR_USAGE, "which vendor? Configured are: %s", shown);
}

const char *choose_folders(const struct vendor_places *places, const char *what,
			   struct error *error)
{
	const char *own = places->vendor_folders[0], *all = places->vendor_folders[1];

	if (all[0] == '\0')
		error_set(error, ERROR_CONFIGURATION,
			  "%s; put a file NAME.conf into %s; see apitoken.conf(5)", what, own);
	else
		error_set(error, ERROR_CONFIGURATION,
			  "%s; put a file NAME.conf into %s for all users, or into %s for you; see "
			  "apitoken.conf(5)",
			  what, all, own);
	return error->text;
}

int choose_vendor(const struct vendor_places *places, const char *operand,
		  char name[static VENDOR_NAME_MAX], struct error *error)
{
	char(*names)[VENDOR_NAME_MAX] = NULL;
	size_t count = 0;
	int result = -1;

	if (operand) {
		if (!vendor_name_valid(operand))
			return error_set(error, ERROR_USAGE,
					 "'%s' is no vendor name: small letters, digits, '-' and "
					 "'_', at most 32",
					 operand);
		return text_copy(name, VENDOR_NAME_MAX, operand);
	}
	if (vendor_list(places, &names, &count, error) != 0)
		return -1;
	if (count == 0)
		choose_folders(places, "no vendor is configured", error);
	else if (count > 1)
		several(names, count, error);
	else
		result = text_copy(name, VENDOR_NAME_MAX, names[0]);
	free(names);
	return result;
}

int choose_and_load(const char *operand, struct vendor_places *places, struct vendor *vendor,
		    struct error *error)
{
	char name[VENDOR_NAME_MAX];

	if (vendor_places_for_user(places, error) != 0 ||
	    choose_vendor(places, operand, name, error) != 0)
		return -1;
	return vendor_load(vendor, name, places, error);
}
