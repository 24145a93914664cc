/* SPDX-License-Identifier: BSD-3-Clause */
/* hoststate.h: everything about a process that a PAM module must leave as it was. Used by one rig, so it holds functions. */
#ifndef APITOKEN_TESTS_HOSTSTATE_H
#define APITOKEN_TESTS_HOSTSTATE_H

#include <dirent.h>
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STATE_TEXT_MAX = 512 * 1024, STATE_SIGNALS = 65 };

struct host_state {
	char descriptors[STATE_TEXT_MAX]; /* "0->... 1->..." */
	char environment[STATE_TEXT_MAX];
	char folder[1024], locale[256];
	mode_t mask;
	sigset_t blocked;
	struct sigaction actions[STATE_SIGNALS];
	struct itimerval timers[3];
	uid_t uids[3];
	gid_t gids[3];
	bool children;
	long resident; /* kB */
};

static void state_append(char *text, const char *more)
{
	const size_t used = strlen(text);

	snprintf(text + used, STATE_TEXT_MAX - used, "%s ", more);
}

static int state_by_number(const struct dirent **a, const struct dirent **b)
{
	return (int)strtol((*a)->d_name, NULL, 10) - (int)strtol((*b)->d_name, NULL, 10);
}

static void state_descriptors(char text[static STATE_TEXT_MAX])
{
	struct dirent **entries = NULL;
	const int count = scandir("/proc/self/fd", &entries, NULL, state_by_number);

	for (int i = 0; i < count; i++) {
		char path[300], target[300], line[700];
		ssize_t length;

		snprintf(path, sizeof(path), "/proc/self/fd/%.20s", entries[i]->d_name);
		length = readlink(path, target, sizeof(target) - 1);
		if (length > 0) {
			target[length] = '\0';
			snprintf(line, sizeof(line), "%.20s->%s", entries[i]->d_name, target);
			state_append(text, line);
		}
		free(entries[i]);
	}
	free(entries);
}

static long state_resident(void)
{
	long total = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");
	char line[256] = "", *rest;

	if (file && fgets(line, sizeof(line), file)) {
		total = strtol(line, &rest, 10);
		resident = strtol(rest, NULL, 10);
	}
	if (file)
		fclose(file);
	return total > 0 ? resident * (sysconf(_SC_PAGESIZE) / 1024) : 0;
}

static void state_take(struct host_state *state)
{
	const char *locale = setlocale(LC_ALL, NULL);

	memset(state, 0, sizeof(*state));
	state_descriptors(state->descriptors);
	for (char **entry = environ; entry && *entry; entry++)
		state_append(state->environment, *entry);
	if (!getcwd(state->folder, sizeof(state->folder)))
		snprintf(state->folder, sizeof(state->folder), "errno %d", errno);
	snprintf(state->locale, sizeof(state->locale), "%s", locale ? locale : "");
	state->mask = umask(077);
	umask(state->mask);
	pthread_sigmask(SIG_BLOCK, NULL, &state->blocked);
	for (int number = 1; number < STATE_SIGNALS; number++)
		sigaction(number, NULL, &state->actions[number]);
	for (int timer = 0; timer < 3; timer++)
		getitimer(timer, &state->timers[timer]);
	if (getresuid(&state->uids[0], &state->uids[1], &state->uids[2]) ||
	    getresgid(&state->gids[0], &state->gids[1], &state->gids[2]))
		abort();
	state->resident = state_resident();
	state->children = waitpid(-1, NULL, WNOHANG | __WALL) >= 0;
}

static bool state_differs(const char *what, bool same, char changes[static STATE_TEXT_MAX])
{
	if (!same)
		state_append(changes, what);
	return !same;
}

/* Fills changes with the names of what differs; "" where nothing does. */
static void state_compare(const struct host_state *a, const struct host_state *b, char changes[static STATE_TEXT_MAX])
{
	changes[0] = '\0';
	if (state_differs("descriptors", strcmp(a->descriptors, b->descriptors) == 0, changes)) {
		state_append(changes, a->descriptors);
		state_append(changes, "now");
		state_append(changes, b->descriptors);
	}
	state_differs("environment", strcmp(a->environment, b->environment) == 0, changes);
	state_differs("folder", strcmp(a->folder, b->folder) == 0, changes);
	state_differs("locale", strcmp(a->locale, b->locale) == 0, changes);
	state_differs("umask", a->mask == b->mask, changes);
	state_differs("signal-mask", memcmp(&a->blocked, &b->blocked, sizeof(a->blocked)) == 0, changes);
	for (int number = 1; number < STATE_SIGNALS; number++) {
		const struct sigaction *x = &a->actions[number], *y = &b->actions[number];

		if (x->sa_handler != y->sa_handler || x->sa_flags != y->sa_flags)
			state_differs("signal-disposition", false, changes);
	}
	state_differs("timers", memcmp(a->timers, b->timers, sizeof(a->timers)) == 0, changes);
	state_differs("uids", memcmp(a->uids, b->uids, sizeof(a->uids)) == 0, changes);
	state_differs("gids", memcmp(a->gids, b->gids, sizeof(a->gids)) == 0, changes);
	state_differs("children", a->children == b->children, changes);
}

#endif
