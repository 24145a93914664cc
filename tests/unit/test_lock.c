/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Locks between real processes of real users, in a mount and an IPC namespace of their own: with
 * /run/user/UID as a login makes it, spoilt, and missing.
 */
#include "common/lock.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/stat.h>

#include "common/message.h"
#include "common/sha256.h"
#include "tests/unit/keyring_user.h"

enum { ALICE = 59041, BOB = 59042, SOON_MS = 150, LATE_MS = 20000, MANY = 12, ROUNDS = 25 };

static const char description[] = "apitoken:v1:unit-test";
static const char folder[] = "/run/user/59041";
static const char *missing_here;

struct shared {
	int counter;
	int ready;
};
static struct shared *shared;

static int64_t in_ms(int64_t ms)
{
	return clock_monotonic_ms() + ms;
}

static void take(struct lock *lock)
{
	struct error error = { 0 };

	CHECK_OK(lock_acquire(lock, description, in_ms(LATE_MS), &error));
}

/* In another process: the lock is held, and the waiter gives up at its deadline. */
static void expect_busy(void *nothing)
{
	const int64_t begin = clock_monotonic_ms();
	struct error error = { 0 };
	struct lock lock;

	(void)nothing;
	CHECK(lock_acquire(&lock, description, in_ms(SOON_MS), &error) == -1);
	CHECK(error.code == ERROR_UNAVAILABLE);
	CHECK(lock.descriptor == -1 && lock.semaphore == -1);
	CHECK(clock_monotonic_ms() - begin >= SOON_MS);
}

static void expect_free(void *nothing)
{
	struct lock lock;

	(void)nothing;
	take(&lock);
	lock_release(&lock);
}

static void in_process(act_function *act)
{
	const pid_t child = fork();

	if (child == 0) {
		act(NULL);
		_exit(0);
	}
	finish_act(child);
}

static pid_t start_holder(void)
{
	pid_t holder;

	shared->ready = 0;
	holder = fork();
	if (holder == 0) {
		struct lock lock;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		take(&lock);
		__atomic_store_n(&shared->ready, 1, __ATOMIC_SEQ_CST);
		for (;;)
			pause();
	}
	CHECK(holder > 0);
	while (__atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST) == 0) {
		CHECK(waitpid(holder, NULL, WNOHANG) == 0);
		usleep(1000);
	}
	return holder;
}

static void end_holder(pid_t holder)
{
	CHECK(kill(holder, SIGKILL) == 0);
	CHECK(waitpid(holder, NULL, 0) == holder);
}

/* Everything a lock must do, whatever its kind. */
static void use_lock(bool file)
{
	struct lock lock, other;
	struct error error = { 0 };
	pid_t holder;

	take(&lock);
	CHECK((lock.descriptor >= 0) == file && lock.semaphore >= 0);
	CHECK(!file || (fcntl(lock.descriptor, F_GETFD) & FD_CLOEXEC) != 0);
	in_process(expect_busy);
	CHECK_OK(lock_acquire(&other, "apitoken:v1:other", in_ms(SOON_MS), &error));
	lock_release(&other);
	lock_release(&lock);
	in_process(expect_free);
	holder = start_holder();
	in_process(expect_busy);
	CHECK(kill(holder, SIGSTOP) == 0);
	in_process(expect_busy);
	end_holder(holder);
	in_process(expect_free);
}

static void count_under_lock(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct lock lock;
		int seen;

		take(&lock);
		seen = __atomic_load_n(&shared->counter, __ATOMIC_SEQ_CST);
		usleep(200);
		__atomic_store_n(&shared->counter, seen + 1, __ATOMIC_SEQ_CST);
		lock_release(&lock);
	}
}

static void count_together(void)
{
	pid_t children[MANY];

	shared->counter = 0;
	for (int i = 0; i < MANY; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			count_under_lock();
			_exit(0);
		}
	}
	for (int i = 0; i < MANY; i++)
		finish_act(children[i]);
	CHECK(shared->counter == MANY * ROUNDS);
}

