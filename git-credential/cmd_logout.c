/* SPDX-License-Identifier: BSD-3-Clause */
/* apitoken logout */
#include <stdio.h>

#include "git-credential/choose.h"
#include "git-credential/command.h"
#include "git-credential/logout.h"

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
	removed = logout_vendor("apitoken", vendor, error);
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
