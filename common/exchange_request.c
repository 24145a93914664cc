/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/exchange_parts.h"

#include <string.h>
#include <unistd.h>

#include "common/trusted.h"

enum {
	ENTRY_FRAME = 16,          /* bytes, and at most that, of what frames one entry: lengths, the field's name, two NULs */
	REQUEST_BASE = 96 * 1024,  /* bytes; more than all variables, secrets and small fields can be together */
};

static const char *operation_word(enum operation operation)
{
	switch (operation) {
	case OPERATION_LOGIN:
		return "login";
	case OPERATION_REFRESH:
		return "refresh";
	case OPERATION_REVOKE:
		break;
	}
	return "revoke";
}

bool exchange_keeps_refresh(const struct exchange *exchange)
{
	if (exchange->vendor->refresh == VENDOR_REFRESH_NONE)
		return false;
	return exchange->dialect->refresh != REFRESH_NONE || exchange->vendor->refresh == VENDOR_REFRESH_TRY;
}

/* Texts joined by NULs are put as one field: entries and variables. */
static int put_joined(struct message *request, const char *field, const char *const texts[], size_t count, const void *bytes, size_t length,
		      struct error *error)
{
	struct secret joined;
	size_t total = length;

	for (size_t i = 0; i < count; i++)
		total += strlen(texts[i]) + 1;
	if (secret_init(&joined, total) < 0)
		return error_set(error, ERROR_MEMORY, "out of memory");
	for (size_t i = 0; i < count; i++)
		secret_append(&joined, texts[i], strlen(texts[i]) + 1);
	secret_append(&joined, bytes, length);
	message_put(request, field, joined.bytes, joined.length);
	secret_release(&joined);
	return 0;
}

static int put_variable(struct message *request, const char *name, const void *bytes, size_t length, struct error *error)
{
	return put_joined(request, "variable", &name, 1, bytes, length, error);
}

static int put_text(struct message *request, const char *name, const char *value, struct error *error)
{
	return value == NULL ? 0 : put_variable(request, name, value, strlen(value), error);
}

static int put_secret(struct message *request, const char *name, const struct secret *value, struct error *error)
{
	return value == NULL || value->bytes == NULL ? 0 : put_variable(request, name, value->bytes, value->length, error);
}

static int put_entries(const struct dialect *dialect, struct message *request, struct error *error)
{
	for (size_t i = 0; i < dialect->entries_count; i++) {
		const struct dialect_entry *entry = &dialect->entries[i];
		const char *const texts[] = { entry->section, entry->key };

		if (put_joined(request, "entry", texts, 2, entry->value, strlen(entry->value), error) < 0)
			return -1;
	}
	return 0;
}

/* The file's content without the one line end that editors leave. */
static int put_file(const char *path, const char *name, const char *what, struct message *request, struct error *error)
{
	struct secret content = SECRET_NONE;
	int result;

	if (path == NULL)
		return 0;
	if (trusted_read(path, TRUSTED_SECRET, CLIENT_SECRET_MAX, &content, error) < 0)
		return -1;
	if (content.length > 0 && content.bytes[content.length - 1] == '\n')
		content.length--;
	if (content.length > 0 && content.bytes[content.length - 1] == '\r')
		content.length--;
	if (content.length == 0)
		result = error_set(error, ERROR_CONFIGURATION, "%s is empty: it should hold %s", path, what);
	else
		result = put_variable(request, name, content.bytes, content.length, error);
	secret_release(&content);
	return result;
}

/* How many bytes at the end of what was typed are the one-time code: the digits that the vendor file speaks of, else none. */
static size_t code_length(const struct exchange *exchange)
{
	const struct secret *password = exchange->password;
	size_t digits = (size_t)exchange->vendor->otp_digits;

	if (digits == 0 || exchange->otp != NULL || password->length <= digits ||
	    strspn(password->bytes + password->length - digits, "0123456789") < digits)
		return 0;
	return digits;
}

static int put_password(const struct exchange *exchange, struct message *request, struct error *error)
{
	const struct secret *password = exchange->password;
	size_t code, length;

	if (password == NULL || password->bytes == NULL)
		return 0;
	code = code_length(exchange);
	length = password->length - code;
	if (put_variable(request, "password", password->bytes, length, error) < 0 ||
	    put_file(exchange->vendor->password_suffix_file, "password_suffix", "what is put behind the password", request, error) < 0)
		return -1;
	return code == 0 ? 0 : put_variable(request, "otp", password->bytes + length, code, error);
}