/* One process sees the folder, the other does not (su, cron, a login in between). */
static void hold_without_folder(void *nothing)
{
	const pid_t holder = start_holder();

	(void)nothing;
	__atomic_store_n(&shared->counter, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&shared->counter, __ATOMIC_SEQ_CST) == 1)
		usleep(1000);
	end_holder(holder);
}

static void expect_busy_then_go(void *nothing)
{
	expect_busy(nothing);
	__atomic_store_n(&shared->counter, 2, __ATOMIC_SEQ_CST);
}

static void use_file(void *nothing)
{
	(void)nothing;
	use_lock(true);
	count_together();
}

static void use_semaphore(void *nothing)
{
	(void)nothing;
	use_lock(false);
	count_together();
}

static void use_semaphore_once(void *nothing)
{
	(void)nothing;
	use_lock(false);
}

/* ---- the folder ---- */

static int setup(void **state)
{
	(void)state;
	if (missing_here != NULL)
		return 0;
	umount(folder);
	rmdir(folder);
	unlink(folder);
	return 0;
}

static void make_folder(uid_t owner, mode_t mode)
{
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(mount("tests", folder, "tmpfs", 0, NULL), 0);
	assert_int_equal(chown(folder, owner, owner), 0);
	assert_int_equal(chmod(folder, mode), 0);
}

#define NEED_NAMESPACES()                                                                      \
	do {                                                                                   \
		if (missing_here != NULL) {                                                    \
			print_message("# skipped: %s\n", missing_here);                        \
			skip();                                                                \
		}                                                                              \
	} while (0)

static void test_file(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	make_folder(ALICE, 0700);
	act_as(ALICE, use_file, NULL);
}

static void test_without_folder(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	act_as(ALICE, use_semaphore, NULL);
}

static void test_folder_appears(void **state)
{
	pid_t child;

	(void)state;
	NEED_NAMESPACES();
	shared->counter = 0;
	child = fork();
	if (child == 0) {
		act_as(ALICE, hold_without_folder, NULL);
		_exit(0);
	}
	while (__atomic_load_n(&shared->counter, __ATOMIC_SEQ_CST) != 1)
		usleep(1000);
	make_folder(ALICE, 0700);
	act_as(ALICE, expect_busy_then_go, NULL);
	finish_act(child);
}

static void test_open_folder(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	make_folder(ALICE, 0755);
	act_as(ALICE, use_semaphore_once, NULL);
}

static void test_anothers_folder(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	make_folder(BOB, 0700);
	act_as(ALICE, use_semaphore_once, NULL);
}

static void test_linked_folder(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	assert_int_equal(mkdir("/run/alices", 0700), 0);
	assert_int_equal(chown("/run/alices", ALICE, ALICE), 0);
	assert_int_equal(symlink("/run/alices", folder), 0);
	act_as(ALICE, use_semaphore_once, NULL);
}

static void lock_file_path(char *path, size_t size)
{
	char digits[17];

	sha256_hex(description, strlen(description), digits, 16);
	snprintf(path, size, "%s/apitoken.lock.%s", folder, digits);
}

