/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/record.h"

#include <stdio.h>
#include <string.h>

#include "common/sha256.h"
#include "common/text.h"

enum {
	CHECKSUM_DIGITS = 16,
	NUMBER_TEXT_MAX = 24,
	KEY_MAX = 32, /* bytes with NUL of a key's name */
};

static const int64_t time_max = 253402300799; /* the end of the year 9999 */

static const char version_line[] = "version=1\n";
static const char checksum_key[] = "checksum=";

void record_init(struct record *record)
{
	memset(record, 0, sizeof *record);
}

void record_release(struct record *record)
{
	secret_release(&record->access_token);
	secret_release(&record->refresh_token);
	record_init(record);
}

/* No control bytes, so that a value stays on its line; names of people may be UTF-8. */
static bool is_line_text(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return true;
}

static bool is_token(const struct secret *token)
{
	return secret_ok(token) && token->length > 0 && token->length <= TOKEN_MAX &&
	       text_is_visible(token->bytes, token->length) &&
	       memchr(token->bytes, ' ', token->length) == NULL;
}

static bool is_absent(const struct secret *token)
{
	return token->bytes == NULL;
}

static bool is_time(int64_t time)
{
	return time >= 0 && time <= time_max;
}

static int check_record(const struct record *record, struct error *error)
{
	size_t tokens = record->access_token.length;

	if (!is_token(&record->access_token))
		return error_set(error, ERROR_UNAVAILABLE,
				 "the access token has characters or a length no token has");
	if (!is_absent(&record->refresh_token)) {
		if (!is_token(&record->refresh_token))
			return error_set(error, ERROR_UNAVAILABLE,
					 "the refresh token has characters or a length "
					 "no token has");
		tokens += record->refresh_token.length;
	}
	if (tokens > TOKENS_MAX)
		return error_set(error, ERROR_UNAVAILABLE,
				 "the vendor's tokens have %zu bytes together; the kernel keyring "
				 "has room for %d", tokens, TOKENS_MAX);
	if (!vendor_name_valid(record->vendor) || record->account[0] == '\0' ||
	    !is_line_text(record->account, strlen(record->account)) ||
	    !is_line_text(record->note, strlen(record->note)) ||
	    !is_line_text(record->warning, strlen(record->warning)))
		return error_set(error, ERROR_POLICY,
				 "the vendor's name, the username or the note has characters "
				 "that a record cannot hold");
	if (record->generation == 0 || record->generation > INT64_MAX ||
	    !is_time(record->login_at) || !is_time(record->obtained_at) ||
	    record->obtained_uptime < 0 ||
	    !is_time(record->access_expires_at) || !is_time(record->refresh_expires_at))
		return error_set(error, ERROR_SYSTEM,
				 "a record's time or generation is out of range");
	return 0;
}

static void put_text(struct secret *payload, const char *key, const char *value)
{
	secret_append_format(payload, "%s=%s\n", key, value);
}

static void put_number(struct secret *payload, const char *key, int64_t number)
{
	secret_append_format(payload, "%s=%lld\n", key, (long long)number);
}

static void put_token(struct secret *payload, const char *key, const struct secret *token)
{
	secret_append_format(payload, "%s=", key);
	secret_append(payload, token->bytes, token->length);
	secret_append_text(payload, "\n");
}

static void put_checksum(struct secret *payload)
{
	char digits[CHECKSUM_DIGITS + 1];

	sha256_hex(payload->bytes, payload->length, digits, CHECKSUM_DIGITS);
	secret_append_format(payload, "%s%s\n", checksum_key, digits);
}

