/* SPDX-License-Identifier: BSD-3-Clause */
/* apitoken login */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/revoke.h"
#include "common/text.h"
#include "common/tokens.h"
#include "common/words.h"
#include "git-credential/choose.h"
#include "git-credential/command.h"
#include "git-credential/password.h"

/* The vendor's name of the local user: the file's username template. */
static int local_username(const struct vendor *vendor, char username[static ACCOUNT_MAX],
			  struct error *error)
{
	struct passwd *entry;

	errno = 0;
	entry = getpwuid(getuid());
	if (!entry)
		return error_set_errno(error, ERROR_USAGE, errno,
				       "your uid %lu has no login name here; use --username NAME",
				       (unsigned long)getuid());
	return vendor_username(vendor, entry->pw_name, username, error);
}

static int choose_username(const struct arguments *arguments, const struct vendor *vendor,
			   char username[static ACCOUNT_MAX], struct error *error)
{
	const char *given = arguments->value[OPTION_USERNAME],
		   *account = arguments->value[OPTION_ACCOUNT];

	if (given && account && strcmp(given, account) != 0)
		return error_set(error, ERROR_USAGE,
				 "--username and --account name two people; --account NAME alone "
				 "logs in as NAME, beside the first login");
	if (!given && !account)
		return local_username(vendor, username, error);
	if (text_copy(username, ACCOUNT_MAX, given ? given : account) != 0)
		return error_set(error, ERROR_USAGE, "the username is longer than %d bytes",
				 ACCOUNT_MAX - 1);
	for (const char *c = username; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return error_set(error, ERROR_USAGE,
					 "the username holds a control character");
	return 0;
}

/* What becomes of a token without a refresh token. */
static void tell_without_refresh(const struct vendor *vendor, const struct record *record,
				 bool further)
{
	if (!vendor->keep_password)
		printf("; then log in again.\n");
	else if (tokens_renewable(vendor, record, further))
		printf("; then a new one is got with your password, which is kept until you log "
		       "out.\n");
	else
		printf("; then log in again, for the keyring had no room to keep the "
		       "password.\n");
}

static void tell(const struct vendor *vendor, const struct record *record, bool further)
{
	char shown[ACCOUNT_MAX], duration[WORDS_MAX], end[WORDS_MAX];
	int64_t now = record_now(record);

	text_printable(shown, sizeof(shown), record->account, strlen(record->account));
	printf("Logged in to vendor '%s' as %s. The token is good for %s", record->vendor, shown,
	       words_duration(duration, record->access_expires_at - now));
	if (!record_refreshable(record, now))
		tell_without_refresh(vendor, record, further);
	else if (record->refresh_expires_at > 0)
		printf(" and is renewed without your password until %s.\n",
		       words_time(end, record->refresh_expires_at));
	else
		printf(" and is renewed without your password.\n");
	if (record->warning[0] != '\0')
		fprintf(stderr, "apitoken: warning: %s\n", record->warning);
}

/* What a person can do about a refusal. */
static int explain(const char *username, struct error *error)
{
	char shown[ACCOUNT_MAX];

	if (error->code != ERROR_REFUSED)
		return -1;
	text_printable(shown, sizeof(shown), username, strlen(username));
	return error_set(error, ERROR_REFUSED,
			 "%s; check the password of %s, or name yourself with --username",
			 error->text, shown);
}

/* The new login stands, whatever becomes of the old one. */
static void end_displaced(const struct vendor *vendor, const struct vendor_places *places,
			  const struct record *displaced, const struct record *record)
{
	struct error why = { .code = ERROR_NONE };

	if (revoke_displaced(vendor, places, 0, displaced, record, &why) == REVOKE_FAILED)
		fprintf(stderr,
			"apitoken: vendor '%s' could not be told that the login before this one is "
			"over; there it lives on until it ends: %s\n",
			vendor->name, why.text);
}

/* Told before a password is asked for. */
static int check_secret(const struct vendor *vendor, struct error *error)
{
	if (!vendor_secret_hidden(vendor))
		return 0;
	return error_set(error, ERROR_CONFIGURATION,
			 "vendor '%s': only root can read %s, so its token comes with a login to this "
			 "machine with the password; an administrator may make the file readable",
			 vendor->name, vendor->client_secret_file);
}

static int log_in(const struct arguments *arguments, const struct vendor *vendor,
		  const struct vendor_places *places, struct error *error)
{
	char username[ACCOUNT_MAX];
	struct secret password = SECRET_NONE;
	struct record record, displaced;
	int result = -1;

	if (check_secret(vendor, error) != 0 ||
	    choose_username(arguments, vendor, username, error) != 0 ||
	    password_obtain(arguments->given[OPTION_PASSWORD_STDIN], vendor->name, username,
			    &password, error) != 0)
		goto out;
	result = tokens_login(vendor, places, username, &password, arguments->given[OPTION_ACCOUNT],
			      &record, &displaced, error);
	if (result != 0) {
		explain(username, error);
		goto out;
	}
	tell(vendor, &record, arguments->given[OPTION_ACCOUNT]);
	end_displaced(vendor, places, &displaced, &record);
	record_release(&displaced);
	record_release(&record);
out:
	secret_release(&password);
	return result;
}

int command_login(const struct arguments *arguments, struct error *error)
{
	static struct vendor_places places;
	struct vendor vendor;
	int result;

	if (choose_and_load(arguments->operand, &places, &vendor, error) != 0)
		return -1;
	result = log_in(arguments, &vendor, &places, error);
	vendor_release(&vendor);
	return result;
}