static void test_strange_lock_files(void **state)
{
	char path[128];

	(void)state;
	NEED_NAMESPACES();
	make_folder(ALICE, 0700);
	lock_file_path(path, sizeof path);
	assert_int_equal(close(open("/run/alices-file", O_WRONLY | O_CREAT, 0600)), 0);
	assert_int_equal(chown("/run/alices-file", ALICE, ALICE), 0);
	assert_int_equal(symlink("/run/alices-file", path), 0);
	act_as(ALICE, use_semaphore_once, NULL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(chown(path, ALICE, ALICE), 0);
	act_as(ALICE, use_semaphore_once, NULL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	act_as(ALICE, use_semaphore_once, NULL);
	assert_int_equal(rmdir(path), 0);
}

static void test_read_only_folder(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	make_folder(ALICE, 0700);
	assert_int_equal(mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	act_as(ALICE, use_semaphore_once, NULL);
}

/* ---- semaphores of others ---- */

static key_t key_of(int attempt)
{
	unsigned char digest[SHA256_BYTES];
	char label[256];
	key_t key;

	snprintf(label, sizeof label, "apitoken lock %d of %d: %s", attempt, ALICE, description);
	sha256(label, strlen(label), digest);
	memcpy(&key, digest, sizeof key);
	return key;
}

/* As bob: semaphores under alice's keys, that are held for ever, open to all, closed, or too many. */
static void plant(void *count)
{
	for (int i = 0; i < *(int *)count; i++) {
		const int mode = i % 3 == 0 ? 0666 : i % 3 == 1 ? 0600 : 0;
		const int semaphore = semget(key_of(i), 1 + i % 2, IPC_CREAT | IPC_EXCL | mode);
		struct sembuf hold = { .sem_op = 1 };

		CHECK(semaphore >= 0);
		if (mode != 0)
			CHECK(semop(semaphore, &hold, 1) == 0);
	}
}

static void expect_no_lock(void *nothing)
{
	struct error error = { 0 };
	struct lock lock;

	(void)nothing;
	CHECK(lock_acquire(&lock, description, in_ms(LATE_MS), &error) == -1);
	CHECK(error.code == ERROR_SYSTEM);
}

static void test_planted_semaphores(void **state)
{
	int some = 7, all = 64;

	(void)state;
	NEED_NAMESPACES();
	assert_int_equal(unshare(CLONE_NEWIPC), 0);
	act_as(BOB, plant, &some);
	act_as(ALICE, use_semaphore_once, NULL);
	assert_int_equal(unshare(CLONE_NEWIPC), 0);
	act_as(BOB, plant, &all);
	act_as(ALICE, expect_no_lock, NULL);
	assert_int_equal(unshare(CLONE_NEWIPC), 0);
}

static void wait_for_removed(void *nothing)
{
	const pid_t holder = start_holder();
	const pid_t waiter = fork();

	(void)nothing;
	if (waiter == 0) {
		expect_free(NULL);
		_exit(0);
	}
	/* Until the waiter sleeps in the kernel on it. */
	while (semctl(semget(key_of(0), 1, 0), 0, GETZCNT) != 1) {
		CHECK(waitpid(waiter, NULL, WNOHANG) == 0);
		usleep(1000);
	}
	CHECK(semctl(semget(key_of(0), 1, 0), 0, IPC_RMID) == 0);
	finish_act(waiter);
	end_holder(holder);
}

static void test_removed_semaphore(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	act_as(ALICE, wait_for_removed, NULL);
}

static void enter_namespaces(void)
{
	if (geteuid() != 0)
		missing_here = "needs root, to act as other users";
	else if (unshare(CLONE_NEWNS | CLONE_NEWIPC) != 0 ||
		 mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		 mount("tests", "/run", "tmpfs", 0, NULL) != 0 || mkdir("/run/user", 0755) != 0)
		missing_here = "needs a private mount namespace";
}

int main(void)
{
#define IN_FOLDER(sentence, function) UNIT_TEST_SETUP(sentence, function, setup, setup)
	const struct CMUnitTest tests[] = {
		IN_FOLDER("a lock in /run/user/UID: one holder, free when he dies, no wait for ever",
			  test_file),
		IN_FOLDER("without /run/user/UID a semaphore does the same", test_without_folder),
		IN_FOLDER("a lock that was taken before /run/user/UID appeared still holds",
			  test_folder_appears),
		IN_FOLDER("REF-05 a folder that others may enter is not used", test_open_folder),
		IN_FOLDER("REF-05 another user's folder is not used", test_anothers_folder),
		IN_FOLDER("REF-05 a linked folder is not used", test_linked_folder),
		IN_FOLDER("REF-05 a lock file that is a link, a FIFO or a folder is not used",
			  test_strange_lock_files),
		IN_FOLDER("a read-only folder is not used", test_read_only_folder),
		IN_FOLDER("REF-05 semaphores that another user planted block nobody",
			  test_planted_semaphores),
		IN_FOLDER("a semaphore removed under its waiters is made anew",
			  test_removed_semaphore),
	};

	enter_namespaces();
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
