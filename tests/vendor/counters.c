/* SPDX-License-Identifier: BSD-3-Clause */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "state.h"

static const char *const count_names[COUNTS] = {
	[COUNT_PASSWORD_POSTS] = "password_posts",   [COUNT_PASSWORD_REFUSED] = "password_refused",
	[COUNT_REFRESH_POSTS] = "refresh_posts",     [COUNT_REFRESH_REFUSED] = "refresh_refused",
	[COUNT_REVOCATIONS] = "revocations",
};

/* One named row of counters: a user, a dialect. */
struct tally {
	char *name;
	int64_t counts[COUNTS];
	struct tally *next;
};
static struct tally all, *users, *dialects;

/* Named plain numbers: connections and requests of each service. */
struct number {
	const char *name;
	int64_t value;
};
enum { SERVICES_MAX = 8 };
static struct number connections[SERVICES_MAX], requests[SERVICES_MAX];

static struct tally *tally_of(struct tally **list, const char *name)
{
	struct tally *tally;

	for (tally = *list; tally; tally = tally->next)
		if (strcmp(tally->name, name) == 0)
			return tally;
	tally = calloc(1, sizeof(*tally));
	if (!tally)
		errx(1, "out of memory");
	tally->name = copy_text(name);
	tally->next = *list;
	*list = tally;
	return tally;
}

void count_up(enum count what, const char *dialect, const char *user)
{
	all.counts[what]++;
	tally_of(&dialects, dialect)->counts[what]++;
	if (user)
		tally_of(&users, user)->counts[what]++;
}

static void number_add(struct number *numbers, const char *name, int64_t more)
{
	size_t i = 0;

	while (i < SERVICES_MAX - 1 && numbers[i].name && strcmp(numbers[i].name, name) != 0)
		i++;
	numbers[i].name = name;
	numbers[i].value += more;
}

void count_service(const char *service)
{
	number_add(connections, service, 0);
	number_add(requests, service, 0);
}

void count_connection(const char *service)
{
	number_add(connections, service, 1);
}

void count_request(const char *service)
{
	number_add(requests, service, 1);
}

static void add_counts(struct json_object *to, const struct tally *tally)
{
	for (int i = 0; i < COUNTS; i++)
		json_object_object_add(to, count_names[i], json_object_new_int64(tally->counts[i]));
}

static struct json_object *tallies_json(const struct tally *list)
{
	struct json_object *object = json_object_new_object();

	for (; list; list = list->next) {
		struct json_object *row = json_object_new_object();

		add_counts(row, list);
		json_object_object_add(object, list->name, row);
	}
	return object;
}

static struct json_object *numbers_json(const struct number *numbers)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < SERVICES_MAX && numbers[i].name; i++)
		json_object_object_add(object, numbers[i].name, json_object_new_int64(numbers[i].value));
	return object;
}

struct json_object *counters_json(void)
{
	struct json_object *object = json_object_new_object();

	add_counts(object, &all);
	json_object_object_add(object, "connections", numbers_json(connections));
	json_object_object_add(object, "requests", numbers_json(requests));
	json_object_object_add(object, "by_user", tallies_json(users));
	json_object_object_add(object, "by_dialect", tallies_json(dialects));
	return object;
}

static void tallies_free(struct tally **list)
{
	while (*list) {
		struct tally *next = (*list)->next;

		free((*list)->name);
		free(*list);
		*list = next;
	}
}

void counters_reset(void)
{
	memset(&all, 0, sizeof(all));
	for (size_t i = 0; i < SERVICES_MAX; i++)
		connections[i].value = requests[i].value = 0;
	tallies_free(&users);
	tallies_free(&dialects);
}
