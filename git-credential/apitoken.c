/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line of apitoken(1). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "git-credential/command.h"
#include "git-credential/program.h"

const struct command commands[] = {
	{ "login", "[VENDOR] [--username NAME] [--account NAME] [--password-stdin]",
	  "log in with the vendor's password",
	  OPTION_BIT(OPTION_USERNAME) | OPTION_BIT(OPTION_ACCOUNT) |
		  OPTION_BIT(OPTION_PASSWORD_STDIN),
	  true, command_login },
	{ "logout", "[VENDOR | --all]", "forget the tokens", OPTION_BIT(OPTION_ALL), true,
	  command_logout },
	{ "status", "[--json]", "show logins, how long they last, and what is missing",
	  OPTION_BIT(OPTION_JSON), false, command_status },
	{ "token", "[VENDOR | HOST] [--account NAME] [--force] [--minimum-life SECONDS]",
	  "print a fresh token (not to a terminal)",
	  OPTION_BIT(OPTION_ACCOUNT) | OPTION_BIT(OPTION_FORCE) |
		  OPTION_BIT(OPTION_MINIMUM_LIFE),
	  true, command_token },
	{ "header", "[VENDOR | HOST] [--account NAME] [--force] [--minimum-life SECONDS]",
	  "print it as an HTTP header (not to a terminal)",
	  OPTION_BIT(OPTION_ACCOUNT) | OPTION_BIT(OPTION_FORCE) |
		  OPTION_BIT(OPTION_MINIMUM_LIFE),
	  true, command_header },
	{ "refresh", "[VENDOR]", "renew the token now", 0, true, command_refresh },
	{ "check", "[--vendor NAME [--login [--password-stdin]]] [--json]",
	  "judge the configuration, show what would be sent",
	  OPTION_BIT(OPTION_VENDOR) | OPTION_BIT(OPTION_LOGIN) |
		  OPTION_BIT(OPTION_PASSWORD_STDIN) | OPTION_BIT(OPTION_JSON),
	  false,
	  command_check },
};
const size_t commands_count = sizeof(commands) / sizeof(commands[0]);

static void print_help(FILE *stream)
{
	fputs("usage: apitoken [COMMAND]\n\n", stream);
	for (size_t i = 0; i < commands_count; i++)
		fprintf(stream, "  apitoken %s %s\n        %s\n", commands[i].name,
			commands[i].synopsis, commands[i].summary);
	fputs("\nVENDOR may be left out where only one is configured. See apitoken(1).\n", stream);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < commands_count; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int wrong_usage(const struct command *command, struct error *error)
{
	program_fail("apitoken", error);
	if (command)
		fprintf(stderr, "usage: apitoken %s %s\n", command->name, command->synopsis);
	else
		print_help(stderr);
	return error_exit_code(ERROR_USAGE);
}

/* What was printed counts only when it arrived. */
static int finish(int result, struct error *error)
{
	bool failed = fflush(stdout) != 0 || ferror(stdout);

	if (result == 0 && failed)
		result = error_set_errno(error, ERROR_SYSTEM, errno,
					 "cannot write to standard output");
	return result == 0 ? 0 : program_fail("apitoken", error);
}

static int run_command(const struct command *command, int count, char **words)
{
	struct arguments arguments;
	struct error error = { .code = ERROR_NONE };

	if (arguments_parse(command, count, words, &arguments, &error) != 0)
		return wrong_usage(command, &error);
	if (arguments.help) {
		printf("usage: apitoken %s %s\n%s; see apitoken(1)\n", command->name,
		       command->synopsis, command->summary);
		return finish(0, &error);
	}
	if (command->run(&arguments, &error) == 0)
		return finish(0, &error);
	if (error.code != ERROR_USAGE)
		return finish(-1, &error);
	return wrong_usage(command, &error);
}

int main(int argc, char **argv)
{
	struct error error = { .code = ERROR_NONE };
	const struct command *command;

	if (program_start(&error) != 0)
		return program_fail("apitoken", &error);
	if (argc < 2)
		return finish(command_welcome(&error), &error);
	if (strcmp(argv[1], "--version") == 0) {
		puts("apitoken " APITOKEN_VERSION);
		return finish(0, &error);
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return finish(0, &error);
	}
	command = find_command(argv[1]);
	if (!command) {
		error_set(&error, ERROR_USAGE, "there is no command '%s'", argv[1]);
		return wrong_usage(NULL, &error);
	}
	return run_command(command, argc - 2, argv + 2);
}
