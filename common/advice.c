/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/advice.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"

const char *advice_login(char out[static ADVICE_MAX], const char *vendor, const char *account)
{
	char shown[ACCOUNT_MAX];

	text_printable(shown, sizeof shown, account == NULL ? "" : account,
		       account == NULL ? 0 : strlen(account));
	snprintf(out, ADVICE_MAX, "apitoken login %s%s%s", vendor,
		 shown[0] != '\0' ? " --account " : "", shown);
	return out;
}

const char *advice_token(char out[static ADVICE_MAX], const struct vendor *vendor,
			 const char *account)
{
	char command[ADVICE_MAX];

	if (vendor_secret_hidden(vendor))
		snprintf(out, ADVICE_MAX, "log in to this machine with the password: only root can "
					  "read the client's secret");
	else
		snprintf(out, ADVICE_MAX, "run: %s", advice_login(command, vendor->name, account));
	return out;
}
