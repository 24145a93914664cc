/* SPDX-License-Identifier: BSD-3-Clause */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "state.h"

static struct user *users;
static unsigned users_count;

/* The users of the command line: what users_reset() goes back to. */
static struct kept {
	char *name, *password;
	enum user_state state;
} *kept;
static size_t kept_count;

static const char *const state_names[] = { "active", "disabled", "locked", "not_set_up" };

int user_state_parse(const char *word, enum user_state *state)
{
	for (unsigned i = 0; i < sizeof(state_names) / sizeof(state_names[0]); i++) {
		if (strcmp(word, state_names[i]) == 0) {
			*state = (enum user_state)i;
			return 0;
		}
	}
	return -1;
}

const char *user_state_name(enum user_state state)
{
	return state_names[state];
}

struct user *user_find(const char *name)
{
	for (struct user *user = users; user; user = user->next)
		if (strcmp(user->name, name) == 0)
			return user;
	return NULL;
}

void user_put(const char *name, const char *password, enum user_state state)
{
	struct user *user = user_find(name);
	char *copy = copy_text(password); /* first: it may be the present one */

	if (!user) {
		user = calloc(1, sizeof(*user));
		if (!user)
			errx(1, "out of memory");
		user->name = copy_text(name);
		user->number = ++users_count;
		user->next = users;
		users = user;
	}
	free(user->password);
	user->password = copy;
	user->state = state;
}

void users_keep(void)
{
	while (kept_count > 0) {
		free(kept[--kept_count].name);
		free(kept[kept_count].password);
	}
	for (struct user *user = users; user; user = user->next) {
		kept = reallocarray(kept, kept_count + 1, sizeof(*kept));
		if (!kept)
			errx(1, "out of memory");
		kept[kept_count++] = (struct kept){ copy_text(user->name), copy_text(user->password), user->state };
	}
}

void users_reset(void)
{
	while (users) {
		struct user *next = users->next;

		free(users->name);
		free(users->password);
		free(users);
		users = next;
	}
	users_count = 0;
	for (size_t i = kept_count; i > 0; i--)
		user_put(kept[i - 1].name, kept[i - 1].password, kept[i - 1].state);
}

struct json_object *users_json(void)
{
	struct json_object *all = json_object_new_object();

	for (struct user *user = users; user; user = user->next)
		json_object_object_add(all, user->name, json_object_new_string(state_names[user->state]));
	return all;
}
