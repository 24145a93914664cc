/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/git_answer.h"

#include <string.h>

#include "git-credential/base64.h"

enum { LINES_MAX = 256 }; /* bytes of an answer without username and token */

enum scheme { SCHEME_NONE, SCHEME_BEARER, SCHEME_BASIC };

const char *git_answer_username(const struct vendor_host *host, const struct record *record)
{
	return host->git_username ? host->git_username : record->account;
}

int git_answer_basic(struct secret *out, const char *username, const struct secret *token)
{
	size_t length = strlen(username) + 1 + token->length;
	struct secret pair = SECRET_NONE;

	*out = SECRET_NONE;
	if (secret_init(&pair, length) != 0 || secret_init(out, BASE64_SIZE(length)) != 0) {
		secret_release(&pair);
		return -1;
	}
	secret_append_text(&pair, username);
	secret_append_text(&pair, ":");
	secret_append(&pair, token->bytes, token->length);
	base64_append(out, &pair);
	secret_release(&pair);
	return 0;
}

/* An administrator's bearer or basic is an order; auto takes what the server offers. */
static enum scheme choose_scheme(const struct git_request *request, enum git_auth git_auth)
{
	if (git_auth == GIT_AUTH_BEARER)
		return SCHEME_BEARER;
	if (git_auth == GIT_AUTH_BASIC)
		return SCHEME_BASIC;
	if (!request->offers_any || request->offers_bearer)
		return SCHEME_BEARER;
	return request->offers_basic ? SCHEME_BASIC : SCHEME_NONE;
}

/* A control byte would start a line of its own in git's eyes. */
static int check_bytes(const char *bytes, size_t length, const char *what, struct error *error)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
			return error_set(error, ERROR_POLICY,
					 "the %s holds a control character, so git does not get it",
					 what);
	return 0;
}

static int put_basic(const struct vendor_host *host, const struct record *record,
		     struct secret *answer, struct error *error)
{
	const char *username = git_answer_username(host, record);
	struct secret basic;

	if (strchr(username, ':'))
		return error_set(error, ERROR_POLICY,
				 "a username with a colon cannot be sent as Basic; set "
				 "git_username for the host");
	if (git_answer_basic(&basic, username, &record->access_token) != 0)
		return error_set(error, ERROR_MEMORY, "out of memory while answering git");
	secret_append_text(answer, "capability[]=authtype\nauthtype=Basic\ncredential=");
	secret_append(answer, basic.bytes, basic.length);
	secret_release(&basic);
	return 0;
}

static int put_credential(const struct git_request *request, const struct vendor_host *host,
			  const struct record *record, struct secret *answer, struct error *error)
{
	switch (choose_scheme(request, host->git_auth)) {
	case SCHEME_BEARER:
		secret_append_text(answer, "capability[]=authtype\nauthtype=Bearer\ncredential=");
		secret_append(answer, record->access_token.bytes, record->access_token.length);
		break;
	case SCHEME_BASIC:
		if (put_basic(host, record, answer, error) != 0)
			return -1;
		break;
	case SCHEME_NONE:
		return error_set(error, ERROR_POLICY,
				 "host '%s' offers neither Bearer nor Basic; git_auth in [host %s] "
				 "overrides that",
				 host->host, host->host);
	}
	secret_append_text(answer, "\nephemeral=1\n");
	return 0;
}

static void put_password(const struct vendor_host *host, const struct record *record,
			 struct secret *answer)
{
	secret_append_text(answer, "username=");
	secret_append_text(answer, git_answer_username(host, record));
	secret_append_text(answer, "\npassword=");
	secret_append(answer, record->access_token.bytes, record->access_token.length);
	secret_append_text(answer, "\n");
}

static int put_lines(const struct git_request *request, const struct vendor_host *host,
		     const struct record *record, bool may_renew, struct secret *answer,
		     struct error *error)
{
	const char *username = git_answer_username(host, record);

	if (check_bytes(record->access_token.bytes, record->access_token.length, "token", error) !=
		    0 ||
	    check_bytes(username, strlen(username), "username", error) != 0)
		return -1;
	if (!request->authtype)
		put_password(host, record, answer);
	else if (put_credential(request, host, record, answer, error) != 0)
		return -1;
	secret_append_format(answer, "password_expiry_utc=%lld\n",
			     (long long)record_local(record, record_told_expiry(record)));
	if (request->authtype && request->state && may_renew && !request->asked_again)
		secret_append_text(answer,
				   "capability[]=state\nstate[]=" GIT_STATE "\ncontinue=1\n");
	return secret_ok(answer)
		       ? 0
		       : error_set(error, ERROR_MEMORY, "out of memory while answering git");
}

int git_answer_build(const struct git_request *request, const struct vendor_host *host,
		     const struct record *record, bool may_renew, struct secret *answer,
		     struct error *error)
{
	size_t pair = strlen(git_answer_username(host, record)) + 1 + record->access_token.length;

	*answer = SECRET_NONE;
	if (secret_init(answer, LINES_MAX + BASE64_SIZE(pair)) != 0)
		return error_set(error, ERROR_MEMORY, "out of memory while answering git");
	if (put_lines(request, host, record, may_renew, answer, error) == 0)
		return 0;
	secret_release(answer);
	return -1;
}
