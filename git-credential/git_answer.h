/* SPDX-License-Identifier: BSD-3-Clause */
/* What the helper writes back to git: git-credential(1) "INPUT/OUTPUT FORMAT". */
#ifndef APITOKEN_GIT_ANSWER_H
#define APITOKEN_GIT_ANSWER_H

#include "common/error.h"
#include "common/record.h"
#include "common/secret.h"
#include "common/vendor.h"
#include "git-credential/git_request.h"

/*
 * The whole answer for a request of this host with this record. *answer is initialised here; the
 * caller releases it. Where git offers authtype: the scheme of the host's git_auth (auto: one that
 * the server offers, Bearer where it offers none) with credential and ephemeral=1, so that no other
 * helper keeps the token; with state offered, and a refresh that may help, also continue=1: git
 * then asks again in the same command when the server rejects the token. Older gits: username and
 * password. The refresh token is in no answer. -1: ERROR_POLICY (no scheme fits, or a byte that has
 * no place in the protocol), ERROR_MEMORY.
 */
int git_answer_build(const struct git_request *request, const struct vendor_host *host,
		     const struct record *record, bool may_renew, struct secret *answer,
		     struct error *error);

/* The username that goes with the token: the host's git_username, else the record's account. */
const char *git_answer_username(const struct vendor_host *host, const struct record *record);
/* base64(username:token), the credential of Basic (RFC 7617). *out is initialised here. 0 or -1. */
int git_answer_basic(struct secret *out, const char *username, const struct secret *token);

#endif
