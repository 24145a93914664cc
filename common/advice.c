/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/advice.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"

enum { QUOTED_MAX = 2 * ACCOUNT_MAX };

/* A backslash before each character that may mean something to a shell. */
static void quote(char out[static QUOTED_MAX], const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "@%+=:,./_-";

	for (; *text != '\0'; text++) {
		if (strchr(plain, *text) == NULL)
			*out++ = '\\';
		*out++ = *text;
	}
	*out = '\0';
}

const char *advice_login(char out[static ADVICE_MAX], const char *vendor, const char *account)
{
	char shown[ACCOUNT_MAX], quoted[QUOTED_MAX];

	text_printable(shown, sizeof shown, account == NULL ? "" : account,
		       account == NULL ? 0 : strlen(account));
	quote(quoted, shown);
	snprintf(out, ADVICE_MAX, "apitoken login %s%s%s", vendor,
		 quoted[0] != '\0' ? " --account " : "", quoted);
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
