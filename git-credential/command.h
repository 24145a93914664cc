/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands of apitoken(1): one row in a table and one file each. */
#ifndef APITOKEN_COMMAND_H
#define APITOKEN_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

enum option {
	OPTION_USERNAME,
	OPTION_ACCOUNT,
	OPTION_PASSWORD_STDIN,
	OPTION_ALL,
	OPTION_JSON,
	OPTION_FORCE,
	OPTION_VENDOR,
	OPTION_LOGIN,
	OPTION_MINIMUM_LIFE,
	OPTION_COUNT,
};
#define OPTION_BIT(option) (1U << (option))

struct arguments {
	bool given[OPTION_COUNT];
	const char *value[OPTION_COUNT]; /* of the options that take one; into argv */
	const char *operand;             /* NULL: left out */
	bool help;
};

struct command {
	const char *name;
	const char *synopsis; /* behind the name; "": nothing */
	const char *summary;
	unsigned int options; /* OPTION_BIT of each that is allowed */
	bool takes_operand;
	/* 0, or -1 and *error. What it prints goes to standard output by stdio; main() flushes and
	 * checks. */
	int (*run)(const struct arguments *arguments, struct error *error);
};

extern const struct command commands[];
extern const size_t commands_count;

/* Takes the words behind the command's name. ERROR_USAGE names the word that does not fit. */
int arguments_parse(const struct command *command, int count, char **words,
		    struct arguments *arguments, struct error *error);

int command_welcome(struct error *error); /* "apitoken" alone: what to do next */
int command_login(const struct arguments *arguments, struct error *error);
int command_logout(const struct arguments *arguments, struct error *error);
int command_status(const struct arguments *arguments, struct error *error);
int command_token(const struct arguments *arguments, struct error *error);
int command_header(const struct arguments *arguments, struct error *error);
int command_refresh(const struct arguments *arguments, struct error *error);
int command_check(const struct arguments *arguments, struct error *error);

#endif
