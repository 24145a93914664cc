/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/advice.h"
#include "common/attempt.h"
#include "common/kept_password.h"
#include "common/text.h"

#define NOTE(row, ...) snprintf((row)->note, sizeof((row)->note), __VA_ARGS__)

/* "apitoken login NAME", and what chooses a further account. */
static const char *login_command(const struct status_row *row, char out[static ADVICE_MAX])
{
	return advice_login(out, row->name, row->further && row->readable ? row->account : NULL);
}

static void take_record(struct status_row *row, const struct record *record)
{
	row->readable = true;
	text_printable(row->account, sizeof(row->account), record->account,
		       strlen(record->account));
	row->generation = record->generation;
	row->login_at = record_local(record, record->login_at);
	row->obtained_at = record_local(record, record->obtained_at);
	row->access_expires_at = record_local(record, record->access_expires_at);
	row->refresh_expires_at = record_local(record, record->refresh_expires_at);
	row->refresh_token = record_refreshable(record, record_now(record));
	row->over = record_state(record, record_now(record)) == RECORD_EXPIRED;
	text_copy(row->reason, sizeof(row->reason), record->note);
	text_copy(row->warning, sizeof(row->warning), record->warning);
}

static void read_record(struct status_row *row, const struct keyring_item *item)
{
	struct secret payload = SECRET_NONE;
	struct record record;
	struct error error = { .code = ERROR_NONE };
	char command[ADVICE_MAX];

	if (keyring_read_serial(item->serial, &payload, &error) == 0 &&
	    record_decode(&payload, &record, &error) == 0) {
		take_record(row, &record);
		row->unanswered = attempt_is_open(item->description, &record);
		record_release(&record);
	} else {
		NOTE(row, "%s; log in again: %s", error.text, login_command(row, command));
	}
	secret_release(&payload);
}

/* Why the token cannot be renewed, in words; NULL: it can. */
static const char *obstacle(const struct status_row *row, const struct dialect *dialect)
{
	if (row->reason[0] != '\0') /* a kept password was refused, for example */
		return row->reason;
	if (row->vendor.refresh == VENDOR_REFRESH_NONE)
		return "its vendor file says refresh = none";
	if (dialect->refresh == REFRESH_NONE && row->vendor.refresh != VENDOR_REFRESH_TRY)
		return "this vendor knows no refresh";
	if (!row->refresh_token)
		return row->refresh_expires_at > 0 ? "the login has ended"
						   : "the vendor gave no refresh token";
	if (vendor_secret_hidden(&row->vendor))
		return "the client's secret is readable for root only";
	if (row->unanswered && !row->vendor.refresh_retry)
		return "the answer to an earlier renewal was lost, and refresh_retry = 0 allows no "
		       "second one";
	return NULL;
}

/* Where nothing renews the token: what to do, and whether now or later. */
static void note_end(struct status_row *row, const char *why)
{
	char command[ADVICE_MAX];

	if (vendor_secret_hidden(&row->vendor))
		NOTE(row, "it cannot be renewed: %s; %slog in to this machine again", why,
		     row->over ? "" : "when it ends: ");
	else
		NOTE(row, "it cannot be renewed: %s; %s: %s", why,
		     row->over ? "log in again" : "when it ends", login_command(row, command));
}

static void judge_renewal(struct status_row *row, const struct lookup *lookup)
{
	struct dialect dialect;
	struct error error = { .code = ERROR_NONE };
	const char *why;

	if (vendor_dialect(&row->vendor, &lookup->places, &dialect, &error) != 0) {
		NOTE(row, "%s", error.text);
		return;
	}
	why = obstacle(row, &dialect);
	row->renewable = why == NULL || (row->password_kept && row->vendor.keep_password);
	if (row->password_kept)
		NOTE(row, "the password is kept, too, until logout%s; forget both: apitoken logout %s",
		     why && row->renewable ? ", and gets the next token" : "", row->name);
	else if (why)
		note_end(row, why);
	dialect_release(&dialect);
}

static void take_vendor(struct status_row *row, const struct lookup *lookup)
{
	struct error error = { .code = ERROR_NONE };
	char advice[ADVICE_MAX];

	row->configured = vendor_load(&row->vendor, row->name, &lookup->places, &error) == 0;
	if (!row->configured && error.errnum == ENOENT)
		NOTE(row,
		     "no vendor file of that name is left, so nothing uses this token; forget it: "
		     "apitoken logout %s",
		     row->name);
	else if (!row->configured)
		NOTE(row, "%s", error.text);
	else if (!row->stored)
		NOTE(row, "not logged in; %s", advice_token(advice, &row->vendor, NULL));
	else if (row->readable)
		judge_renewal(row, lookup);
}

static struct status_row *add_row(struct status *status, const char *name)
{
	struct status_row *row = &status->rows[status->count++];

	text_copy(row->name, sizeof(row->name), name);
	return row;
}

static void add_records(struct status *status)
{
	const struct lookup *lookup = &status->lookup;

	for (int i = 0; i < lookup->items_count; i++) {
		char name[VENDOR_NAME_MAX];
		bool further;
		struct status_row *row;

		if (record_description_parse(lookup->items[i].description, name, &further) != 0)
			continue;
		row = add_row(status, name);
		row->stored = true;
		row->further = further;
		row->password_kept = kept_password_exists(lookup->items[i].description);
		read_record(row, &lookup->items[i]);
		take_vendor(row, lookup);
	}
}

static bool has_row(const struct status *status, const char *name)
{
	for (size_t i = 0; i < status->count; i++)
		if (strcmp(status->rows[i].name, name) == 0)
			return true;
	return false;
}

static int compare_rows(const void *a, const void *b)
{
	const struct status_row *first = a, *second = b;
	int names = strcmp(first->name, second->name);

	if (names != 0)
		return names;
	return first->further != second->further ? first->further - second->further
						 : strcmp(first->account, second->account);
}

int status_collect(struct status *status, struct error *error)
{
	char(*names)[VENDOR_NAME_MAX] = NULL;
	size_t count = 0;

	status->rows = NULL;
	status->count = 0;
	status->now = clock_utc();
	if (lookup_init(&status->lookup, error) != 0 ||
	    vendor_list(&status->lookup.places, &names, &count, error) != 0)
		return -1;
	status->rows =
		calloc(count + (size_t)status->lookup.items_count + 1, sizeof(*status->rows));
	if (!status->rows) {
		free(names);
		return error_set(error, ERROR_MEMORY, "out of memory");
	}
	add_records(status);
	for (size_t i = 0; i < count; i++)
		if (!has_row(status, names[i]))
			take_vendor(add_row(status, names[i]), &status->lookup);
	free(names);
	qsort(status->rows, status->count, sizeof(*status->rows), compare_rows);
	return 0;
}

void status_release(struct status *status)
{
	for (size_t i = 0; i < status->count; i++)
		if (status->rows[i].configured)
			vendor_release(&status->rows[i].vendor);
	free(status->rows);
	status->rows = NULL;
	status->count = 0;
	lookup_release(&status->lookup);
}
