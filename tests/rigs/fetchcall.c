/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One real exchange from the shell: vendor and dialect files, fetch, TLS, everything but PAM and keyring.
 *
 *   fetchcall [--libexec DIR] [--uid UID] [--show] CONFIG-DIR VENDOR login USERNAME     password on standard input, no line end
 *   fetchcall ... CONFIG-DIR VENDOR refresh                                               refresh token on standard input
 *   fetchcall ... CONFIG-DIR VENDOR revoke                                                refresh token on standard input
 *
 * Prints "name=value" lines: result (0 or -1), verdict, error (its code's number), status, code, rule, lifetime, lifetime_from, refresh_lifetime, retry_after, subject,
 * access_token and refresh_token (their lengths, or with --show themselves), milliseconds, kilobytes (largest resident size of the processes), message, text.
 * Exit status: 0 for a success, 1 for a failure of the exchange, 2 where it could not begin.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/exchange.h"
#include "common/message.h"
#include "common/text.h"
#include "common/vendor.h"

struct options {
	const char *libexec, *configuration, *vendor, *operation, *username;
	int64_t uid;
	bool show;
};

static int usage(void)
{
	fputs("usage: fetchcall [--libexec DIR] [--uid UID] [--show] CONFIG-DIR VENDOR login USERNAME | refresh | revoke\n", stderr);
	return -1;
}

static int parse_options(int count, char **arguments, struct options *options)
{
	static const struct option known[] = {
		{ "libexec", required_argument, NULL, 'l' }, { "uid", required_argument, NULL, 'u' }, { "show", no_argument, NULL, 's' }, { NULL, 0, NULL, 0 },
	};
	int letter;

	options->uid = 65534;
	while ((letter = getopt_long(count, arguments, "", known, NULL)) != -1) {
		if (letter == 'l')
			options->libexec = optarg;
		else if (letter == 's')
			options->show = true;
		else if (letter != 'u' || number_parse(optarg, 0, UINT32_MAX - 1, &options->uid) < 0)
			return usage();
	}
	if (count - optind < 3)
		return usage();
	options->configuration = arguments[optind];
	options->vendor = arguments[optind + 1];
	options->operation = arguments[optind + 2];
	options->username = arguments[optind + 3];
	return 0;
}

static int read_secret(struct secret *secret)
{
	char bytes[TOKEN_MAX + 1];
	size_t length = fread(bytes, 1, sizeof(bytes), stdin);

	return secret_set(secret, bytes, length);
}

static void print_token(const char *name, const struct secret *token, bool show)
{
	if (token->bytes == NULL)
		return;
	if (show)
		printf("%s=%s\n", name, token->bytes);
	else
		printf("%s=%zu bytes\n", name, token->length);
}

static void print_answer(int result, const struct exchange_answer *answer, const struct error *error, const struct options *options)
{
	printf("result=%d\nverdict=%s\nerror=%d\nstatus=%d\ncode=%s\nrule=%s\n", result, verdict_word(answer->verdict), (int)error->code, answer->status,
	       answer->code, answer->rule);
	printf("lifetime=%lld\nlifetime_from=%s\nrefresh_lifetime=%lld\nretry_after=%lld\nsubject=%s\n", (long long)answer->lifetime, answer->lifetime_from,
	       (long long)answer->refresh_lifetime, (long long)answer->retry_after, answer->subject);
	print_token("access_token", &answer->access_token, options->show);
	print_token("refresh_token", &answer->refresh_token, options->show);
	printf("message=%s\ntext=%s\n", answer->message, error->text);
}

static void set_operation(struct exchange *exchange, const struct options *options, const struct secret *secret)
{
	exchange->operation = strcmp(options->operation, "login") == 0	   ? OPERATION_LOGIN :
			      strcmp(options->operation, "refresh") == 0 ? OPERATION_REFRESH :
									   OPERATION_REVOKE;
	exchange->username = options->username;
	if (exchange->operation == OPERATION_LOGIN)
		exchange->password = secret;
	else
		exchange->refresh_token = secret;
}

static int run(const struct options *options, const struct vendor *vendor, const struct vendor_places *places, const struct secret *secret)
{
	struct error error = { .code = ERROR_NONE };
	struct exchange exchange = { .vendor = vendor, .places = places, .fetch_uid = (uid_t)options->uid };
	struct exchange_answer answer;
	struct dialect dialect;
	struct rusage usage;
	int64_t start;
	int result;

	if (vendor_dialect(vendor, places, &dialect, &error) < 0) {
		fprintf(stderr, "fetchcall: %s\n", error.text);
		return 2;
	}
	exchange.dialect = &dialect;
	set_operation(&exchange, options, secret);
	start = clock_monotonic_ms();
	result = exchange_run(&exchange, &answer, &error);
	print_answer(result, &answer, &error, options);
	printf("milliseconds=%lld\n", (long long)(clock_monotonic_ms() - start));
	getrusage(RUSAGE_CHILDREN, &usage);
	printf("kilobytes=%ld\n", usage.ru_maxrss);
	exchange_answer_release(&answer);
	dialect_release(&dialect);
	return result == 0 ? 0 : 1;
}

int main(int count, char **arguments)
{
	static struct vendor_places places;
	struct options options = { .libexec = NULL };
	struct secret secret = SECRET_NONE;
	struct error error = { .code = ERROR_NONE };
	struct vendor vendor;
	int result = 2;

	if (parse_options(count, arguments, &options) < 0)
		return 2;
	if (vendor_places_for_module(&places, options.configuration, options.libexec, &error) < 0 ||
	    vendor_load(&vendor, options.vendor, &places, &error) < 0) {
		fprintf(stderr, "fetchcall: %s\n", error.text);
		return 2;
	}
	if (read_secret(&secret) == 0)
		result = run(&options, &vendor, &places, &secret);
	secret_release(&secret);
	vendor_release(&vendor);
	return result;
}
