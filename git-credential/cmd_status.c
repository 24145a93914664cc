/* SPDX-License-Identifier: BSD-3-Clause */
/* apitoken status, and "apitoken" alone. */
#include <stdio.h>

#include "common/advice.h"
#include "git-credential/choose.h"
#include "git-credential/command.h"
#include "git-credential/status.h"

enum { REPORT_MAX = 16 * 1024 * 1024 }; /* bytes: every host of every vendor */

static int print(const struct secret *report, struct error *error)
{
	if (!secret_ok(report))
		return error_set(error, ERROR_MEMORY, "out of memory for the report");
	fwrite(report->bytes, 1, report->length, stdout);
	return 0;
}

int command_status(const struct arguments *arguments, struct error *error)
{
	static struct status status;
	struct secret report = SECRET_NONE;
	int result = -1;

	if (status_collect(&status, error) == 0) {
		if (secret_init(&report, REPORT_MAX) == 0)
			(arguments->given[OPTION_JSON] ? status_json : status_table)(&status,
										     &report);
		result = print(&report, error);
	}
	secret_release(&report);
	status_release(&status);
	return result;
}

/* Whether a program that asks is given a token. */
static bool is_usable(const struct status_row *row)
{
	return row->readable && row->configured && (row->renewable || !row->over);
}

static void advise_again(const struct status_row *row)
{
	char command[ADVICE_MAX];

	if (vendor_secret_hidden(&row->vendor))
		printf("The login at vendor '%s' is over. A login to this machine with the password "
		       "brings a new token.\n",
		       row->name);
	else
		printf("The login at vendor '%s' is over. To log in again:  %s\n", row->name,
		       advice_login(command, row->name, row->further && row->readable ? row->account : NULL));
}

static void advise_login(const struct status_row *row)
{
	if (!row->configured)
		printf("%s: %s\n", row->name, row->note);
	else if (row->stored)
		advise_again(row);
	else if (vendor_secret_hidden(&row->vendor))
		printf("Not logged in to vendor '%s'. A login to this machine with the password "
		       "brings its token.\n",
		       row->name);
	else
		printf("Not logged in to vendor '%s'. To log in:  apitoken login %s\n", row->name,
		       row->name);
}

static void advise(const struct status *status)
{
	struct error none;
	size_t logins = 0;

	for (size_t i = 0; i < status->count; i++)
		logins += is_usable(&status->rows[i]);
	if (status->count == 0) {
		printf("%s\n", choose_folders(&status->lookup.places, "No vendor is configured yet",
					      &none));
		return;
	}
	for (size_t i = 0; i < status->count; i++)
		if (!is_usable(&status->rows[i]))
			advise_login(&status->rows[i]);
	if (logins > 0)
		printf("Logged in. git uses the token after:  git config --global "
		       "credential.helper apitoken\n"
		       "docker after adding to ~/.docker/config.json:  \"credHelpers\": {\"HOST\": "
		       "\"apitoken\"}\n");
	printf("More:  apitoken status,  apitoken check,  apitoken --help\n");
}

int command_welcome(struct error *error)
{
	static struct status status;
	int result = status_collect(&status, error);

	if (result == 0)
		advise(&status);
	status_release(&status);
	return result;
}
