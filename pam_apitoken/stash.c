/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stash: puts a login's record into the kernel keyring of the user who logged in. The PAM module
 * runs it, because a record lands in the ring of its writer's real uid and belongs to its file
 * system uid: the writer must be the user wholly, and a module must not change its host's ids.
 *
 *   stash park                    as root: keep the record a moment, where only root finds it
 *   stash store SERIAL UID GID    take it from there, become the user, store it
 *   stash end UID GID             become the user, remove all records: the last session is over
 */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/kept_password.h"
#include "common/keyring.h"
#include "common/message.h"
#include "common/record.h"
#include "common/secret.h"
#include "common/stash.h"
#include "common/text.h"
#include "common/tokens.h"

enum {
	USER_MAX = 257, /* bytes with NUL of a login name */
	REQUEST_MAX = LOGIN_PAYLOAD_MAX + 1024,
	REPLY_ROOM = 2048, /* of a reply, besides records */
	MILLISECONDS = 1000,
};

enum verb { VERB_PARK, VERB_STORE, VERB_END };

struct job {
	enum verb verb;
	int32_t serial;
	uid_t uid;
	gid_t gid;
	char user[USER_MAX];
	bool hand_back;	       /* what is replaced or removed is wanted */
	struct secret payload; /* from the request */
};

static int wrong_arguments(struct error *error)
{
	return error_set(error, ERROR_USAGE, "wrong arguments");
}

/* (uid_t)-1 means "no change" to setresuid(2), and 0 is never a target. */
static int parse_ids(char **arguments, struct job *job, struct error *error)
{
	int64_t uid, gid;

	if (number_parse(arguments[0], 1, (uid_t)-2, &uid) != 0 ||
	    number_parse(arguments[1], 0, (gid_t)-2, &gid) != 0)
		return wrong_arguments(error);
	job->uid = (uid_t)uid;
	job->gid = (gid_t)gid;
	return 0;
}

static int parse_arguments(int count, char **arguments, struct job *job, struct error *error)
{
	int64_t serial;

	if (count == 2 && strcmp(arguments[1], "park") == 0) {
		job->verb = VERB_PARK;
		return 0;
	}
	if (count == 4 && strcmp(arguments[1], "end") == 0) {
		job->verb = VERB_END;
		return parse_ids(arguments + 2, job, error);
	}
	if (count != 5 || strcmp(arguments[1], "store") != 0 ||
	    number_parse(arguments[2], 0, INT32_MAX, &serial) != 0)
		return wrong_arguments(error);
	job->verb = VERB_STORE;
	job->serial = (int32_t)serial;
	return parse_ids(arguments + 3, job, error);
}

static int check_socket(struct error *error)
{
	struct stat status;

	if (fstat(STDIN_FILENO, &status) == 0 && S_ISSOCK(status.st_mode))
		return 0;
	return error_set(error, ERROR_USAGE,
			 "only pam_apitoken runs this program; there is nothing to do by hand");
}

static int take_request(const struct message *request, struct job *job, struct error *error)
{
	struct message_field record;

	if (message_text(request, "user", job->user, sizeof job->user) != 0 ||
	    job->user[0] == '\0')
		return error_set(error, ERROR_USAGE, "the request names no user");
	job->hand_back = message_find(request, "hand_back", &record);
	if (!message_find(request, "record", &record))
		return 0;
	if (secret_set(&job->payload, record.value, record.length) != 0)
		return error_set(error, ERROR_MEMORY, "not enough memory for a record");
	return 0;
}

/* setresuid(2) clears the parent-death signal; whoever died meanwhile is not our parent any more. */
static int survive_no_parent(pid_t parent, struct error *error)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == parent)
		return 0;
	return error_set(error, ERROR_SYSTEM, "the program that asked has ended");
}

static int become(uid_t uid, gid_t gid, struct error *error)
{
	const pid_t parent = getppid();
	uid_t real_uid, effective_uid, saved_uid;
	gid_t real_gid, effective_gid, saved_gid;

	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		return error_set_errno(error, ERROR_SYSTEM, errno, "cannot become user %u", uid);
	if (getresuid(&real_uid, &effective_uid, &saved_uid) != 0 || real_uid != uid ||
	    effective_uid != uid || saved_uid != uid ||
	    getresgid(&real_gid, &effective_gid, &saved_gid) != 0 || real_gid != gid ||
	    effective_gid != gid || saved_gid != gid)
		return error_set(error, ERROR_SYSTEM, "did not become user %u", uid);
	return survive_no_parent(parent, error);
}