int record_encode(const struct record *record, struct secret *payload, struct error *error)
{
	*payload = SECRET_NONE;
	if (check_record(record, error) != 0)
		return -1;
	if (secret_init(payload, RECORD_PAYLOAD_MAX) != 0)
		return error_set(error, ERROR_MEMORY, "not enough memory for a record");
	secret_append_text(payload, version_line);
	put_number(payload, "generation", (int64_t)record->generation);
	put_text(payload, "vendor", record->vendor);
	put_text(payload, "account", record->account);
	put_number(payload, "login_at", record->login_at);
	put_number(payload, "obtained_at", record->obtained_at);
	if (record->obtained_uptime != 0)
		put_number(payload, "obtained_uptime", record->obtained_uptime);
	put_number(payload, "access_expires_at", record->access_expires_at);
	put_number(payload, "refresh_expires_at", record->refresh_expires_at);
	put_token(payload, "access_token", &record->access_token);
	if (!is_absent(&record->refresh_token))
		put_token(payload, "refresh_token", &record->refresh_token);
	if (record->note[0] != '\0')
		put_text(payload, "note", record->note);
	if (record->warning[0] != '\0')
		put_text(payload, "warning", record->warning);
	put_checksum(payload);
	if (secret_ok(payload))
		return 0;
	secret_release(payload);
	return error_set(error, ERROR_SYSTEM, "a record does not fit into %d bytes",
			 RECORD_PAYLOAD_MAX);
}

/* The bytes before the checksum line, or 0 where that line is missing or wrong. */
static size_t checked_length(const struct secret *payload)
{
	const size_t line = sizeof checksum_key - 1 + CHECKSUM_DIGITS + 1;
	const char *last;
	char digits[CHECKSUM_DIGITS + 1];

	if (!secret_ok(payload) || payload->length <= line ||
	    payload->length > RECORD_PAYLOAD_MAX)
		return 0;
	last = payload->bytes + payload->length - line;
	sha256_hex(payload->bytes, payload->length - line, digits, CHECKSUM_DIGITS);
	if (memcmp(last, checksum_key, sizeof checksum_key - 1) != 0 ||
	    memcmp(last + sizeof checksum_key - 1, digits, CHECKSUM_DIGITS) != 0 ||
	    last[line - 1] != '\n' || last[-1] != '\n')
		return 0;
	return payload->length - line;
}

enum field_kind {
	FIELD_TIME,
	FIELD_UPTIME,
	FIELD_GENERATION,
	FIELD_VENDOR,
	FIELD_ACCOUNT,
	FIELD_NOTE,
	FIELD_WARNING,
	FIELD_TOKEN,
};

struct field {
	const char *key;
	enum field_kind kind;
	bool required;
	size_t offset; /* in struct record */
};

static const struct field fields[] = {
	{ "generation", FIELD_GENERATION, true, offsetof(struct record, generation) },
	{ "vendor", FIELD_VENDOR, true, offsetof(struct record, vendor) },
	{ "account", FIELD_ACCOUNT, true, offsetof(struct record, account) },
	{ "login_at", FIELD_TIME, true, offsetof(struct record, login_at) },
	{ "obtained_at", FIELD_TIME, true, offsetof(struct record, obtained_at) },
	{ "obtained_uptime", FIELD_UPTIME, false, offsetof(struct record, obtained_uptime) },
	{ "access_expires_at", FIELD_TIME, true, offsetof(struct record, access_expires_at) },
	{ "refresh_expires_at", FIELD_TIME, true, offsetof(struct record, refresh_expires_at) },
	{ "access_token", FIELD_TOKEN, true, offsetof(struct record, access_token) },
	{ "refresh_token", FIELD_TOKEN, false, offsetof(struct record, refresh_token) },
	{ "note", FIELD_NOTE, false, offsetof(struct record, note) },
	{ "warning", FIELD_WARNING, false, offsetof(struct record, warning) },
};

enum { FIELDS_COUNT = sizeof fields / sizeof fields[0] };

static int take_number(const char *value, size_t length, int64_t minimum, int64_t maximum,
		       int64_t *number)
{
	char text[NUMBER_TEXT_MAX];

	if (length >= sizeof text || memchr(value, '\0', length) != NULL)
		return -1;
	memcpy(text, value, length);
	text[length] = '\0';
	return number_parse(text, minimum, maximum, number);
}

