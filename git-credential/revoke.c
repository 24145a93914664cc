/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/revoke.h"

#include <string.h>

#include "common/exchange.h"
#include "common/keyring.h"
#include "common/record.h"

/* A URL that is one variable alone is a setting of the vendor file: without it there is nothing to ask. */
static bool is_configured(const struct dialect *dialect)
{
	const struct dialect_step *step = dialect_step_find(dialect, "revoke");
	const char *url = step ? step->url : NULL, *value;
	char name[DIALECT_VARIABLE_NAME_MAX];
	size_t length = url ? strlen(url) : 0;

	if (length < 3)
		return false;
	if (url[0] != '{' || strchr(url, '}') != url + length - 1 || length - 2 >= sizeof(name))
		return true;
	memcpy(name, url + 1, length - 2);
	name[length - 2] = '\0';
	value = dialect_variable(dialect, name);
	return value && value[0] != '\0';
}

static enum revoke_result send_request(const struct vendor *vendor, const struct vendor_places *places,
				       const struct dialect *dialect, const struct record *record,
				       struct error *error)
{
	const struct exchange exchange = {
		.operation = OPERATION_REVOKE,
		.vendor = vendor,
		.dialect = dialect,
		.places = places,
		.username = record->account,
		.access_token = &record->access_token,
		.refresh_token = &record->refresh_token,
	};
	struct exchange_answer answer;
	int result = exchange_run(&exchange, &answer, error);

	exchange_answer_release(&answer);
	return result == 0 ? REVOKE_DONE : REVOKE_FAILED;
}

static enum revoke_result revoke_record(const char *name, const struct record *record,
					struct error *error)
{
	static struct vendor_places places;
	enum revoke_result result = REVOKE_FAILED;
	struct dialect dialect;
	struct vendor vendor;

	if (vendor_places_for_user(&places, error) != 0 ||
	    vendor_load(&vendor, name, &places, error) != 0)
		return REVOKE_FAILED;
	if (vendor_dialect(&vendor, &places, &dialect, error) == 0) {
		result = is_configured(&dialect)
				 ? send_request(&vendor, &places, &dialect, record, error)
				 : REVOKE_NOTHING;
		dialect_release(&dialect);
	}
	vendor_release(&vendor);
	return result;
}

enum revoke_result revoke(const char *description, const char *vendor, struct error *error)
{
	enum revoke_result result = REVOKE_NOTHING;
	struct secret payload;
	struct record record;

	/* What cannot be read cannot be revoked; it is removed all the same. */
	if (keyring_read(description, &payload, error) != 0)
		return REVOKE_NOTHING;
	if (record_decode(&payload, &record, error) == 0) {
		if (record.refresh_token.bytes)
			result = revoke_record(vendor, &record, error);
		record_release(&record);
	}
	secret_release(&payload);
	return result;
}
