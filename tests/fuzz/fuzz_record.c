/* SPDX-License-Identifier: BSD-3-Clause */
/* The record of a keyring key, which another program of the same user may have written: what is read is written and read again as it was. */
#include "tests/fuzz/fuzz.h"

#include "common/record.h"
#include "common/sha256.h"

enum { CHECKSUM_DIGITS = 16 };

static bool same(const struct record *a, const struct record *b)
{
	return strcmp(a->vendor, b->vendor) == 0 && strcmp(a->account, b->account) == 0 && strcmp(a->note, b->note) == 0 &&
	       a->generation == b->generation && a->login_at == b->login_at && a->obtained_at == b->obtained_at &&
	       a->obtained_uptime == b->obtained_uptime &&
	       a->access_expires_at == b->access_expires_at && a->refresh_expires_at == b->refresh_expires_at &&
	       secret_equal(&a->access_token, &b->access_token) && secret_equal(&a->refresh_token, &b->refresh_token);
}

static void try_payload(const struct secret *payload)
{
	struct record record, again;
	struct secret encoded, second;
	struct error error;

	if (record_decode(payload, &record, &error) < 0) {
		FUZZ_REQUIRE(error.code == ERROR_NO_TOKEN);
		FUZZ_REQUIRE(record.access_token.bytes == NULL && record.refresh_token.bytes == NULL);
		return;
	}
	FUZZ_REQUIRE(record_keep_seconds(&record, record.obtained_at) >= 1);
	record_state(&record, record.obtained_at);
	FUZZ_REQUIRE(record_encode(&record, &encoded, &error) == 0);
	FUZZ_REQUIRE(record_decode(&encoded, &again, &error) == 0);
	FUZZ_REQUIRE(same(&record, &again));
	FUZZ_REQUIRE(record_encode(&again, &second, &error) == 0);
	FUZZ_REQUIRE(secret_equal(&encoded, &second));
	secret_release(&second);
	secret_release(&encoded);
	record_release(&again);
	record_release(&record);
}

/* As it came, and with a checksum that is right: a fuzzer finds none by itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char digits[CHECKSUM_DIGITS + 1];
	struct secret payload;

	FUZZ_REQUIRE(secret_set(&payload, data, size) == 0);
	try_payload(&payload);
	secret_release(&payload);
	sha256_hex(data, size, digits, CHECKSUM_DIGITS);
	FUZZ_REQUIRE(secret_init(&payload, size + 64) == 0);
	secret_append(&payload, data, size);
	secret_append_format(&payload, "checksum=%s\n", digits);
	try_payload(&payload);
	secret_release(&payload);
	return 0;
}
