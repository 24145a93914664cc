/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions counted by real processes. */
#include "pam_apitoken/count.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/message.h"
#include "pam_apitoken/process.h"
#include "tests/unit/files.h"

enum { PERSON = 59901 };

static struct error error;

static void begin(struct count *count)
{
	if (count_open(count, files_top, PERSON, &error) != 0)
		fail_msg("%s", error.text);
	assert_true(count->locked);
}

static int living(void)
{
	struct count count;
	int number;

	begin(&count);
	number = count_living(&count, &error);
	count_close(&count);
	return number;
}

/* Files below the person's folder. */
static int files(void)
{
	DIR *list = opendir(files_at("apitoken/59901"));
	struct dirent *entry;
	int number = 0;

	assert_non_null(list);
	while ((entry = readdir(list)) != NULL)
		number += entry->d_name[0] != '.';
	closedir(list);
	return number;
}

static void add(enum count_kind kind, char entry[static COUNT_ENTRY_MAX])
{
	struct count count;

	begin(&count);
	if (count_add(&count, kind, entry, &error) != 0)
		fail_msg("%s", error.text);
	count_close(&count);
}

static bool take_away(const char *entry)
{
	struct count count;
	bool found;

	begin(&count);
	found = count_remove(&count, entry);
	count_close(&count);
	return found;
}

static void put(const char *name)
{
	char path[160];

	snprintf(path, sizeof path, "apitoken/%u/%s", PERSON, name);
	files_write(path, "");
}

static void test_sessions(void **state)
{
	char first[COUNT_ENTRY_MAX], second[COUNT_ENTRY_MAX];

	(void)state;
	assert_int_equal(living(), 0);
	add(COUNT_SESSION, first);
	add(COUNT_SESSION, second);
	assert_string_not_equal(first, second);
	assert_int_equal(living(), 2);
	assert_true(take_away(first));
	assert_false(take_away(first));
	assert_int_equal(living(), 1);
	assert_true(take_away(second));
	assert_int_equal(living(), 0);
}

static void test_login_becomes_session(void **state)
{
	char entry[COUNT_ENTRY_MAX], login[COUNT_ENTRY_MAX];
	struct count count;

	(void)state;
	add(COUNT_LOGIN, entry);
	assert_int_equal(living(), 1);
	memcpy(login, entry, sizeof login);
	for (int again = 0; again < 2; again++) {
		begin(&count);
		memcpy(entry, login, sizeof entry);
		assert_int_equal(count_promote(&count, entry, &error), 0);
		count_close(&count);
		assert_int_equal(strncmp(entry, "session.", 8), 0);
		assert_int_equal(files(), 1);
		/* The second time the login has been swept away meanwhile. */
		assert_true(take_away(entry));
	}
}

static void test_login_waits_for_two_minutes(void **state)
{
	struct process self;
	struct timespec now;
	char name[COUNT_ENTRY_MAX];

	(void)state;
	assert_int_equal(process_self(&self, &error), 0);
	assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &now), 0);
	for (int older = 0; older < 2; older++) {
		snprintf(name, sizeof name, "login.%d.%lld.%lld", self.number, (long long)self.start,
			 (long long)now.tv_sec - (older ? COUNT_LOGIN_SECONDS + 2 : 60));
		put(name);
		assert_int_equal(living(), older ? 0 : 1);
		assert_int_equal(take_away(name), !older);
	}
}

