/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/attempt.h"

#include <stdio.h>
#include <string.h>

#include "common/keyring.h"
#include "common/secret.h"
#include "common/sha256.h"

enum {
	FINGERPRINT_DIGITS = 16,
	PAYLOAD_MAX = 64, /* bytes with NUL: generation, blank, fingerprint, newline */
};

static void describe(char out[static RECORD_DESCRIPTION_MAX], const char *description)
{
	if (snprintf(out, RECORD_DESCRIPTION_MAX, "%s:sent", description) >= RECORD_DESCRIPTION_MAX)
		out[0] = '\0';
}

static void write_payload(char out[static PAYLOAD_MAX], const struct record *record)
{
	char digits[FINGERPRINT_DIGITS + 1];

	sha256_hex(record->refresh_token.bytes, record->refresh_token.length, digits,
		   FINGERPRINT_DIGITS);
	snprintf(out, PAYLOAD_MAX, "%llu %s\n", (unsigned long long)record->generation, digits);
}

int attempt_begin(const char *description, const struct record *record, struct error *error)
{
	char name[RECORD_DESCRIPTION_MAX], text[PAYLOAD_MAX];
	struct secret payload = SECRET_NONE;
	int result;

	describe(name, description);
	write_payload(text, record);
	if (secret_set(&payload, text, strlen(text)) != 0)
		return error_set(error, ERROR_MEMORY, "not enough memory to renew a token");
	result = keyring_store(name, &payload, record_keep_seconds(record, record_now(record)),
			       error);
	secret_release(&payload);
	return result;
}

bool attempt_is_open(const char *description, const struct record *record)
{
	char name[RECORD_DESCRIPTION_MAX], text[PAYLOAD_MAX];
	struct secret payload;
	bool result;

	describe(name, description);
	if (keyring_read(name, &payload, NULL) != 0)
		return false;
	write_payload(text, record);
	result = payload.length == strlen(text) && memcmp(payload.bytes, text, payload.length) == 0;
	secret_release(&payload);
	return result;
}

void attempt_end(const char *description)
{
	char name[RECORD_DESCRIPTION_MAX];

	describe(name, description);
	keyring_remove(name, NULL);
}
