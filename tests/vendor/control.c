/* SPDX-License-Identifier: BSD-3-Clause */
/* The control port: plain HTTP on loopback, for curl in tests. GET / lists what there is. */
#include <string.h>

#include "common/text.h"
#include "endpoints.h"
#include "options.h"
#include "record.h"
#include "script.h"

static const char help[] =
	"GET  /counters                 posts, refusals and revocations in all, by user, by dialect; connections and requests by service\n"
	"GET  /requests?n=N&service=S   the last N (default 20) requests, oldest first, with headers and body\n"
	"GET  /tokens                   living tokens, newest first; ?all=1: also those that have ended since the last reset\n"
	"GET  /options    POST /options NAME=VALUE ...\n"
	"GET  /users      POST /users name= password= state=active|disabled|locked|not_set_up\n"
	"POST /answers count= status= delay_ms= when=before|after drop=1 path= content_type= body= header='Name: value' ...\n"
	"POST /kill user=NAME           ends the logins of that user, of all without user\n"
	"POST /expire user=NAME kind=access|refresh\n"
	"POST /keep                     makes the present users and options those that a reset goes back to\n"
	"POST /reset                    everything as it was at the start, or at the last keep\n";

static void bad(struct answer *answer, const char *why)
{
	answer_error(answer, 400, "bad request", why);
}

static void done(struct answer *answer, const char *name, int64_t number)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, name, json_object_new_int64(number));
	answer_json(answer, 200, object);
}

static void get_counters(const struct fields *fields, struct answer *answer)
{
	(void)fields;
	answer_json(answer, 200, counters_json());
}

static void get_requests(const struct fields *fields, struct answer *answer)
{
	const char *text = fields_get(fields, "n");
	int64_t count = 20;

	if (text && number_parse(text, 1, RECORDS_MAX, &count) != 0)
		return bad(answer, "n is no number from 1 to 256");
	answer_json(answer, 200, records_json((size_t)count, fields_get(fields, "service")));
}

static void get_tokens(const struct fields *fields, struct answer *answer)
{
	answer_json(answer, 200, tokens_json(fields_get(fields, "all") != NULL));
}

static void get_options(const struct fields *fields, struct answer *answer)
{
	(void)fields;
	answer_json(answer, 200, options_json());
}

static void post_options(const struct fields *fields, struct answer *answer)
{
	for (size_t i = 0; i < fields->count; i++)
		if (options_set(fields->list[i].name, fields->list[i].value) != 0)
			return bad(answer, "no such option, or not a value it can have (options.h lists both)");
	get_options(fields, answer);
}

static void get_users(const struct fields *fields, struct answer *answer)
{
	(void)fields;
	answer_json(answer, 200, users_json());
}

static void post_users(const struct fields *fields, struct answer *answer)
{
	const char *name = fields_get(fields, "name"), *password = fields_get(fields, "password");
	const char *word = fields_get(fields, "state");
	const struct user *user = name ? user_find(name) : NULL;
	enum user_state state = USER_ACTIVE;

	if (word && user_state_parse(word, &state) != 0)
		return bad(answer, "state is active, disabled, locked or not_set_up");
	if (!name || (!password && !user))
		return bad(answer, "name and, for a new user, password are needed");
	user_put(name, password ? password : user->password, state);
	get_users(fields, answer);
}

static void post_answers(const struct fields *fields, struct answer *answer)
{
	if (script_add(fields) != 0)
		return bad(answer, "a number is wrong, or 64 answers wait already");
	done(answer, "queued", 1);
}

static void post_kill(const struct fields *fields, struct answer *answer)
{
	done(answer, "ended", logins_end(fields_get(fields, "user"), "ended by the control port"));
}

static void post_expire(const struct fields *fields, struct answer *answer)
{
	const char *kind = fields_get(fields, "kind");

	done(answer, "expired", tokens_expire(fields_get(fields, "user"), kind && strcmp(kind, "refresh") == 0));
}

static void post_keep(const struct fields *fields, struct answer *answer)
{
	(void)fields;
	options_keep();
	users_keep();
	done(answer, "kept", 1);
}

static void post_reset(const struct fields *fields, struct answer *answer)
{
	(void)fields;
	state_reset();
	records_reset();
	script_reset();
	done(answer, "reset", 1);
}

static const struct {
	const char *method, *path;
	void (*handle)(const struct fields *fields, struct answer *answer);
} routes[] = {
	{ "GET", "/counters", get_counters }, { "GET", "/requests", get_requests },  { "GET", "/tokens", get_tokens },
	{ "GET", "/options", get_options },   { "POST", "/options", post_options },  { "GET", "/users", get_users },
	{ "POST", "/users", post_users },     { "POST", "/answers", post_answers },  { "POST", "/kill", post_kill },
	{ "POST", "/expire", post_expire },   { "POST", "/keep", post_keep },       { "POST", "/reset", post_reset },
};

static void route(const struct request *request, const struct fields *fields, struct answer *answer)
{
	state_lock();
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (strcmp(request->method, routes[i].method) == 0 && strcmp(request->path, routes[i].path) == 0) {
			fields_free(&answer->headers);
			routes[i].handle(fields, answer);
		}
	}
	state_unlock();
}

void control_handle(struct request *request, struct answer *answer)
{
	struct fields fields = { NULL, 0 };

	answer_text(answer, 404, "text/plain", help);
	if (fields_read_form(&fields, request->query, strlen(request->query)) != 0 ||
	    fields_read_form(&fields, request->body, strlen(request->body)) != 0)
		bad(answer, "the query or the body is no form (curl --data-urlencode makes one)");
	else
		route(request, &fields, answer);
	fields_free(&fields);
}
