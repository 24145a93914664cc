/* SPDX-License-Identifier: BSD-3-Clause */
/* apitoken check */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/exchange.h"
#include "common/revoke.h"
#include "common/text.h"
#include "common/trusted.h"
#include "common/words.h"
#include "git-credential/command.h"
#include "git-credential/describe.h"
#include "git-credential/findings.h"
#include "git-credential/json_text.h"
#include "git-credential/password.h"

enum { REPORT_MAX = 4 * 1024 * 1024 }; /* bytes */

static int print(const struct secret *report, struct error *error)
{
	if (!secret_ok(report))
		return error_set(error, ERROR_MEMORY, "out of memory for the report");
	fwrite(report->bytes, 1, report->length, stdout);
	return 0;
}

static int check_everything(const struct arguments *arguments, const struct vendor_places *places,
			    struct secret *report, struct error *error)
{
	struct findings findings;
	size_t wrong;

	findings_init(&findings);
	check_configuration(&findings, places);
	check_policy(&findings);
	check_programs(&findings, places);
	check_git(&findings);
	(arguments->given[OPTION_JSON] ? findings_json : findings_table)(&findings, report);
	wrong = findings.wrong;
	findings_release(&findings);
	if (print(report, error) != 0)
		return -1;
	return wrong == 0 ? 0
			  : error_set(error, ERROR_CONFIGURATION, "%zu finding%s to mend", wrong,
				      wrong == 1 ? "" : "s");
}

/* "key of [section], FILE:LINE": where the dialect or the vendor file says so. */
static void name_place(struct secret *report, const struct dialect *dialect, const char *section,
		       const char *key)
{
	for (size_t i = 0; i < dialect->entries_count; i++) {
		const struct dialect_entry *entry = &dialect->entries[i];

		if (strcmp(entry->section, section) == 0 && strcmp(entry->key, key) == 0)
			secret_append_format(report, " (%s:%d)", entry->path, entry->line);
	}
}

static void explain_rule(struct secret *report, const struct dialect *dialect, const char *rule)
{
	char section[sizeof("error ") + DIALECT_NAME_MAX];

	snprintf(section, sizeof(section), "error %s", rule);
	secret_append_format(report, "  judged by the rule [%s]", section);
	name_place(report, dialect, section, "means");
	secret_append_text(report, "\n");
}

static void explain_tokens(struct secret *report, const struct dialect *dialect,
			   const struct exchange_answer *answer)
{
	char duration[WORDS_MAX];

	secret_append_format(report, "  access token of %zu bytes, good for %s (from %s)",
			     answer->access_token.length, words_duration(duration, answer->lifetime),
			     answer->lifetime_from);
	if (strcmp(answer->lifetime_from, "default") == 0)
		name_place(report, dialect, "dialect", "default_lifetime");
	else
		name_place(report, dialect, "answer", "lifetime");
	secret_append_format(report, "\n  refresh token: %s\n",
			     answer->refresh_token.length > 0 ? "yes" : "no");
}

static void explain(struct secret *report, const struct dialect *dialect,
		    const struct exchange_answer *answer)
{
	secret_append_format(report, "login: %s", verdict_word(answer->verdict));
	if (answer->status > 0)
		secret_append_format(report, ", HTTP status %d", answer->status);
	if (answer->address[0] != '\0')
		secret_append_format(report, " from %s", answer->address);
	if (answer->code[0] != '\0')
		secret_append_format(report, ", code %s", answer->code);
	secret_append_text(report, "\n");
	if (answer->rule[0] != '\0')
		explain_rule(report, dialect, answer->rule);
	else if (answer->verdict != VERDICT_SUCCESS && answer->status > 0)
		secret_append_text(report, "  no [error] rule of the dialect is about this answer\n");
	if (answer->verdict == VERDICT_SUCCESS) {
		explain_tokens(report, dialect, answer);
		if (answer->message[0] != '\0')
			secret_append_format(report, "  warning: %s\n", answer->message);
	}
	if (answer->sandbox[0] != '\0')
		secret_append_format(report, "  fetch's sandbox: %s%s\n", answer->sandbox,
				     strstr(answer->sandbox, "=0") ? " (0: this kernel has none)"
								   : "");
}

/* A trial leaves no session behind where the vendor can be told that it is over. */
static void end_session(struct secret *report, const struct exchange *exchange,
			struct exchange_answer *answer)
{
	struct error why = { .code = ERROR_NONE };
	struct record record;

	record_init(&record);
	text_copy(record.account, sizeof(record.account), exchange->username);
	secret_move(&record.access_token, &answer->access_token);
	secret_move(&record.refresh_token, &answer->refresh_token);
	switch (revoke_record(exchange->vendor, exchange->places, 0, &record, &why)) {
	case REVOKE_DONE:
		secret_append_text(report, "  session: ended at the vendor\n");
		break;
	case REVOKE_NOTHING:
		secret_append_format(report,
				     "  session: the vendor keeps it until it ends by itself; %s\n",
				     record.refresh_token.length > 0
					     ? "its dialect and file name nothing to end it with"
					     : "there is no refresh token to end it with");
		break;
	case REVOKE_FAILED:
		secret_append_format(report,
				     "  session: the vendor could not be told to end it: %s\n",
				     why.text);
		break;
	}
	record_release(&record);
}

