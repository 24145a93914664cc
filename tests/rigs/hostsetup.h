/* SPDX-License-Identifier: BSD-3-Clause */
/* hostsetup.h: the odd states that real PAM hosts are in. One user, so it holds functions; each returns false for what it does not know or cannot do. */
#ifndef APITOKEN_TESTS_HOSTSETUP_H
#define APITOKEN_TESTS_HOSTSETUP_H

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Wholly: as a screen locker. Otherwise the real ids only, as in a set-user-ID-root program. */
static bool setup_ids(const char *name, bool wholly)
{
	const struct passwd *user = getpwnam(name);

	return user && initgroups(user->pw_name, user->pw_gid) == 0 &&
	       setresgid(user->pw_gid, user->pw_gid, user->pw_gid) == 0 &&
	       (wholly ? setresuid(user->pw_uid, user->pw_uid, user->pw_uid) : setresuid(user->pw_uid, 0, 0)) == 0;
}

static bool setup_limit(const char *assignment)
{
	static const struct { const char *name; __rlimit_resource_t limit; } limits[] = {
		{ "as=", RLIMIT_AS }, { "core=", RLIMIT_CORE }, { "cpu=", RLIMIT_CPU }, { "fsize=", RLIMIT_FSIZE },
		{ "nofile=", RLIMIT_NOFILE }, { "nproc=", RLIMIT_NPROC }, { "stack=", RLIMIT_STACK },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const size_t length = strlen(limits[i].name);

		if (strncmp(assignment, limits[i].name, length) == 0) {
			const rlim_t value = strtoul(assignment + length, NULL, 10);
			const struct rlimit both = { value, value };

			return setrlimit(limits[i].limit, &both) == 0;
		}
	}
	return false;
}

/* Every signal that a program can catch and survive, but SIGCHLD. */
static void setup_count_signals(void (*handler)(int))
{
	const struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	static const int left_alone[] = { SIGCHLD, SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP };

	for (int number = 1; number < 65; number++) {
		bool skip = false;

		for (size_t i = 0; i < sizeof(left_alone) / sizeof(left_alone[0]); i++)
			skip = skip || number == left_alone[i];
		if (!skip)
			sigaction(number, &action, NULL);
	}
}

static void setup_reap(int number)
{
	const int saved = errno;

	(void)number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	errno = saved;
}

/* A host's thread that takes every child's status there is. It polls where there is no child. */
static void *setup_waiter(void *nothing)
{
	for (;;) {
		if (waitpid(-1, NULL, 0) < 0)
			usleep(1000);
	}
	return nothing;
}

static bool setup_storm(void (*counter)(int))
{
	const struct sigaction action = { .sa_handler = counter };
	const struct itimerval each = { { 0, 1000 }, { 0, 1000 } };

	return sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &each, NULL) == 0;
}

static bool setup_sigchld(const char *mode, void (*counter)(int))
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	pthread_t thread;
	sigset_t set;

	if (strcmp(mode, "waiter") == 0)
		return pthread_create(&thread, NULL, setup_waiter, NULL) == 0;
	if (strcmp(mode, "blocked") == 0) {
		sigemptyset(&set);
		sigaddset(&set, SIGCHLD);
		return pthread_sigmask(SIG_BLOCK, &set, NULL) == 0;
	}
	if (strcmp(mode, "storm") == 0)
		return setup_storm(counter);
	if (strcmp(mode, "ign") == 0)
		action.sa_handler = SIG_IGN;
	else if (strcmp(mode, "nocldwait") == 0)
		action.sa_flags = SA_NOCLDWAIT;
	else if (strcmp(mode, "handler") == 0)
		action.sa_handler = setup_reap;
	else if (strcmp(mode, "count") == 0)
		action.sa_handler = counter;
	else if (strcmp(mode, "dfl") != 0)
		return false;
	return sigaction(SIGCHLD, &action, NULL) == 0;
}

#endif
