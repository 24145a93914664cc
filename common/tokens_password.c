/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/tokens_password.h"

#include "common/kept_password.h"

static void describe(const struct renewal *renewal, char out[static RECORD_DESCRIPTION_MAX])
{
	record_description(out, renewal->vendor->name, renewal->account);
}

bool password_renewal_ready(const struct renewal *renewal, const struct record *record)
{
	char description[RECORD_DESCRIPTION_MAX];

	describe(renewal, description);
	return renewal->vendor->keep_password && !record_refreshable(record, record_now(record)) &&
	       kept_password_exists(description);
}

int password_renewal_prepare(const struct renewal *renewal, const struct record *record,
			     struct exchange *exchange, struct secret *password,
			     struct error *error)
{
	char description[RECORD_DESCRIPTION_MAX];

	describe(renewal, description);
	if (kept_password_read(description, record->account, password, error) != 0)
		return -1;
	exchange->operation = OPERATION_LOGIN;
	exchange->password = password;
	exchange->refresh_token = NULL;
	return 0;
}

void password_renewal_refused(const struct renewal *renewal)
{
	char description[RECORD_DESCRIPTION_MAX];

	describe(renewal, description);
	kept_password_remove(description);
}
