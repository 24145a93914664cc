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
