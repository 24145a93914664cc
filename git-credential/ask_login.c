/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/ask_login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/advice.h"
#include "common/backoff.h"
#include "common/lock.h"
#include "common/message.h"
#include "common/text.h"
#include "common/tokens.h"
#include "git-credential/askpass.h"

enum {
	PAUSE_SECONDS = 60, /* a question without success is not put again at once */
	LOCK_SPARE_SECONDS = 5,
	MILLISECONDS = 1000,
	LABEL_MAX = RECORD_DESCRIPTION_MAX,
	PROMPT_MAX = 3 * ACCOUNT_MAX + HOST_MAX + VENDOR_NAME_MAX + 64,
};

struct question {
	const struct lookup *lookup;
	const struct git_request *request;
	const char *account; /* NULL: the bare record */
	char username[ACCOUNT_MAX];
	char program[ASKPASS_PROGRAM_MAX];
	char label[LABEL_MAX]; /* of the lock, and of the key that tells others to pause */
};

/* ---- who and with what ---- */

/* Whether git's username, where it names one, lets this account answer. */
static bool is_wanted(const struct question *question)
{
	const struct vendor_host *host = question->lookup->host;
	const char *wanted = question->request->username;

	return !question->request->has_username || strcmp(wanted, question->username) == 0 ||
	       (host && host->git_username && strcmp(wanted, host->git_username) == 0);
}

/*
 * The account whose token is over; without a record the name that the vendor file makes of the login
 * name, which a static program can only read from the environment. The person sees it in the question.
 */
static int choose_username(struct question *question, const struct record *record)
{
	const char *login = getenv("LOGNAME");

	if (record->account[0] != '\0')
		return text_copy(question->username, ACCOUNT_MAX, record->account);
	if (!login || login[0] == '\0')
		login = getenv("USER");
	if (!login || login[0] == '\0' ||
	    vendor_username(&question->lookup->vendor, login, question->username, NULL) != 0)
		return -1;
	return is_wanted(question) ? 0 : -1;
}

/* Without the client's secret a login is not possible, so nobody is asked. */
static bool can_log_in(const struct vendor *vendor)
{
	return !vendor->client_secret_file || access(vendor->client_secret_file, R_OK) == 0;
}

static bool prepare(struct question *question, const struct record *record)
{
	char description[RECORD_DESCRIPTION_MAX];
	const struct vendor *vendor = &question->lookup->vendor;

	record_description(description, vendor->name, question->account);
	return vendor->askpass && can_log_in(vendor) && choose_username(question, record) == 0 &&
	       (size_t)snprintf(question->label, LABEL_MAX, "%s:asked", description) < LABEL_MAX &&
	       askpass_find(question->program);
}

/* ---- the pause ---- */

static void pause_begin(const struct question *question)
{
	struct secret payload;

	if (secret_set(&payload, "asked", strlen("asked")) == 0)
		keyring_store(question->label, &payload, PAUSE_SECONDS, NULL);
	secret_release(&payload);
}

static int explain(const struct question *question, const char *what, struct error *error)
{
	const char *name = question->lookup->vendor.name;
	char command[ADVICE_MAX];

	return error_set(error, ERROR_LOGIN_AGAIN, "%s: %s; log in: %s", name, what,
			 advice_login(command, name, question->account));
}

/* The vendor's words begin with its name. */
static void explain_refusal(const struct question *question, const struct error *reason,
			    struct error *error)
{
	char command[ADVICE_MAX];

	error_set(error, reason->code, "%s; log in: %s", reason->text,
		  advice_login(command, question->lookup->vendor.name, question->account));
}

/* ---- asking ---- */

/* As a URL writes it, RFC 3986, section 2.1: an account may hold "@" and "/". */
static void append_encoded(struct secret *out, const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (; *text != '\0'; text++)
		if (strchr(plain, *text))
			secret_append(out, text, 1);
		else
			secret_append_format(out, "%%%02X", (unsigned char)*text);
}

/* It begins as git's own question does, which some programs take apart. */
static int make_prompt(const struct question *question, struct secret *prompt)
{
	if (secret_init(prompt, PROMPT_MAX) != 0)
		return -1;
	secret_append_text(prompt, "Password for 'https://");
	append_encoded(prompt, question->username);
	secret_append_format(prompt, "@%s' (vendor %s): ", question->request->host,
			     question->lookup->vendor.name);
	return secret_ok(prompt) ? 0 : -1;
}

static int ask_password(const struct question *question, struct secret *password,
			struct error *error)
{
	struct secret prompt = SECRET_NONE;
	struct error reason = { .code = ERROR_NONE };
	char what[ERROR_TEXT_MAX];
	const int64_t deadline = clock_monotonic_ms() + ASKPASS_SECONDS * MILLISECONDS;
	int result;

	*password = SECRET_NONE;
	if (make_prompt(question, &prompt) != 0)
		result = error_set(error, ERROR_MEMORY, "out of memory");
	else
		result = askpass_run(question->program, prompt.bytes, deadline, password,
				     &reason);
	secret_release(&prompt);
	if (result == 0 || reason.code == ERROR_NONE)
		return result;
	snprintf(what, sizeof(what), "the askpass program was of no help: %.300s", reason.text);
	return explain(question, what, error);
}

static int ask(const struct question *question, struct record *fresh, struct error *error)
{
	const struct lookup *lookup = question->lookup;
	struct error reason = { .code = ERROR_NONE };
	struct secret password;
	int result = ask_password(question, &password, error);

	if (result == 0) {
		result = tokens_login(&lookup->vendor, &lookup->places, question->username,
				      &password, question->account != NULL, fresh, NULL, &reason);
		if (result != 0 && reason.code == ERROR_REFUSED)
			explain_refusal(question, &reason, error);
		else if (result != 0)
			*error = reason;
	}
	if (result != 0)
		pause_begin(question);
	secret_release(&password);
	return result;
}

/* What another process got while we waited for the lock. */
static bool take_newer(const struct question *question, const struct record *record,
		       struct record *fresh)
{
	if (tokens_load(question->lookup->vendor.name, question->account, fresh, NULL) != 0)
		return false;
	if (record_state(fresh, record_now(fresh)) != RECORD_EXPIRED &&
	    !secret_equal(&fresh->access_token, &record->access_token))
		return true;
	record_release(fresh);
	return false;
}

static int ask_locked(const struct question *question, const struct record *record,
		      struct record *fresh, struct error *error)
{
	if (take_newer(question, record, fresh))
		return 0;
	if (keyring_has(question->label))
		return explain(question, "a moment ago the question for the password had no success", error);
	if (backoff_active(question->lookup->vendor.name, error))
		return -1;
	return ask(question, fresh, error);
}

int ask_login(const struct lookup *lookup, const struct git_request *request, bool further,
	      struct record *record, struct error *error)
{
	static struct question question;
	const int64_t deadline =
		clock_monotonic_ms() +
		(ASKPASS_SECONDS + lookup->vendor.timeout + LOCK_SPARE_SECONDS) * MILLISECONDS;
	struct record fresh;
	struct lock lock;
	int result;

	question.lookup = lookup;
	question.request = request;
	question.account = further ? record->account : NULL;
	if (!prepare(&question, record) || lock_acquire(&lock, question.label, deadline, NULL) != 0)
		return -1;
	result = ask_locked(&question, record, &fresh, error);
	lock_release(&lock);
	if (result != 0)
		return -1;
	record_release(record);
	*record = fresh; /* transferred */
	return 0;
}
