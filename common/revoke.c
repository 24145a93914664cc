/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/revoke.h"

#include "common/exchange.h"

static enum revoke_result send_request(const struct exchange *exchange, struct error *error)
{
	struct exchange_answer answer;
	int result = exchange_run(exchange, &answer, error);

	exchange_answer_release(&answer);
	return result == 0 ? REVOKE_DONE : REVOKE_FAILED;
}

enum revoke_result revoke_record(const struct vendor *vendor, const struct vendor_places *places,
			  uid_t fetch_uid, const struct record *record, struct error *error)
{
	struct vendor hurried = *vendor; /* borrows all strings */
	struct dialect dialect;
	const struct exchange exchange = {
		.operation = OPERATION_REVOKE,
		.vendor = &hurried,
		.dialect = &dialect,
		.places = places,
		.fetch_uid = fetch_uid,
		.username = record->account,
		.access_token = &record->access_token,
		.refresh_token = &record->refresh_token,
	};
	enum revoke_result result = REVOKE_NOTHING;

	if (record->refresh_token.length == 0)
		return REVOKE_NOTHING;
	if (vendor_dialect(vendor, places, &dialect, error) != 0)
		return REVOKE_FAILED;
	if (hurried.timeout > REVOKE_SECONDS)
		hurried.timeout = REVOKE_SECONDS;
	if (vendor_revokes(vendor, &dialect))
		result = send_request(&exchange, error);
	dialect_release(&dialect);
	return result;
}

enum revoke_result revoke_displaced(const struct vendor *vendor, const struct vendor_places *places,
				    uid_t fetch_uid, const struct record *displaced,
				    const struct record *current, struct error *error)
{
	if (!vendor->revoke_displaced ||
	    secret_equal(&displaced->refresh_token, &current->refresh_token))
		return REVOKE_NOTHING;
	return revoke_record(vendor, places, fetch_uid, displaced, error);
}
