/* SPDX-License-Identifier: BSD-3-Clause */
/* The two faces of "apitoken status": a table for people, JSON for programs. */
#include <stdio.h>
#include <string.h>

#include "common/words.h"
#include "git-credential/choose.h"
#include "git-credential/json_text.h"
#include "git-credential/quota.h"
#include "git-credential/status.h"

enum { WIDTH_MAX = 40 }; /* columns that are wider do not push the others */

static const char *token_words(const struct status *status, const struct status_row *row,
			       char out[static WORDS_MAX])
{
	char duration[WORDS_MAX];
	int64_t left = row->access_expires_at - status->now;

	if (!row->stored)
		return "none";
	if (!row->readable)
		return "unreadable";
	words_duration(duration, left > 0 ? left : -left);
	snprintf(out, WORDS_MAX, left > 0 ? "%.30s left" : "ended %.30s ago", duration);
	return out;
}

static const char *renewal_words(const struct status *status, const struct status_row *row,
				 char out[static WORDS_MAX])
{
	char duration[WORDS_MAX];

	if (!row->stored || !row->readable)
		return "-";
	if (!row->renewable)
		return "no";
	if (row->refresh_expires_at == 0)
		return "yes";
	snprintf(out, WORDS_MAX, "for %.30s",
		 words_duration(duration, row->refresh_expires_at - status->now));
	return out;
}

static size_t wider(size_t width, const char *text)
{
	size_t length = strlen(text);

	if (length > WIDTH_MAX)
		length = WIDTH_MAX;
	return length > width ? length : width;
}

static const char *account_words(const struct status_row *row)
{
	return row->readable ? row->account : "-";
}

static void append_hosts(const struct status_row *row, struct secret *out)
{
	if (!row->configured || row->vendor.hosts_count == 0)
		secret_append_text(out, "-");
	for (size_t i = 0; row->configured && i < row->vendor.hosts_count; i++) {
		if (i > 0)
			secret_append_text(out, " ");
		secret_append_text(out, row->vendor.hosts[i].host);
	}
	secret_append_text(out, "\n");
}

static void append_rows(const struct status *status, struct secret *out)
{
	size_t name = strlen("VENDOR"), account = strlen("ACCOUNT"), token = strlen("TOKEN"),
	       renewal = strlen("RENEWABLE");
	char words[WORDS_MAX], more[WORDS_MAX];

	for (size_t i = 0; i < status->count; i++) {
		name = wider(name, status->rows[i].name);
		account = wider(account, account_words(&status->rows[i]));
		token = wider(token, token_words(status, &status->rows[i], words));
		renewal = wider(renewal, renewal_words(status, &status->rows[i], words));
	}
	secret_append_format(out, "%-*s  %-*s  %-*s  %-*s  HOSTS\n", (int)name, "VENDOR",
			     (int)account, "ACCOUNT", (int)token, "TOKEN", (int)renewal,
			     "RENEWABLE");
	for (size_t i = 0; i < status->count; i++) {
		const struct status_row *row = &status->rows[i];

		secret_append_format(out, "%-*s  %-*s  %-*s  %-*s  ", (int)name, row->name,
				     (int)account, account_words(row), (int)token,
				     token_words(status, row, words), (int)renewal,
				     renewal_words(status, row, more));
		append_hosts(row, out);
	}
}

/* One line about a vendor, unless it has nothing to say or the row before has said the same. */
static void append_note(struct secret *out, const char *name, const char *text, const char *before,
			bool *first)
{
	if (text[0] == '\0' || (before && strcmp(text, before) == 0))
		return;
	if (*first)
		secret_append_text(out, "\n");
	*first = false;
	secret_append_format(out, "%s: %s\n", name, text);
}

static void append_notes(const struct status *status, struct secret *out)
{
	bool first = true;

	for (size_t i = 0; i < status->count; i++) {
		const struct status_row *row = &status->rows[i];
		const bool again = i > 0 && strcmp(row->name, row[-1].name) == 0;

		append_note(out, row->name, row->warning, again ? row[-1].warning : NULL, &first);
		append_note(out, row->name, row->note, again ? row[-1].note : NULL, &first);
	}
}

static void append_keyring(const struct status *status, struct secret *out)
{
	struct quota quota;

	if (status->lookup.keyring_error.code != ERROR_NONE)
		secret_append_format(out, "\nkeyring: %s\n", status->lookup.keyring_error.text);
	if (quota_read(&quota))
		secret_append_format(out, "\nkeyring: %lld of %lld keys, %lld of %lld bytes\n",
				     (long long)quota.keys, (long long)quota.keys_maximum,
				     (long long)quota.bytes, (long long)quota.bytes_maximum);
}

void status_table(const struct status *status, struct secret *out)
{
	struct error none;

	if (status->count == 0)
		secret_append_format(out, "%s\n",
				     choose_folders(&status->lookup.places,
						    "No vendor is configured", &none));
	else
		append_rows(status, out);
	append_notes(status, out);
	append_keyring(status, out);
}

static void json_record(const struct status *status, const struct status_row *row,
			struct secret *out)
{
	json_text_member(out, "account", row->account);
	json_text_boolean(out, "further", row->further);
	json_text_number(out, "generation", (long long)row->generation);
	json_text_number(out, "login_at", row->login_at);
	json_text_number(out, "obtained_at", row->obtained_at);
	json_text_number(out, "access_expires_at", row->access_expires_at);
	json_text_number(out, "refresh_expires_at", row->refresh_expires_at);
	json_text_number(out, "seconds_left", row->access_expires_at - status->now);
	json_text_boolean(out, "renewable", row->renewable);
	json_text_boolean(out, "password_kept", row->password_kept);
	json_text_member(out, "warning", row->warning[0] != '\0' ? row->warning : NULL);
}

static void json_row(const struct status *status, const struct status_row *row, struct secret *out)
{
	json_text_comma(out);
	secret_append_text(out, "{");
	json_text_member(out, "vendor", row->name);
	json_text_boolean(out, "configured", row->configured);
	json_text_boolean(out, "logged_in", row->stored && row->readable);
	if (row->readable)
		json_record(status, row, out);
	json_text_name(out, "hosts");
	secret_append_text(out, "[");
	for (size_t i = 0; row->configured && i < row->vendor.hosts_count; i++) {
		json_text_comma(out);
		json_text_append(out, row->vendor.hosts[i].host, strlen(row->vendor.hosts[i].host));
	}
	secret_append_text(out, "]");
	json_text_member(out, "note", row->note[0] != '\0' ? row->note : NULL);
	secret_append_text(out, "}");
}

static void json_keyring(const struct status *status, struct secret *out)
{
	struct quota quota;

	json_text_name(out, "keyring");
	secret_append_text(out, "{");
	if (quota_read(&quota)) {
		json_text_number(out, "keys", quota.keys);
		json_text_number(out, "keys_maximum", quota.keys_maximum);
		json_text_number(out, "bytes", quota.bytes);
		json_text_number(out, "bytes_maximum", quota.bytes_maximum);
	}
	json_text_member(out, "error",
			 status->lookup.keyring_error.code != ERROR_NONE
				 ? status->lookup.keyring_error.text
				 : NULL);
	secret_append_text(out, "}");
}

void status_json(const struct status *status, struct secret *out)
{
	secret_append_text(out, "{");
	json_text_number(out, "now", status->now);
	json_text_name(out, "vendors");
	secret_append_text(out, "[");
	for (size_t i = 0; i < status->count; i++)
		json_row(status, &status->rows[i], out);
	secret_append_text(out, "]");
	json_keyring(status, out);
	secret_append_text(out, "}\n");
}