static int become_root(struct error *error)
{
	if (geteuid() != 0)
		return error_set(error, ERROR_POLICY, "only root can hand a login over");
	return become(0, 0, error);
}

/* A login in its parts. */
struct login {
	struct secret payload; /* the record's */
	struct secret kept;    /* SECRET_NONE: no password is to be kept */
	struct record record;
};

static void login_release(struct login *login)
{
	secret_release(&login->payload);
	secret_release(&login->kept);
	record_release(&login->record);
}

static bool is_sound(const struct login *login)
{
	struct secret password;
	bool result;

	if (login->kept.bytes == NULL)
		return true;
	result = kept_password_decode(&login->kept, login->record.account, &password, NULL) == 0;
	secret_release(&password);
	return result;
}

/* Nothing but a sound record, and its account's own password, goes into a keyring. */
static int take_login(const struct secret *payload, struct login *login, struct error *error)
{
	*login = (struct login){ 0 };
	record_init(&login->record);
	if (kept_password_split(payload, &login->payload, &login->kept) != 0)
		return error_set(error, ERROR_MEMORY, "not enough memory for a record");
	if (record_decode(&login->payload, &login->record, error) == 0 && is_sound(login))
		return 0;
	login_release(login);
	return error_set(error, ERROR_USAGE, "what came is no record");
}

static int park(const struct job *job, struct message *reply, struct error *error)
{
	struct login login;
	int32_t serial;

	if (become_root(error) != 0 || take_login(&job->payload, &login, error) != 0)
		return -1;
	login_release(&login);
	if (keyring_handoff_park(job->user, &job->payload, &serial, error) != 0)
		return -1;
	message_put_number(reply, "serial", serial);
	return 0;
}

static int take_over(const struct job *job, struct secret *payload, struct error *error)
{
	if (become_root(error) != 0 ||
	    keyring_handoff_check(job->serial, job->user, error) != 0 ||
	    keyring_handoff_read(job->serial, payload, error) != 0)
		return -1;
	return become(job->uid, job->gid, error);
}

/* Without a hand-off the host is the user already, a screen locker for example. */
static int check_is_user(const struct job *job, struct error *error)
{
	uid_t real, effective, saved;

	if (getresuid(&real, &effective, &saved) == 0 && real == job->uid &&
	    effective == job->uid && saved == job->uid)
		return 0;
	return error_set(error, ERROR_POLICY,
			 "a record without a hand-off is only stored by its user");
}

/* Puts it into the reply. False where it has no room there. */
static bool hand_back(const struct record *record, struct message *reply)
{
	struct secret payload;
	bool fits;

	if (record_encode(record, &payload, NULL) != 0)
		return false;
	fits = reply->body.length + payload.length + REPLY_ROOM <= reply->body.maximum;
	if (fits)
		message_put(reply, "record", payload.bytes, payload.length);
	secret_release(&payload);
	return fits;
}

/* For the notice at the login: how long a token is good that only another login can replace. */
static void tell_end(const struct login *login, struct message *reply)
{
	const int64_t now = record_now(&login->record),
		      seconds = login->record.access_expires_at - now;

	if (login->kept.bytes == NULL && !record_refreshable(&login->record, now) && seconds > 0)
		message_put_number(reply, "ends_in", seconds);
}

static int store_payload(const struct job *job, const struct secret *payload,
			 struct message *reply, struct error *error)
{
	struct login login;
	struct record displaced;
	int result;

	if (take_login(payload, &login, error) != 0)
		return -1;
	result = tokens_store_login(&login.record, &login.payload,
				    login.kept.bytes != NULL ? &login.kept : NULL, false,
				    &displaced, error);
	if (result == 0) {
		message_put_text(reply, "stored", "");
		tell_end(&login, reply);
		/* The same token again lives on with the new login. */
		if (job->hand_back && displaced.refresh_token.length > 0 &&
		    !secret_equal(&displaced.refresh_token, &login.record.refresh_token))
			hand_back(&displaced, reply);
		record_release(&displaced);
	}
	login_release(&login);
	return result;
}

