/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/badidp/script.h"

/* A script from text, through a memory file. */
static void read_text(struct script *script, const char *text)
{
	char path[32];
	int file = memfd_create("script", 0);

	assert_true(file >= 0);
	assert_true(dprintf(file, "%s", text) >= 0);
	assert_true(lseek(file, 0, SEEK_SET) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	*script = (struct script){ NULL, 0 };
	script_read(script, path);
	close(file);
}

static void script_free(struct script *script)
{
	for (size_t i = 0; i < script->count; i++)
		free(script->list[i].bytes);
	free(script->list);
}

static void actions_are_read(void **state)
{
	static const char bytes[] = "a\r\n\t\0\\\xff b";
	struct script script;

	(void)state;
	read_text(&script, "# a comment\n\nread\nsend a\\r\\n\\t\\0\\\\\\xfF b\nrepeat 3 xy\ntrickle 1 20 z\nslow 4 5\nreset\n");
	assert_int_equal(script.count, 6);
	assert_int_equal(script.list[1].verb, DO_SEND);
	assert_int_equal(script.list[1].length, sizeof(bytes) - 1);
	assert_memory_equal(script.list[1].bytes, bytes, sizeof(bytes) - 1);
	assert_int_equal(script.list[2].first, 3);
	assert_string_equal(script.list[2].bytes, "xy");
	assert_int_equal(script.list[3].second, 20);
	assert_int_equal(script.list[4].second, 5);
	script_free(&script);
}

static void parts_belong_to_connections(void **state)
{
	struct script script;

	(void)state;
	read_text(&script, "read\nclose\nconnection\nreset\nconnection\nhang\n");
	assert_int_equal(script_part(&script, 0), 0);
	assert_int_equal(script_part(&script, 1), 2);
	assert_int_equal(script_part(&script, 2), 4);
	assert_int_equal(script_part(&script, 99), 4);
	script_free(&script);
}

/* script_read() ends the program: so in a child. */
static void bad_actions_are_refused(void **state)
{
	static const char *const bad[] = { "explode\n", "send \\q\n", "send \\x4\n", "repeat x y\n", "wait\n", "wait -1\n", "reset now\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int status = 0;
		pid_t child = fork();

		if (child == 0) {
			struct script script;

			if (!freopen("/dev/null", "w", stderr))
				_exit(71);
			read_text(&script, bad[i]);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("test servers: the liar's actions are read", actions_are_read),
		UNIT_TEST("test servers: each part of a script belongs to a connection", parts_belong_to_connections),
		UNIT_TEST("test servers: a wrong action is refused", bad_actions_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