static int put_variables(const struct exchange *exchange, struct message *request, struct error *error)
{
	const struct vendor *vendor = exchange->vendor;

	if (put_text(request, "token_url", vendor->token_url, error) < 0 || put_text(request, "base_url", vendor->base_url, error) < 0 ||
	    put_text(request, "issuer", vendor->issuer, error) < 0 || put_text(request, "client_id", vendor->client_id, error) < 0 ||
	    put_text(request, "scope", vendor->scope, error) < 0 || put_file(vendor->client_secret_file, "client_secret", "the client secret", request, error) < 0)
		return -1;
	if (put_text(request, "username", exchange->username, error) < 0 || put_password(exchange, request, error) < 0 ||
	    put_secret(request, "otp", exchange->otp, error) < 0 || put_secret(request, "access_token", exchange->access_token, error) < 0 ||
	    put_secret(request, "refresh_token", exchange->refresh_token, error) < 0)
		return -1;
	return 0;
}

/*
 * Reads the vendor's authorities; *authorities stays SECRET_NONE for the system's. An empty or unreadable ca_file is an error, never "trust all" or "trust the
 * system".
 */
static int read_authorities(const struct vendor *vendor, struct secret *authorities, struct error *error)
{
	*authorities = SECRET_NONE;
	if (vendor->ca_file == NULL)
		return 0;
	if (trusted_read(vendor->ca_file, TRUSTED_FILE, CA_FILE_MAX, authorities, error) < 0)
		return -1;
	if (strstr(authorities->bytes, "-----BEGIN ") != NULL)
		return 0;
	secret_release(authorities);
	return error_set(error, ERROR_CONFIGURATION, "%s: ca_file %s holds no certificate in PEM form", vendor->path, vendor->ca_file);
}

static void put_trust(const struct secret *authorities, struct message *request)
{
	if (authorities->bytes == NULL)
		message_put_text(request, "trust", "system");
	else
		message_put(request, "trust", authorities->bytes, authorities->length);
}

/* Room for what is to be sent, and no more: the whole of it is wiped afterwards, and each page that is touched costs. */
static size_t request_size(const struct dialect *dialect, const struct secret *authorities)
{
	size_t size = REQUEST_BASE + authorities->length;

	for (size_t i = 0; i < dialect->entries_count; i++) {
		const struct dialect_entry *entry = &dialect->entries[i];

		size += ENTRY_FRAME + strlen(entry->section) + strlen(entry->key) + strlen(entry->value);
	}
	return size < MESSAGE_REQUEST_MAX ? size : MESSAGE_REQUEST_MAX;
}

static int fill(const struct exchange *exchange, const struct secret *authorities, struct message *request, struct error *error)
{
	const struct vendor *vendor = exchange->vendor;

	message_put_text(request, "operation", operation_word(exchange->operation));
	message_put_number(request, "timeout_ms", (int64_t)vendor->timeout * 1000);
	message_put_number(request, "keep_refresh", exchange_keeps_refresh(exchange) ? 1 : 0);
	message_put_number(request, "default_lifetime", vendor->default_lifetime);
	if (geteuid() == 0)
		message_put_number(request, "uid", exchange->fetch_uid != 0 ? exchange->fetch_uid : FETCH_UID_DEFAULT);
	message_put_text(request, "proxy", vendor->proxy);
	message_put_text(request, "connect_to", vendor->connect_to);
	put_trust(authorities, request);
	if (put_entries(exchange->dialect, request, error) < 0 || put_variables(exchange, request, error) < 0)
		return -1;
	if (!secret_ok(&request->body))
		return error_set(error, ERROR_CONFIGURATION, "%s: ca_file and dialect together are too large for a request", vendor->path);
	return 0;
}

int exchange_request(const struct exchange *exchange, struct message *request, struct error *error)
{
	struct secret authorities;
	int result = -1;

	request->body = SECRET_NONE;
	if (read_authorities(exchange->vendor, &authorities, error) < 0)
		return -1;
	if (message_init_request(request, MESSAGE_FETCH_REQUEST, request_size(exchange->dialect, &authorities), error) == 0)
		result = fill(exchange, &authorities, request, error);
	secret_release(&authorities);
	return result;
}