/* A process that has counted a session and waits to be killed. */
static pid_t start_host(void)
{
	char entry[COUNT_ENTRY_MAX], word;
	struct count count;
	pid_t host;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	host = fork();
	if (host == 0) {
		if (count_open(&count, files_top, PERSON, NULL) != 0 ||
		    count_add(&count, COUNT_SESSION, entry, NULL) != 0)
			_exit(1);
		count_close(&count);
		/* A name that tries to look like fields of its own. */
		prctl(PR_SET_NAME, ") Z 1 (x", 0, 0, 0);
		if (write(ends[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ends[0], &word, 1), 1);
	close(ends[0]);
	close(ends[1]);
	return host;
}

static void test_crashed_hosts(void **state)
{
	const pid_t first = start_host(), second = start_host();
	siginfo_t info;

	(void)state;
	assert_int_equal(living(), 2);
	kill(first, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)first, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(living(), 1); /* nobody has asked for its status yet */
	assert_int_equal(waitpid(first, NULL, 0), first);
	kill(second, SIGKILL);
	assert_int_equal(waitpid(second, NULL, 0), second);
	assert_int_equal(living(), 0);
	assert_int_equal(files(), 0);
}

struct beginning {
	pthread_t thread;
	int end;
};

static void *go_on_alone(void *context)
{
	struct beginning *beginning = context;

	pthread_join(beginning->thread, NULL);
	if (write(beginning->end, "x", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* Its first thread counts a session and ends, and another one goes on. */
static pid_t start_host_of_threads(void)
{
	static struct beginning beginning;
	char entry[COUNT_ENTRY_MAX], word;
	struct count count;
	pthread_t thread;
	pid_t host;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	host = fork();
	if (host == 0) {
		beginning = (struct beginning){ pthread_self(), ends[1] };
		if (count_open(&count, files_top, PERSON, NULL) != 0 ||
		    count_add(&count, COUNT_SESSION, entry, NULL) != 0)
			_exit(1);
		count_close(&count);
		if (pthread_create(&thread, NULL, go_on_alone, &beginning) != 0)
			_exit(1);
		pthread_exit(NULL);
	}
	assert_int_equal(read(ends[0], &word, 1), 1);
	close(ends[0]);
	close(ends[1]);
	return host;
}

static char state_of(pid_t process)
{
	char path[64], text[256];
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/stat", process);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof text, file));
	fclose(file);
	return strrchr(text, ')')[2];
}

static void test_first_thread_ended(void **state)
{
	const pid_t host = start_host_of_threads();

	(void)state;
	while (state_of(host) != 'Z')
		nanosleep(&(const struct timespec){ .tv_nsec = 1000000 }, NULL);
	assert_int_equal(living(), 1);
	kill(host, SIGKILL);
	assert_int_equal(waitpid(host, NULL, 0), host);
	assert_int_equal(living(), 0);
}

static void test_number_used_again(void **state)
{
	struct process self;
	char name[COUNT_ENTRY_MAX];

	(void)state;
	assert_int_equal(process_self(&self, &error), 0);
	snprintf(name, sizeof name, "session.%d.%lld.7", self.number, (long long)self.start - 1);
	put(name);
	assert_int_equal(living(), 0);
	assert_int_equal(files(), 0);
	snprintf(name, sizeof name, "session.%d.%lld.7", self.number, (long long)self.start);
	put(name);
	assert_int_equal(living(), 1);
	assert_true(take_away(name));
}

static void test_other_files(void **state)
{
	static const char *const names[] = {
		"session", "session.", "session.1", "session.1.2", "session.-1.2.3", "session.1.2.3.4",
		"session.99999999999.2.3", "session.1.x.3", "session.1.2.", "other.1.2.3", "logins.1.2.3",
		"session.0.2.3",
		"session.1.99999999999999999999999999999.3",
	};
	char entry[COUNT_ENTRY_MAX];

	(void)state;
	add(COUNT_SESSION, entry);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		put(names[i]);
		assert_int_equal(living(), 1);
	}
	assert_int_equal(files(), 1);
	assert_true(take_away(entry));
}

static void test_unsafe_folders(void **state)
{
	struct count count;
	const struct { const char *path; mode_t mode; } made[] = {
		{ "apitoken", 0755 }, { "apitoken", 0770 }, { "apitoken/59901", 0711 },
	};

	(void)state;
	assert_int_equal(living(), 0);
	for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
		assert_int_equal(chmod(files_at(made[i].path), made[i].mode), 0);
		assert_int_equal(count_open(&count, files_top, PERSON, &error), -1);
		assert_int_equal(error.code, ERROR_CONFIGURATION);
		assert_int_equal(chmod(files_at(made[i].path), 0700), 0);
	}
	assert_int_equal(rename(files_at("apitoken/59901"), files_at("elsewhere")), 0);
	assert_int_equal(symlink("../elsewhere", files_at("apitoken/59901")), 0);
	assert_int_equal(count_open(&count, files_top, PERSON, &error), -1);
	assert_int_equal(unlink(files_at("apitoken/59901")), 0);
	if (getuid() == 0) {
		assert_int_equal(chown(files_at("apitoken"), PERSON, PERSON), 0);
		assert_int_equal(count_open(&count, files_top, PERSON, &error), -1);
		assert_int_equal(error.code, ERROR_CONFIGURATION);
		assert_int_equal(chown(files_at("apitoken"), 0, 0), 0);
	}
}

static void test_host_umask(void **state)
{
	const mode_t before = umask(0);
	struct stat status;
	char entry[COUNT_ENTRY_MAX], path[160];

	(void)state;
	add(COUNT_SESSION, entry);
	umask(before);
	assert_int_equal(stat(files_at("apitoken"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	snprintf(path, sizeof path, "apitoken/%u/%s", PERSON, entry);
	assert_int_equal(stat(files_at(path), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_size, 0);
	assert_true(take_away(entry));
}

/* Holds the lock until it is killed. */
static pid_t start_holder(void)
{
	struct count count;
	char word;
	pid_t holder;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	holder = fork();
	if (holder == 0) {
		if (count_open(&count, files_top, PERSON, NULL) != 0 || write(ends[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ends[0], &word, 1), 1);
	close(ends[0]);
	close(ends[1]);
	return holder;
}

static void test_lock_is_bounded(void **state)
{
	const pid_t holder = start_holder();
	char entry[COUNT_ENTRY_MAX];
	struct count count;

	(void)state;
	assert_int_equal(count_open(&count, files_top, PERSON, &error), 0);
	assert_false(count.locked);
	assert_int_equal(count_add(&count, COUNT_SESSION, entry, &error), 0);
	count_close(&count);
	kill(holder, SIGKILL);
	assert_int_equal(waitpid(holder, NULL, 0), holder);
	assert_int_equal(living(), 1);
	assert_true(take_away(entry));
}

static void test_lock_is_not_left_with_a_child(void **state)
{
	struct count count;
	pid_t child;

	(void)state;
	begin(&count);
	child = fork();
	if (child == 0) {
		for (;;)
			pause();
	}
	count_close(&count);
	begin(&count); /* asserts that it is locked */
	count_close(&count);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("each session counts until it is taken away, once", test_sessions),
		UNIT_TEST("a login becomes one session, also where it waited too long",
			  test_login_becomes_session),
		UNIT_TEST("a login that opened no session counts for two minutes",
			  test_login_waits_for_two_minutes),
		UNIT_TEST("a host whose first thread has ended lives while another one does",
			  test_first_thread_ended),
		UNIT_TEST("sessions of hosts that were killed are dropped, before and after they are "
			  "waited for", test_crashed_hosts),
		UNIT_TEST("a process number that is used again is another process",
			  test_number_used_again),
		UNIT_TEST("files of another form count for nothing and are dropped", test_other_files),
		UNIT_TEST("folders of others, open to others, or behind a link are refused",
			  test_unsafe_folders),
		UNIT_TEST("the host's umask opens nothing", test_host_umask),
		UNIT_TEST("whoever holds the lock does not keep a session from being counted",
			  test_lock_is_bounded),
		UNIT_TEST("a child that the host forked meanwhile does not keep the lock",
			  test_lock_is_not_left_with_a_child),
	};

	return cmocka_run_group_tests_name("pam_count", tests, files_make, files_remove);
}