/* A login whose tokens are thrown away. */
static int try_login(const struct exchange *exchange, struct secret *report, struct error *error)
{
	struct exchange_answer answer;
	int result = exchange_run(exchange, &answer, error);

	explain(report, exchange->dialect, &answer);
	if (result == 0)
		end_session(report, exchange, &answer);
	exchange_answer_release(&answer);
	return result;
}

static int ask_and_try(const struct arguments *arguments, const struct vendor *vendor,
		       const struct dialect *dialect, const struct vendor_places *places,
		       const char *username, struct secret *report, struct error *error)
{
	struct secret password;
	struct exchange exchange = { .operation = OPERATION_LOGIN,
				     .vendor = vendor,
				     .dialect = dialect,
				     .places = places,
				     .username = username,
				     .password = &password };
	int result = password_obtain(arguments->given[OPTION_PASSWORD_STDIN], vendor->name,
				     username, &password, error);

	if (result == 0)
		result = try_login(&exchange, report, error);
	secret_release(&password);
	return result;
}

static void begin_json(struct secret *report, const struct vendor *vendor,
		       const struct secret *text)
{
	secret_append_text(report, "{");
	json_text_member(report, "vendor", vendor->name);
	json_text_member(report, "dialect", vendor->dialect);
	json_text_name(report, "requests");
	json_text_append(report, text->bytes, text->length);
	secret_append_text(report, "}\n");
}

/* The secret itself is never shown, only whether this user may read it. */
static void describe_secret(struct secret *report, const struct vendor *vendor)
{
	struct error why;
	int descriptor;

	if (!vendor->client_secret_file)
		return;
	descriptor = trusted_open(vendor->client_secret_file, TRUSTED_SECRET, &why);
	if (descriptor >= 0) {
		close(descriptor);
		secret_append_format(report, "  client secret: %s\n", vendor->client_secret_file);
		return;
	}
	secret_append_format(report, "  client secret: %s\n", why.text);
	if (why.errnum == EACCES)
		secret_append_text(report,
				   "    so only logins through PAM bring a token, and nothing of yours "
				   "can renew it; an administrator may make the file readable\n");
}

static int describe_and_try(const struct arguments *arguments, const struct vendor *vendor,
			    const struct dialect *dialect, const struct vendor_places *places,
			    struct secret *report, struct error *error)
{
	const struct passwd *entry = getpwuid(getuid());
	char username[ACCOUNT_MAX];
	struct secret text = SECRET_NONE;
	int result;

	if (vendor_username(vendor, entry ? entry->pw_name : "USER", username, error) != 0)
		return -1;
	if (secret_init(&text, REPORT_MAX / 8) == 0)
		describe_vendor(&text, vendor, dialect, username);
	describe_secret(&text, vendor);
	if (arguments->given[OPTION_JSON])
		begin_json(report, vendor, &text);
	else
		secret_append_format(report, "%s: vendor '%s', dialect %s\n%s", vendor->path,
				     vendor->name, vendor->dialect,
				     secret_ok(&text) ? text.bytes : "");
	secret_release(&text);
	result = arguments->given[OPTION_LOGIN]
			 ? ask_and_try(arguments, vendor, dialect, places, username, report, error)
			 : 0;
	return print(report, error) == 0 ? result : -1;
}

static int check_one(const struct arguments *arguments, const struct vendor_places *places,
		     struct secret *report, struct error *error)
{
	struct vendor vendor;
	struct dialect dialect;
	int result;

	if (!vendor_name_valid(arguments->value[OPTION_VENDOR]))
		return error_set(error, ERROR_USAGE, "'%s' is no vendor name",
				 arguments->value[OPTION_VENDOR]);
	if (vendor_load(&vendor, arguments->value[OPTION_VENDOR], places, error) != 0)
		return -1;
	result = vendor_dialect(&vendor, places, &dialect, error);
	if (result == 0) {
		result = describe_and_try(arguments, &vendor, &dialect, places, report, error);
		dialect_release(&dialect);
	}
	vendor_release(&vendor);
	return result;
}

int command_check(const struct arguments *arguments, struct error *error)
{
	static struct vendor_places places;
	struct secret report = SECRET_NONE;
	int result = -1;

	if (arguments->given[OPTION_LOGIN] && !arguments->given[OPTION_VENDOR])
		return error_set(error, ERROR_USAGE, "--login needs --vendor NAME");
	if (arguments->given[OPTION_LOGIN] && arguments->given[OPTION_JSON])
		return error_set(error, ERROR_USAGE, "--login and --json do not go together");
	if (arguments->given[OPTION_PASSWORD_STDIN] && !arguments->given[OPTION_LOGIN])
		return error_set(error, ERROR_USAGE, "--password-stdin needs --login");
	if (vendor_places_for_user(&places, error) != 0)
		return -1;
	if (secret_init(&report, REPORT_MAX) != 0)
		error_set(error, ERROR_MEMORY, "out of memory for the report");
	else
		result = (arguments->given[OPTION_VENDOR] ? check_one : check_everything)(
			arguments, &places, &report, error);
	secret_release(&report);
	return result;
}
