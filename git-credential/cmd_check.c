/* SPDX-License-Identifier: BSD-3-Clause */
/* apitoken check */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/exchange.h"
#include "common/text.h"
#include "git-credential/command.h"
#include "git-credential/describe.h"
#include "git-credential/findings.h"
#include "git-credential/json_text.h"
#include "git-credential/password.h"
#include "git-credential/words.h"

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

/* A login whose tokens are thrown away. */
static int try_login(const struct exchange *exchange, struct secret *report, struct error *error)
{
	struct exchange_answer answer;
	char duration[WORDS_MAX];
	int result = exchange_run(exchange, &answer, error);

	secret_append_format(report, "login: %s", verdict_word(answer.verdict));
	if (answer.status > 0)
		secret_append_format(report, ", HTTP status %d", answer.status);
	if (answer.rule[0] != '\0')
		secret_append_format(report, ", rule [error %s]", answer.rule);
	if (answer.code[0] != '\0')
		secret_append_format(report, ", code %s", answer.code);
	secret_append_text(report, "\n");
	if (result == 0)
		secret_append_format(
			report,
			"  access token of %zu bytes, good for %s (from %s)\n  refresh token: %s\n",
			answer.access_token.length, words_duration(duration, answer.lifetime),
			answer.lifetime_from, answer.refresh_token.length > 0 ? "yes" : "no");
	exchange_answer_release(&answer);
	return result;
}

static int ask_and_try(const struct vendor *vendor, const struct dialect *dialect,
		       const struct vendor_places *places, const char *username,
		       struct secret *report, struct error *error)
{
	struct secret password = SECRET_NONE;
	struct exchange exchange = { .operation = OPERATION_LOGIN,
				     .vendor = vendor,
				     .dialect = dialect,
				     .places = places,
				     .username = username,
				     .password = &password };
	char shown[ACCOUNT_MAX], prompt[ACCOUNT_MAX + VENDOR_NAME_MAX + 32];
	int result = -1;

	text_printable(shown, sizeof(shown), username, strlen(username));
	snprintf(prompt, sizeof(prompt), "Password of %s at vendor '%s': ", shown, vendor->name);
	if (password_ask(prompt, &password, error) == 0)
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
	if (arguments->given[OPTION_JSON])
		begin_json(report, vendor, &text);
	else
		secret_append_format(report, "%s: vendor '%s', dialect %s\n%s", vendor->path,
				     vendor->name, vendor->dialect,
				     secret_ok(&text) ? text.bytes : "");
	secret_release(&text);
	result = arguments->given[OPTION_LOGIN]
			 ? ask_and_try(vendor, dialect, places, username, report, error)
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
