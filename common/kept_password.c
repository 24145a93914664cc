/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/kept_password.h"

#include <stdio.h>
#include <string.h>

#include "common/keyring.h"
#include "common/record.h"
#include "common/sha256.h"
#include "common/text.h"

enum { CHECKSUM_DIGITS = 16 };

static const char record_prefix[] = "apitoken:v1:", prefix[] = "apitoken:password:v1:";
static const char version_line[] = "version=1\n", account_key[] = "account=",
		  checksum_key[] = "checksum=";

/* False where it is no record's description: then there is no password either. */
static bool describe(char out[static RECORD_DESCRIPTION_MAX], const char *record_description)
{
	if (!text_starts_with(record_description, record_prefix))
		return false;
	return snprintf(out, RECORD_DESCRIPTION_MAX, "%s%s", prefix,
			record_description + strlen(record_prefix)) < RECORD_DESCRIPTION_MAX;
}

/* One line of the payload holds it. */
static bool is_account(const char *account)
{
	for (const char *c = account; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return account[0] != '\0' && strlen(account) < ACCOUNT_MAX;
}

static int put_checksum(struct secret *payload, const char *account, const struct secret *password)
{
	char digits[CHECKSUM_DIGITS + 1];
	struct secret both;
	int result = -1;

	if (secret_init(&both, KEPT_PASSWORD_PAYLOAD_MAX) == 0) {
		secret_append_text(&both, account);
		secret_append_text(&both, "\n");
		secret_append(&both, password->bytes, password->length);
		sha256_hex(both.bytes, both.length, digits, CHECKSUM_DIGITS);
		secret_append_format(payload, "%s%s\n", checksum_key, digits);
		result = secret_ok(&both) ? 0 : -1;
	}
	secret_release(&both);
	return result;
}

int kept_password_encode(const char *account, const struct secret *password,
			 struct secret *payload, struct error *error)
{
	*payload = SECRET_NONE;
	if (!is_account(account) || password->length == 0 || password->length > PASSWORD_MAX)
		return error_set(error, ERROR_POLICY,
				 "this username or password cannot be kept: its length or its "
				 "characters do not fit");
	if (secret_init(payload, KEPT_PASSWORD_PAYLOAD_MAX) != 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	secret_append_text(payload, version_line);
	secret_append_format(payload, "%s%s\n", account_key, account);
	if (put_checksum(payload, account, password) == 0) {
		secret_append(payload, password->bytes, password->length);
		if (secret_ok(payload))
			return 0;
	}
	secret_release(payload);
	return error_set(error, ERROR_MEMORY, "out of memory");
}

/* How many bytes stand before the password of this account. */
static size_t head_length(const char *account)
{
	return strlen(version_line) + strlen(account_key) + strlen(account) + strlen("\n") +
	       strlen(checksum_key) + CHECKSUM_DIGITS + strlen("\n");
}

/* What is sound is what encoding makes of it. */
int kept_password_decode(const struct secret *payload, const char *account,
			 struct secret *password, struct error *error)
{
	const size_t head = head_length(account);
	struct secret again = SECRET_NONE;
	bool sound = false;

	*password = SECRET_NONE;
	if (secret_ok(payload) && payload->length > head &&
	    secret_set(password, payload->bytes + head, payload->length - head) == 0)
		sound = kept_password_encode(account, password, &again, NULL) == 0 &&
			secret_equal(&again, payload);
	secret_release(&again);
	if (sound)
		return 0;
	secret_release(password);
	return error_set(error, ERROR_NO_TOKEN, "no sound password of this account is kept");
}

int kept_password_join(const struct secret *record, const struct secret *kept, struct secret *login)
{
	if (secret_init(login, record->length + 1 + kept->length) != 0)
		return -1;
	secret_append(login, record->bytes, record->length);
	if (kept->bytes != NULL) {
		secret_append(login, "", 1);
		secret_append(login, kept->bytes, kept->length);
	}
	return 0;
}

int kept_password_split(const struct secret *login, struct secret *record, struct secret *kept)
{
	const char *end = login->length == 0 ? NULL : memchr(login->bytes, '\0', login->length);
	const size_t length = end == NULL ? login->length : (size_t)(end - login->bytes);

	*kept = SECRET_NONE;
	if (secret_set(record, login->bytes, length) == 0 &&
	    (end == NULL || secret_set(kept, end + 1, login->length - length - 1) == 0))
		return 0;
	secret_release(record);
	secret_release(kept);
	return -1;
}

int kept_password_store(const char *record_description, const struct secret *payload,
			int64_t seconds, struct error *error)
{
	char description[RECORD_DESCRIPTION_MAX];

	if (!describe(description, record_description))
		return error_set(error, ERROR_SYSTEM, "this is no record's name");
	return keyring_store(description, payload, seconds, error);
}

bool kept_password_exists(const char *record_description)
{
	char description[RECORD_DESCRIPTION_MAX];

	return describe(description, record_description) && keyring_has(description);
}

int kept_password_read(const char *record_description, const char *account,
		       struct secret *password, struct error *error)
{
	char description[RECORD_DESCRIPTION_MAX];
	struct secret payload;
	int result;

	*password = SECRET_NONE;
	if (!describe(description, record_description))
		return error_set(error, ERROR_NO_TOKEN, "this is no record's name");
	if (keyring_read(description, &payload, error) != 0)
		return -1;
	result = kept_password_decode(&payload, account, password, error);
	secret_release(&payload);
	return result;
}

void kept_password_extend(const char *record_description, int64_t seconds)
{
	char description[RECORD_DESCRIPTION_MAX];

	if (describe(description, record_description))
		keyring_extend(description, seconds);
}

void kept_password_remove(const char *record_description)
{
	char description[RECORD_DESCRIPTION_MAX];

	if (describe(description, record_description))
		keyring_remove(description, NULL);
}
