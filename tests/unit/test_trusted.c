/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs as root: files of other users are made here. */
#include "tests/unit/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/text.h"
#include "common/trusted.h"

enum { OTHER = 59001, SEEN = 500, TRIES_MAX = 20000000 };

static void make_file(const char *name, mode_t mode, uid_t owner)
{
	int descriptor = open(files_at(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, "content", 7), 7);
	assert_int_equal(fchown(descriptor, owner, 0), 0);
	assert_int_equal(fchmod(descriptor, mode), 0);
	close(descriptor);
}

static void make_folder(const char *name, mode_t mode, uid_t owner)
{
	assert_int_equal(mkdir(files_at(name), 0700), 0);
	assert_int_equal(chown(files_at(name), owner, 0), 0);
	assert_int_equal(chmod(files_at(name), mode), 0);
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
	accepts(files_at("good"), TRUSTED_FILE);
	accepts(files_at("good"), TRUSTED_SECRET);
	accepts(files_at("secret"), TRUSTED_SECRET);
	accepts(files_at("program"), TRUSTED_PROGRAM);
	accepts(files_at("sticky/good"), TRUSTED_FILE);
	accepts(files_at("sticky/../good"), TRUSTED_FILE);
	accepts(files_at("//sticky///./good"), TRUSTED_FILE);
	refuses(files_at("good"), TRUSTED_PROGRAM, 0, "not executable");
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
	assert_int_equal(mkfifo(files_at("fifo"), 0644), 0);
	assert_int_equal(symlink("file", files_at("link")), 0);
	assert_int_equal(symlink("nowhere", files_at("dangling")), 0);
	assert_int_equal(text_copy(address.sun_path, sizeof(address.sun_path), files_at("socket")),
			 0);
	assert_int_equal(bind(sock, (struct sockaddr *)&address, sizeof(address)), 0);
	refuses(files_at("fifo"), TRUSTED_FILE, 0,
		"no regular file"); /* and returns: nobody writes to it */
	refuses(files_at("link"), TRUSTED_FILE, 0, "symbolic link");
	refuses(files_at("dangling"), TRUSTED_FILE, 0, "symbolic link");
	refuses(files_at("folder"), TRUSTED_FILE, 0, "no regular file");
	refuses(files_at("folder/"), TRUSTED_FILE, 0, "names a folder");
	refuses(files_at("folder/.."), TRUSTED_FILE, 0, "no regular file");
	refuses(files_at("socket"), TRUSTED_FILE, ENXIO, "cannot be opened");
	refuses("/dev/null", TRUSTED_FILE, 0, "no regular file");
	refuses(files_at("world"), TRUSTED_FILE, 0, "written by others");
	refuses(files_at("group"), TRUSTED_SECRET, 0, "written by others");
	refuses(files_at("foreign"), TRUSTED_FILE, 0, "another user");
	refuses(files_at("missing"), TRUSTED_FILE, ENOENT, "No such file");
	refuses(files_at("missing/file"), TRUSTED_FILE, ENOENT, "No such file");
	refuses(files_at("file/file"), TRUSTED_FILE, ENOTDIR, "cannot be opened");
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
	refuses(files_at("parent/open/below/file"), TRUSTED_FILE, 0,
		"folder above it may be written");
	refuses(files_at("parent/group/file"), TRUSTED_FILE, 0, "folder above it may be written");
	refuses(files_at("parent/foreign/file"), TRUSTED_FILE, 0,
		"folder above it belongs to another");
	refuses(files_at("parent/open/below/missing"), TRUSTED_FILE, ENOENT, "No such file");
	refuses(files_at("parent/foreign/missing/file"), TRUSTED_FILE, ENOENT, "No such file");
	assert_int_equal(chmod(files_at("parent/open"), 0755), 0);
	accepts(files_at("parent/open/below/file"), TRUSTED_FILE);
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
	assert_int_equal(symlink("real", files_at("relative")), 0);
	snprintf(path, sizeof(path), "%s", files_at("real"));
	assert_int_equal(symlink(path, files_at("absolute")), 0);
	assert_int_equal(symlink("shared/real", files_at("through-shared")), 0);
	assert_int_equal(symlink("loop", files_at("loop")), 0);
	assert_int_equal(symlink("real", files_at("foreign-link")), 0);
	assert_int_equal(lchown(files_at("foreign-link"), OTHER, 0), 0);
	accepts(files_at("relative/file"), TRUSTED_FILE);
	accepts(files_at("absolute/file"), TRUSTED_FILE);
	refuses(files_at("through-shared/file"), TRUSTED_FILE, 0, "folder above it may be written");
	refuses(files_at("loop/file"), TRUSTED_FILE, 0, "too many symbolic links");
	refuses(files_at("foreign-link/file"), TRUSTED_FILE, 0, "link above it belongs to another");
}

