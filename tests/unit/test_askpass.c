/* SPDX-License-Identifier: BSD-3-Clause */
/* What is taken from an askpass program, and what is not: scripts of every temper. */
#include "git-credential/askpass.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/message.h"
#include "tests/unit/unit.h"

enum { PATIENCE_MS = 60000, SHORT_MS = 300, SCRIPT_PATH_MAX = 64 };

static char folder[] = "/tmp/apitoken-askpass.XXXXXX";

static const char *script(const char *body)
{
	static char path[SCRIPT_PATH_MAX];
	FILE *file;

	snprintf(path, sizeof path, "%s/program", folder);
	unlink(path);
	file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", body);
	fclose(file);
	assert_int_equal(chmod(path, 0700), 0);
	return path;
}

/* The password, or NULL and its reason in why. */
static const char *answer_of(const char *program, int64_t patience_ms, struct error *why)
{
	static char text[PASSWORD_MAX + 1];
	struct secret password;
	int result;

	result = askpass_run(program, "Question: ", clock_monotonic_ms() + patience_ms, &password, why);
	snprintf(text, sizeof text, "%s", result == 0 ? password.bytes : "");
	secret_release(&password);
	return result == 0 ? text : NULL;
}

static void gives(const char *body, const char *wanted)
{
	struct error why = { 0 };
	const char *answer = answer_of(script(body), PATIENCE_MS, &why);

	if (answer == NULL)
		fail_msg("%s: %s", body, why.text);
	assert_string_equal(answer, wanted);
}

static void refuses(const char *body, const char *reason)
{
	struct error why = { 0 };

	assert_null(answer_of(script(body), PATIENCE_MS, &why));
	assert_int_equal(why.code, ERROR_LOGIN_AGAIN);
	if (strstr(why.text, reason) == NULL)
		fail_msg("%s: %s", body, why.text);
}

static void test_line(void **state)
{
	(void)state;
	gives("echo secret", "secret");
	gives("printf secret", "secret");
	gives("printf 'secret\\r\\n'", "secret");
	gives("printf ' s p a c e s \\nmore\\n'", " s p a c e s ");
	gives("printf 'a'; sleep 0.2; printf 'b\\n'", "ab");
	gives("printf '%511s\\r\\n' '' | tr ' ' x", (char[PASSWORD_MAX + 1]){ [0 ... PASSWORD_MAX - 1] = 'x' });
}

static void test_no_password(void **state)
{
	(void)state;
	refuses("exit 0", "empty");
	refuses("echo", "empty");
	refuses("printf '\\nsecond\\n'", "empty");
	refuses("echo secret; exit 1", "cancelled");
	refuses("echo secret; kill -9 $$", "cancelled");
	refuses("cat", "empty");
	refuses("echo \"$@\"", "question itself");
	refuses("printf 'nul\\000byte\\n'", "NUL");
	refuses("printf '%512s\\n' '' | tr ' ' x", "longer");
	refuses("yes", "longer");
}

static void test_missing(void **state)
{
	struct error why = { 0 };

	(void)state;
	assert_null(answer_of("/nonexistent/askpass", PATIENCE_MS, &why));
	assert_int_equal(why.code, ERROR_LOGIN_AGAIN);
	assert_null(answer_of("/dev/null", PATIENCE_MS, &why));
}

/* How many of our children are left: none, or waitpid(2) would find one. */
static void none_left(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_deadline(void **state)
{
	struct error why = { 0 };
	int64_t begin = clock_monotonic_ms();

	(void)state;
	assert_null(answer_of(script("exec sleep 100"), SHORT_MS, &why));
	assert_non_null(strstr(why.text, "no answer in time"));
	assert_null(answer_of(script("trap '' TERM; while :; do sleep 0.1; done"), SHORT_MS, &why));
	/* It said all it had to say, and does not go away. */
	assert_null(answer_of(script("echo secret; exec >/dev/null; trap '' TERM; while :; do sleep 0.1; done"), PATIENCE_MS, &why));
	assert_true(clock_monotonic_ms() - begin < PATIENCE_MS);
	none_left();
}

static void test_surroundings(void **state)
{
	int extra = open("/dev/null", O_RDONLY); /* not close-on-exec */

	(void)state;
	assert_true(extra > 2);
	gives("exec ls -m /proc/self/fd", "0, 1, 2, 3"); /* 3 is the folder that ls reads */
	gives("readlink /proc/$$/fd/0", "/dev/null");
	gives("printf %s \"$#:$1\"", "1:Question: ");
	refuses("kill -PIPE $$; echo alive", "cancelled");
	gives("grep ^SigBlk /proc/$$/status | cut -f 2", "0000000000000000");
	close(extra);
}

static int set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN); /* as the programs do */
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	char path[SCRIPT_PATH_MAX];

	(void)state;
	snprintf(path, sizeof path, "%s/program", folder);
	unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("the first line of an askpass program is the password, as it is", test_line),
		UNIT_TEST("nothing, a cancelled question, too much, and the question itself are no password", test_no_password),
		UNIT_TEST("a program that cannot be run is no password", test_missing),
		UNIT_TEST("a program that does not answer or does not end is ended", test_deadline),
		UNIT_TEST("an askpass program has three descriptors, default signals and one argument", test_surroundings),
	};

	return cmocka_run_group_tests_name("askpass", tests, set_up, tear_down);
}
