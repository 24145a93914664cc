/* SPDX-License-Identifier: BSD-3-Clause */
/* A login in the middle of a git command: askpass = yes in the vendor file. */
#ifndef APITOKEN_ASK_LOGIN_H
#define APITOKEN_ASK_LOGIN_H

#include "git-credential/git_request.h"
#include "git-credential/lookup.h"

/*
 * Where the vendor file says so and there is a program to ask with: asks for the password and logs in. One process of the user asks at a time, and the others
 * take the token that it got; after a question without success nobody asks for a minute. *record is the one that is over (further: of a further account), or empty, and is replaced.
 * 0; -1 with *error telling what happened, or as it was where nothing was asked.
 */
int ask_login(const struct lookup *lookup, const struct git_request *request, bool further, struct record *record, struct error *error);

#endif
