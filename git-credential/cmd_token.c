/* SPDX-License-Identifier: BSD-3-Clause */
/* apitoken token, apitoken header: the token for programs that have no credential helper. */
#include <string.h>
#include <unistd.h>

#include "common/advice.h"
#include "common/text.h"
#include "git-credential/choose.h"
#include "git-credential/command.h"
#include "git-credential/lookup.h"
#include "git-credential/program.h"

enum {
	OUTPUT_MAX = TOKEN_MAX + 16 * 1024, /* bytes: the token and the dialect's further headers */
};

typedef int printer(const struct lookup *lookup, const struct record *record, struct secret *output,
		    struct error *error);

static int print_token(const struct lookup *lookup, const struct record *record,
		       struct secret *output, struct error *error)
{
	(void)lookup;
	(void)error;
	secret_append(output, record->access_token.bytes, record->access_token.length);
	secret_append_text(output, "\n");
	return 0;
}

/* How the vendor's API wants it: the dialect's [use]. */
static int print_header(const struct lookup *lookup, const struct record *record,
			struct secret *output, struct error *error)
{
	struct dialect dialect;

	if (vendor_dialect(&lookup->vendor, &lookup->places, &dialect, error) != 0)
		return -1;
	secret_append_text(output, dialect.use_header ? dialect.use_header : "Authorization");
	secret_append_text(output, ": ");
	if (!dialect.use_scheme || dialect.use_scheme[0] != '\0') {
		secret_append_text(output, dialect.use_scheme ? dialect.use_scheme : "Bearer");
		secret_append_text(output, " ");
	}
	secret_append(output, record->access_token.bytes, record->access_token.length);
	secret_append_text(output, "\n");
	for (size_t i = 0; i < dialect.use_headers_count; i++) {
		secret_append_text(output, dialect.use_headers[i].name);
		secret_append_text(output, ": ");
		secret_append_text(output, dialect.use_headers[i].template_text);
		secret_append_text(output, "\n");
	}
	dialect_release(&dialect);
	return 0;
}

/* The operand is a vendor's name, or a host that a vendor serves, or left out. */
static int find_vendor(struct lookup *lookup, const char *operand, struct error *error)
{
	char name[VENDOR_NAME_MAX], host[HOST_MAX];

	if (!operand || vendor_name_valid(operand)) {
		if (choose_vendor(&lookup->places, operand, name, error) != 0)
			return -1;
		if (lookup_vendor(lookup, name, error) == 0)
			return 0;
		if (!operand || host_canonical(operand, strlen(operand), host, NULL) != 0)
			return -1;
	} else if (host_canonical(operand, strlen(operand), host, error) != 0) {
		return -1;
	}
	switch (lookup_host(lookup, host, error)) {
	case LOOKUP_FOUND:
		return 0;
	case LOOKUP_FAILED:
		return -1;
	case LOOKUP_FOREIGN:
		break;
	}
	return error_set(error, ERROR_POLICY,
			 "'%s' is neither a vendor nor a host of one; see apitoken status",
			 operand);
}

/* The record of the account that --account names, else of the vendor's first login. */
static int find_record(const struct lookup *lookup, const char *account, struct record *record,
		       bool *further, struct error *error)
{
	enum lookup_result result = lookup_record(lookup, account, record, further, error);
	char shown[ACCOUNT_MAX], command[ADVICE_MAX];

	if (result == LOOKUP_FOUND)
		return 0;
	if (!account || (result == LOOKUP_FAILED && error->code != ERROR_NO_TOKEN))
		return -1;
	text_printable(shown, sizeof(shown), account, strlen(account));
	return error_set(error, ERROR_NO_TOKEN,
			 "no token of the account %s is stored for vendor '%s'; run: %s", shown,
			 lookup->vendor.name,
			 advice_login(command, lookup->vendor.name, account));
}

static int print_for(struct lookup *lookup, const char *operand, const char *account,
		     int64_t minimum_life, printer *print, struct secret *output,
		     struct error *error)
{
	struct record record;
	bool further;
	int result = -1;

	if (find_vendor(lookup, operand, error) != 0)
		return -1;
	lookup->host = NULL; /* its git_username is git's word for the login, and no account */
	if (find_record(lookup, account, &record, &further, error) != 0)
		return -1;
	lookup_want_life(lookup, minimum_life);
	if (lookup_token(lookup, false, further, &record, error) == 0)
		result = print(lookup, &record, output, error);
	record_release(&record);
	return result;
}

/* What --minimum-life says, in seconds; 0 where it is not given. */
static int take_minimum_life(const struct arguments *arguments, int64_t *seconds,
			     struct error *error)
{
	const char *value = arguments->value[OPTION_MINIMUM_LIFE];

	*seconds = 0;
	if (!value || number_parse(value, 1, VENDOR_MINIMUM_LIFE_MAX, seconds) == 0)
		return 0;
	return error_set(error, ERROR_USAGE, "--minimum-life takes seconds, 1 to %d",
			 VENDOR_MINIMUM_LIFE_MAX);
}

static int output_token(const struct arguments *arguments, printer *print, struct error *error)
{
	static struct lookup lookup;
	struct secret output = SECRET_NONE;
	int64_t minimum_life;
	int result = -1;

	if (take_minimum_life(arguments, &minimum_life, error) != 0)
		return -1;
	if (isatty(STDOUT_FILENO) && !arguments->given[OPTION_FORCE])
		return error_set(error, ERROR_POLICY,
				 "a token does not belong on a terminal; pipe it to its program, "
				 "or use --force");
	if (lookup_init(&lookup, error) != 0)
		return -1;
	if (secret_init(&output, OUTPUT_MAX) != 0)
		error_set(error, ERROR_MEMORY, "out of memory");
	else if (print_for(&lookup, arguments->operand, arguments->value[OPTION_ACCOUNT],
			   minimum_life, print, &output, error) == 0)
		result = secret_ok(&output)
				 ? program_answer(&output, error)
				 : error_set(error, ERROR_MEMORY, "the headers are too long");
	secret_release(&output);
	lookup_release(&lookup);
	return result;
}

int command_token(const struct arguments *arguments, struct error *error)
{
	return output_token(arguments, print_token, error);
}

int command_header(const struct arguments *arguments, struct error *error)
{
	return output_token(arguments, print_header, error);
}
