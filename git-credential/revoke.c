/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/revoke.h"

#include "common/exchange.h"
#include "common/vendor.h"

/* Nobody who logs out waits longer for a vendor that does not answer. */
enum { REVOKE_SECONDS = 3 };

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

enum revoke_result revoke(const char *name, const struct record *record, struct error *error)
{
	static struct vendor_places places;
	enum revoke_result result = REVOKE_FAILED;
	struct dialect dialect;
	struct vendor vendor;

	if (!record->refresh_token.bytes)
		return REVOKE_NOTHING;
	if (vendor_places_for_user(&places, error) != 0 ||
	    vendor_load(&vendor, name, &places, error) != 0)
		return REVOKE_FAILED;
	if (vendor.timeout > REVOKE_SECONDS)
		vendor.timeout = REVOKE_SECONDS;
	if (!vendor.revoke_on_logout) {
		result = REVOKE_NOTHING;
	} else if (vendor_dialect(&vendor, &places, &dialect, error) == 0) {
		result = send_request(&vendor, &places, &dialect, record, error);
		dialect_release(&dialect);
	}
	vendor_release(&vendor);
	return result;
}
