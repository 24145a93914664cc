/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs as root: files of other users are made here. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/text.h"
#include "common/trusted.h"

enum { OTHER = 59001, SWAPS = 3000 };

static char top[] = "/tmp/apitoken-trusted.XXXXXX"; /* root's, 0700, below the sticky /tmp */

static const char *at(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

static void make_file(const char *name, mode_t mode, uid_t owner)
{
	int descriptor = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, "content", 7), 7);
	assert_int_equal(fchown(descriptor, owner, 0), 0);
	assert_int_equal(fchmod(descriptor, mode), 0);
	close(descriptor);
}

static void make_folder(const char *name, mode_t mode, uid_t owner)
{
	assert_int_equal(mkdir(at(name), 0700), 0);
	assert_int_equal(chown(at(name), owner, 0), 0);
	assert_int_equal(chmod(at(name), mode), 0);
}

static int tops_make(void **state)
{
	(void)state;
	return mkdtemp(top) ? 0 : -1;
}

static int tops_remove(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

static void accepts(const char *path, enum trusted_kind kind)
{
	struct error error = { .code = ERROR_NONE };
	int descriptor = trusted_open(path, kind, &error);

	if (descriptor < 0)
		fail_msg("%s", error.text);
	assert_int_equal(fcntl(descriptor, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(descriptor);
}

static void refuses(const char *path, enum trusted_kind kind, int errnum, const char *told)
{
	struct error error = { .code = ERROR_NONE };
	int descriptor = trusted_open(path, kind, &error);

	if (descriptor >= 0)
		fail_msg("%s was opened", path);
	assert_int_equal(error.code, ERROR_CONFIGURATION);
	assert_int_equal(error.errnum, errnum);
	if (!strstr(error.text, told) || strncmp(error.text, path, strlen(path)) != 0)
		fail_msg("'%s' does not tell '%s'", error.text, told);
}

static void test_good_files(void **state)
{
	(void)state;
	make_file("good", 0644, 0);
	make_file("secret", 0600, 0);
	make_file("program", 0755, 0);
	make_folder("sticky", 01777, 0);
	make_file("sticky/good", 0644, 0);
	accepts(at("good"), TRUSTED_FILE);
	accepts(at("good"), TRUSTED_SECRET);
	accepts(at("secret"), TRUSTED_SECRET);
	accepts(at("program"), TRUSTED_PROGRAM);
	accepts(at("sticky/good"), TRUSTED_FILE);
	accepts(at("sticky/../good"), TRUSTED_FILE);
	accepts(at("//sticky///./good"), TRUSTED_FILE);
	refuses(at("good"), TRUSTED_PROGRAM, 0, "not executable");
}

static void test_bad_files(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	make_file("file", 0644, 0);
	make_file("world", 0666, 0);
	make_file("group", 0664, 0);
	make_file("foreign", 0644, OTHER);
	make_folder("folder", 0755, 0);
	assert_int_equal(mkfifo(at("fifo"), 0644), 0);
	assert_int_equal(symlink("file", at("link")), 0);
	assert_int_equal(symlink("nowhere", at("dangling")), 0);
	assert_int_equal(text_copy(address.sun_path, sizeof(address.sun_path), at("socket")), 0);
	assert_int_equal(bind(sock, (struct sockaddr *)&address, sizeof(address)), 0);
	refuses(at("fifo"), TRUSTED_FILE, 0, "no regular file"); /* and returns: nobody writes to it */
	refuses(at("link"), TRUSTED_FILE, 0, "symbolic link");
	refuses(at("dangling"), TRUSTED_FILE, 0, "symbolic link");
	refuses(at("folder"), TRUSTED_FILE, 0, "no regular file");
	refuses(at("folder/"), TRUSTED_FILE, 0, "names a folder");
	refuses(at("folder/.."), TRUSTED_FILE, 0, "no regular file");
	refuses(at("socket"), TRUSTED_FILE, ENXIO, "cannot be opened");
	refuses("/dev/null", TRUSTED_FILE, 0, "no regular file");
	refuses(at("world"), TRUSTED_FILE, 0, "written by others");
	refuses(at("group"), TRUSTED_SECRET, 0, "written by others");
	refuses(at("foreign"), TRUSTED_FILE, 0, "another user");
	refuses(at("missing"), TRUSTED_FILE, ENOENT, "No such file");
	refuses(at("missing/file"), TRUSTED_FILE, ENOENT, "No such file");
	refuses(at("file/file"), TRUSTED_FILE, ENOTDIR, "cannot be opened");
	refuses("relative", TRUSTED_FILE, 0, "no absolute path");
	refuses("", TRUSTED_FILE, 0, "no absolute path");
	refuses("/", TRUSTED_FILE, 0, "names a folder");
	close(sock);
}

static void test_parents(void **state)
{
	(void)state;
	make_folder("parent", 0755, 0);
	make_folder("parent/open", 0777, 0);
	make_folder("parent/open/below", 0755, 0);
	make_file("parent/open/below/file", 0644, 0);
	make_folder("parent/foreign", 0755, OTHER);
	make_file("parent/foreign/file", 0644, 0);
	make_folder("parent/group", 0775, 0);
	make_file("parent/group/file", 0644, 0);
	refuses(at("parent/open/below/file"), TRUSTED_FILE, 0, "folder above it may be written");
	refuses(at("parent/group/file"), TRUSTED_FILE, 0, "folder above it may be written");
	refuses(at("parent/foreign/file"), TRUSTED_FILE, 0, "folder above it belongs to another");
	assert_int_equal(chmod(at("parent/open"), 0755), 0);
	accepts(at("parent/open/below/file"), TRUSTED_FILE);
}

static void test_links_among_parents(void **state)
{
	char path[PATH_MAX];

	(void)state;
	make_folder("real", 0755, 0);
	make_file("real/file", 0644, 0);
	make_folder("shared", 0777, 0);
	make_folder("shared/real", 0755, 0);
	make_file("shared/real/file", 0644, 0);
	assert_int_equal(symlink("real", at("relative")), 0);
	snprintf(path, sizeof(path), "%s", at("real"));
	assert_int_equal(symlink(path, at("absolute")), 0);
	assert_int_equal(symlink("shared/real", at("through-shared")), 0);
	assert_int_equal(symlink("loop", at("loop")), 0);
	assert_int_equal(symlink("real", at("foreign-link")), 0);
	assert_int_equal(lchown(at("foreign-link"), OTHER, 0), 0);
	accepts(at("relative/file"), TRUSTED_FILE);
	accepts(at("absolute/file"), TRUSTED_FILE);
	refuses(at("through-shared/file"), TRUSTED_FILE, 0, "folder above it may be written");
	refuses(at("loop/file"), TRUSTED_FILE, 0, "too many symbolic links");
	refuses(at("foreign-link/file"), TRUSTED_FILE, 0, "link above it belongs to another");
}

/* In a folder where all may create names, another user's name for root's file must not pass as root's choice. */
static void test_hard_links(void **state)
{
	char path[PATH_MAX];

	(void)state;
	make_file("origin", 0644, 0);
	make_folder("all", 01777, 0);
	snprintf(path, sizeof(path), "%s", at("origin"));
	assert_int_equal(link(path, at("all/name")), 0);
	refuses(at("all/name"), TRUSTED_FILE, 0, "hard link");
	accepts(at("origin"), TRUSTED_FILE);
}

/* A child swaps the name between a good file and a link to another user's: what is opened is always the good one. */
static void test_swapped_while_opening(void **state)
{
	char good[PATH_MAX], bad[PATH_MAX], name[PATH_MAX];
	struct stat expected, status;
	int i, descriptor, opened = 0;
	pid_t child;

	(void)state;
	make_file("swap-good", 0644, 0);
	make_file("swap-bad", 0644, OTHER);
	snprintf(good, sizeof(good), "%s", at("swap-good"));
	snprintf(bad, sizeof(bad), "%s", at("swap-bad"));
	snprintf(name, sizeof(name), "%s", at("swap-name"));
	assert_int_equal(stat(good, &expected), 0);
	child = fork();
	assert_true(child >= 0);
	while (child == 0) {
		unlink(name);
		(void)!link(good, name);
		unlink(name);
		(void)!symlink(bad, name);
		unlink(name);
		(void)!link(bad, name);
	}
	for (i = 0; i < SWAPS; i++) {
		descriptor = trusted_open(name, TRUSTED_FILE, NULL);
		if (descriptor < 0)
			continue;
		opened++;
		assert_int_equal(fstat(descriptor, &status), 0);
		assert_int_equal(status.st_ino, expected.st_ino);
		close(descriptor);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_true(opened > 0);
}

/* As another user: that user's files are trusted, root's too, a third one's not. */
static int judge_as_other(void)
{
	if (setgid(OTHER) < 0 || setuid(OTHER) < 0)
		return 1;
	if (trusted_open(at("home/mine"), TRUSTED_FILE, NULL) < 0 || trusted_open(at("home/roots"), TRUSTED_FILE, NULL) < 0)
		return 2;
	if (trusted_open(at("home/third"), TRUSTED_FILE, NULL) >= 0)
		return 3;
	return 0;
}

static void test_users_own_files(void **state)
{
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(chmod(top, 0755), 0);
	make_folder("home", 0755, OTHER);
	make_file("home/mine", 0600, OTHER);
	make_file("home/roots", 0644, 0);
	make_file("home/third", 0644, OTHER + 1);
	refuses(at("home/mine"), TRUSTED_FILE, 0, "another user");
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(judge_as_other());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_reading(void **state)
{
	struct secret content;
	struct error error;

	(void)state;
	make_file("seven", 0644, 0);
	assert_int_equal(trusted_read(at("seven"), TRUSTED_FILE, 7, &content, &error), 0);
	assert_string_equal(content.bytes, "content");
	assert_int_equal(content.length, 7);
	secret_release(&content);
	assert_int_equal(trusted_read(at("seven"), TRUSTED_FILE, 6, &content, &error), -1);
	assert_null(content.bytes);
	assert_non_null(strstr(error.text, "larger than 6 bytes"));
	assert_int_equal(truncate(at("seven"), 0), 0);
	assert_int_equal(trusted_read(at("seven"), TRUSTED_FILE, 6, &content, &error), 0);
	assert_int_equal(content.length, 0);
	assert_string_equal(content.bytes, "");
	secret_release(&content);
	assert_int_equal(truncate(at("seven"), 1 << 30), 0);
	assert_int_equal(trusted_read(at("seven"), TRUSTED_FILE, 1 << 20, &content, &error), -1);
	assert_int_equal(trusted_read(at("missing"), TRUSTED_FILE, 7, &content, &error), -1);
	assert_int_equal(error.errnum, ENOENT);
	assert_null(content.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("good files are opened", test_good_files),
		UNIT_TEST("ENV-11 FIFO, link, folder, device, foreign and writable files are refused at once", test_bad_files),
		UNIT_TEST("ENV-11 every folder above a file is judged", test_parents),
		UNIT_TEST("ENV-11 links among the folders above are judged, and what they lead through", test_links_among_parents),
		UNIT_TEST("ENV-11 a hard link in a folder that all may write to is refused", test_hard_links),
		UNIT_TEST("ENV-11 a file swapped during the opening is never the wrong one", test_swapped_while_opening),
		UNIT_TEST("a user's programs trust root's and the user's own files only", test_users_own_files),
		UNIT_TEST("ENV-11 a file is read whole or, where it is too large, not at all", test_reading),
	};

	return cmocka_run_group_tests_name("trusted", tests, tops_make, tops_remove);
}
