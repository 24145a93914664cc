/* SPDX-License-Identifier: BSD-3-Clause */
/* apitoken refresh */
#include <stdio.h>

#include "common/tokens.h"
#include "common/words.h"
#include "git-credential/choose.h"
#include "git-credential/command.h"

static int renew(const struct vendor *vendor, const struct vendor_places *places,
		 struct error *error)
{
	struct record before, after;
	char duration[WORDS_MAX];
	int result;

	if (tokens_load(vendor->name, NULL, &before, error) != 0)
		return -1;
	result = tokens_get(vendor, places, NULL, true, NULL, &after, error);
	if (result == 0) {
		printf("%s vendor '%s'; it is good for %s.\n",
		       secret_equal(&after.access_token, &before.access_token)
			       ? "Kept the token, which is new enough, of"
			       : "Renewed the token of",
		       vendor->name,
		       words_duration(duration, after.access_expires_at - record_now(&after)));
		record_release(&after);
	}
	record_release(&before);
	return result;
}

int command_refresh(const struct arguments *arguments, struct error *error)
{
	static struct vendor_places places;
	struct vendor vendor;
	int result;

	if (choose_and_load(arguments->operand, &places, &vendor, error) != 0)
		return -1;
	result = renew(&vendor, &places, error);
	vendor_release(&vendor);
	return result;
}