static int store(const struct job *job, struct message *reply, struct error *error)
{
	struct secret payload = SECRET_NONE;
	int result = -1;

	if (job->serial == 0)
		return check_is_user(job, error) != 0 ?
			       -1 :
			       store_payload(job, &job->payload, reply, error);
	if (take_over(job, &payload, error) == 0)
		result = store_payload(job, &payload, reply, error);
	secret_release(&payload);
	return result;
}

struct ended {
	int64_t removed, untold;
};

static int end_one(const struct job *job, const char *description, struct ended *ended,
		   struct message *reply, struct error *error)
{
	struct record removed;

	if (tokens_remove(description, &removed, error) != 0)
		return error->code == ERROR_NO_TOKEN ? 0 : -1;
	ended->removed++;
	if (job->hand_back && removed.refresh_token.length > 0 && !hand_back(&removed, reply))
		ended->untold++;
	record_release(&removed);
	return 0;
}

/* One that cannot be removed does not keep the others. */
static int end(const struct job *job, struct message *reply, struct error *error)
{
	static struct keyring_item items[KEYRING_LIST_MAX];
	struct ended ended = { 0, 0 };
	struct error reason = { 0 };
	int count, result = 0;

	if (become_root(error) != 0 || become(job->uid, job->gid, error) != 0)
		return -1;
	count = keyring_list(items, KEYRING_LIST_MAX, error);
	if (count < 0)
		return -1;
	for (int i = 0; i < count; i++) {
		if (end_one(job, items[i].description, &ended, reply, &reason) != 0) {
			*error = reason;
			result = -1;
		}
	}
	if (result != 0)
		return -1;
	message_put_number(reply, "removed", ended.removed);
	message_put_number(reply, "untold", ended.untold);
	return 0;
}

static int act(const struct job *job, struct message *reply, struct error *error)
{
	switch (job->verb) {
	case VERB_PARK:
		return park(job, reply, error);
	case VERB_STORE:
		return store(job, reply, error);
	case VERB_END:
		return end(job, reply, error);
	}
	return -1;
}

static void carry_out(const struct job *job, struct message *reply)
{
	struct error error = { 0 };

	if (act(job, reply, &error) != 0) {
		message_put_number(reply, "code", error.code);
		message_put_text(reply, "message", error.text);
	}
}

static size_t reply_maximum(const struct job *job)
{
	if (job->verb == VERB_END && job->hand_back)
		return MESSAGE_REPLY_MAX;
	return REPLY_ROOM + (job->hand_back ? RECORD_PAYLOAD_MAX + REPLY_ROOM : 0);
}

static int serve(struct job *job, struct error *error)
{
	const int64_t deadline = clock_monotonic_ms() + STASH_SECONDS * MILLISECONDS;
	struct message request, reply;
	int result = -1;

	if (message_receive(STDIN_FILENO, MESSAGE_STASH_REQUEST, REQUEST_MAX, NULL, deadline,
			    &request, error) != 0)
		return -1;
	if (take_request(&request, job, error) == 0 &&
	    message_init_reply(&reply, MESSAGE_STASH_REPLY, &request, reply_maximum(job),
			       error) == 0) {
		carry_out(job, &reply);
		result = message_send(STDIN_FILENO, &reply, deadline, error);
		message_release(&reply);
	}
	message_release(&request);
	return result;
}

int main(int count, char **arguments)
{
	struct job job = { .payload = SECRET_NONE };
	struct error error = { 0 };
	int result = -1;

	if (secret_protect_process() != 0)
		error_set_errno(&error, ERROR_SYSTEM, errno, "cannot forbid core dumps");
	else if (check_socket(&error) == 0 && parse_arguments(count, arguments, &job, &error) == 0)
		result = serve(&job, &error);
	secret_release(&job.payload);
	if (result == 0)
		return 0;
	fprintf(stderr, "stash: %s\n", error.text);
	return error.errnum == EPROTO ? MESSAGE_STATUS_VERSION : error_exit_code(error.code);
}