/* In a folder where all may create names, another user's name for root's file must not pass as
 * root's choice. */
static void test_hard_links(void **state)
{
	char path[PATH_MAX];

	(void)state;
	make_file("origin", 0644, 0);
	make_folder("all", 01777, 0);
	snprintf(path, sizeof(path), "%s", files_at("origin"));
	assert_int_equal(link(path, files_at("all/name")), 0);
	refuses(files_at("all/name"), TRUSTED_FILE, 0, "hard link");
	accepts(files_at("origin"), TRUSTED_FILE);
}

static void swap_for_ever(const char *name, const char *good, const char *bad)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		unlink(name);
		(void)!symlink(bad, name);
		unlink(name);
		(void)!link(bad, name);
		unlink(name);
		(void)!link(good, name);
	}
}

/* A child swaps the name between a good file, a link to another user's, and that file itself: what
 * is opened is always the good one. */
static void test_swapped_while_opening(void **state)
{
	const char *good = files_at("swap-good"), *bad = files_at("swap-bad"),
		   *name = files_at("swap-name");
	struct stat expected, status;
	int descriptor, opened = 0, refused = 0, i;
	pid_t child;

	(void)state;
	make_file("swap-good", 0644, 0);
	make_file("swap-bad", 0644, OTHER);
	assert_int_equal(stat(good, &expected), 0);
	assert_int_equal(link(good, name), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		swap_for_ever(name, good, bad);
	for (i = 0; i < TRIES_MAX && (opened < SEEN || refused < SEEN); i++) {
		descriptor = trusted_open(name, TRUSTED_FILE, NULL);
		if (descriptor < 0) {
			refused++;
			continue;
		}
		opened++;
		assert_int_equal(fstat(descriptor, &status), 0);
		assert_int_equal(status.st_ino, expected.st_ino);
		close(descriptor);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_true(opened >= SEEN && refused >= SEEN);
}

/* As another user: that user's files are trusted, root's too, a third one's not. */
static int judge_as_other(void)
{
	if (setgid(OTHER) < 0 || setuid(OTHER) < 0)
		return 1;
	if (trusted_open(files_at("home/mine"), TRUSTED_FILE, NULL) < 0 ||
	    trusted_open(files_at("home/roots"), TRUSTED_FILE, NULL) < 0)
		return 2;
	if (trusted_open(files_at("home/third"), TRUSTED_FILE, NULL) >= 0)
		return 3;
	return 0;
}

static void test_users_own_files(void **state)
{
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(chmod(files_top, 0755), 0);
	make_folder("home", 0755, OTHER);
	make_file("home/mine", 0600, OTHER);
	make_file("home/roots", 0644, 0);
	make_file("home/third", 0644, OTHER + 1);
	refuses(files_at("home/mine"), TRUSTED_FILE, 0, "another user");
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
	assert_int_equal(trusted_read(files_at("seven"), TRUSTED_FILE, 7, &content, &error), 0);
	assert_string_equal(content.bytes, "content");
	assert_int_equal(content.length, 7);
	secret_release(&content);
	assert_int_equal(trusted_read(files_at("seven"), TRUSTED_FILE, 6, &content, &error), -1);
	assert_null(content.bytes);
	assert_non_null(strstr(error.text, "larger than 6 bytes"));
	assert_int_equal(truncate(files_at("seven"), 0), 0);
	assert_int_equal(trusted_read(files_at("seven"), TRUSTED_FILE, 6, &content, &error), 0);
	assert_int_equal(content.length, 0);
	assert_string_equal(content.bytes, "");
	secret_release(&content);
	assert_int_equal(truncate(files_at("seven"), 1 << 30), 0);
	assert_int_equal(trusted_read(files_at("seven"), TRUSTED_FILE, 1 << 20, &content, &error),
			 -1);
	assert_int_equal(trusted_read(files_at("missing"), TRUSTED_FILE, 7, &content, &error), -1);
	assert_int_equal(error.errnum, ENOENT);
	assert_null(content.bytes);
}

static void test_folders(void **state)
{
	struct trusted_folder folder;
	struct secret content;
	struct error error;
	const char *path = files_at("many");

	(void)state;
	make_folder("many", 0755, 0);
	make_file("many/good", 0644, 0);
	make_file("many/world", 0666, 0);
	assert_int_equal(symlink("good", files_at("many/link")), 0);
	assert_int_equal(trusted_folder_open(&folder, path, &error), 0);
	assert_int_equal(trusted_folder_read(&folder, "good", TRUSTED_FILE, 7, &content, &error),
			 0);
	assert_string_equal(content.bytes, "content");
	secret_release(&content);
	assert_int_equal(trusted_folder_read(&folder, "world", TRUSTED_FILE, 7, &content, &error),
			 -1);
	assert_non_null(strstr(error.text, "/many/world: it may be written by others"));
	assert_int_equal(trusted_folder_read(&folder, "link", TRUSTED_FILE, 7, &content, &error),
			 -1);
	assert_int_equal(trusted_folder_read(&folder, "../good", TRUSTED_FILE, 7, &content, &error),
			 -1);
	assert_non_null(strstr(error.text, "leads out of its folder"));
	assert_int_equal(trusted_folder_read(&folder, "..", TRUSTED_FILE, 7, &content, &error), -1);
	assert_int_equal(trusted_folder_read(&folder, "missing", TRUSTED_FILE, 7, &content, &error),
			 -1);
	assert_int_equal(error.errnum, ENOENT);
	assert_null(content.bytes);
	trusted_folder_close(&folder);
	trusted_folder_close(&folder);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(trusted_folder_open(&folder, path, &error), -1);
	assert_int_equal(folder.descriptor, -1);
	assert_int_equal(chmod(path, 01777), 0);
	assert_int_equal(link(files_at("good"), files_at("many/hard")), 0);
	assert_int_equal(trusted_folder_open(&folder, path, &error), 0);
	assert_int_equal(trusted_folder_read(&folder, "hard", TRUSTED_FILE, 7, &content, &error),
			 -1);
	trusted_folder_close(&folder);
	assert_int_equal(trusted_folder_open(&folder, files_at("nowhere"), &error), -1);
	assert_int_equal(error.errnum, ENOENT);
	assert_int_equal(trusted_folder_open(&folder, files_at("good"), &error), -1);
	assert_int_equal(error.errnum, ENOTDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST("good files are opened", test_good_files),
		UNIT_TEST("ENV-11 FIFO, link, folder, device, foreign and writable files are "
			  "refused at once",
			  test_bad_files),
		UNIT_TEST("ENV-11 every folder above a file is judged", test_parents),
		UNIT_TEST("ENV-11 links among the folders above are judged, and what they lead "
			  "through",
			  test_links_among_parents),
		UNIT_TEST("ENV-11 a hard link in a folder that all may write to is refused",
			  test_hard_links),
		UNIT_TEST("ENV-11 a file swapped during the opening is never the wrong one",
			  test_swapped_while_opening),
		UNIT_TEST("a folder is judged once for the files in it, which are judged each",
			  test_folders),
		UNIT_TEST("a user's programs trust root's and the user's own files only",
			  test_users_own_files),
		UNIT_TEST("ENV-11 a file is read whole or, where it is too large, not at all",
			  test_reading),
	};

	return cmocka_run_group_tests_name("trusted", tests, files_make, files_remove);
}