static int take_text(const char *value, size_t length, char *out, size_t size)
{
	if (length >= size || !is_line_text(value, length))
		return -1;
	memcpy(out, value, length);
	out[length] = '\0';
	return 0;
}

static int take_token(const char *value, size_t length, struct secret *token)
{
	if (secret_set(token, value, length) != 0)
		return -1;
	return is_token(token) ? 0 : -1;
}

static int take_field(struct record *record, const struct field *field, const char *value,
		      size_t length)
{
	char *place = (char *)record + field->offset;
	int64_t number;

	switch (field->kind) {
	case FIELD_TIME:
		if (take_number(value, length, 0, time_max, &number) != 0)
			return -1;
		memcpy(place, &number, sizeof number);
		return 0;
	case FIELD_UPTIME:
		return take_number(value, length, 0, INT64_MAX, &record->obtained_uptime);
	case FIELD_GENERATION:
		if (take_number(value, length, 1, INT64_MAX, &number) != 0)
			return -1;
		record->generation = (uint64_t)number;
		return 0;
	case FIELD_VENDOR:
		if (take_text(value, length, record->vendor, sizeof record->vendor) != 0)
			return -1;
		return vendor_name_valid(record->vendor) ? 0 : -1;
	case FIELD_ACCOUNT:
		if (length == 0)
			return -1;
		return take_text(value, length, record->account, sizeof record->account);
	case FIELD_NOTE:
		return take_text(value, length, record->note, sizeof record->note);
	case FIELD_WARNING:
		return take_text(value, length, record->warning, sizeof record->warning);
	case FIELD_TOKEN:
		return take_token(value, length,
				  field->offset == offsetof(struct record, access_token) ?
					  &record->access_token : &record->refresh_token);
	}
	return -1;
}

/* One "key=value" without its newline. Keys of a newer program are skipped. */
static int take_line(struct record *record, const char *line, size_t length, bool *seen)
{
	const char *equals = memchr(line, '=', length);
	size_t key_length;

	if (equals == NULL || equals == line || !is_line_text(line, length))
		return -1;
	key_length = (size_t)(equals - line);
	for (size_t i = 0; i < FIELDS_COUNT; i++) {
		if (strlen(fields[i].key) != key_length ||
		    memcmp(fields[i].key, line, key_length) != 0)
			continue;
		if (seen[i])
			return -1;
		seen[i] = true;
		return take_field(record, &fields[i], equals + 1, length - key_length - 1);
	}
	return key_length < KEY_MAX ? 0 : -1;
}

static int take_lines(struct record *record, const char *bytes, size_t length)
{
	bool seen[FIELDS_COUNT] = { false };

	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t line_length;

		if (end == NULL)
			return -1;
		line_length = (size_t)(end - bytes);
		if (take_line(record, bytes, line_length, seen) != 0)
			return -1;
		bytes = end + 1;
		length -= line_length + 1;
	}
	for (size_t i = 0; i < FIELDS_COUNT; i++)
		if (fields[i].required && !seen[i])
			return -1;
	return 0;
}

int record_decode(const struct secret *payload, struct record *record, struct error *error)
{
	const size_t head = sizeof version_line - 1;
	const size_t length = checked_length(payload);

	record_init(record);
	if (length == 0)
		return error_set(error, ERROR_NO_TOKEN,
				 "the stored record is damaged: log in again to replace it");
	if (length < head || memcmp(payload->bytes, version_line, head) != 0)
		return error_set(error, ERROR_NO_TOKEN,
				 "the stored record is of another version of apitoken: "
				 "log in again to replace it");
	if (take_lines(record, payload->bytes + head, length - head) != 0 ||
	    record->access_token.length + record->refresh_token.length > TOKENS_MAX) {
		record_release(record);
		return error_set(error, ERROR_NO_TOKEN,
				 "the stored record is not sound: log in again to replace it");
	}
	return 0;
}
