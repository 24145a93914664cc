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
#include "common/record.h"
#include "common/sha256.h"
#include "common/text.h"
#include "tests/unit/keyring_user.h"

enum { SOON_MS = 150, LATE_MS = 20000, MANY = 12, ROUNDS = 25 };

static const char description[] = "apitoken:v1:unit-test";
static char folder[32]; /* "/run/user/UID" of alice's */
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
static void use_kinds(bool file, bool semaphore)
{
	struct lock lock, other;
	struct error error = { 0 };
	pid_t holder;

	take(&lock);
	CHECK((lock.descriptor >= 0) == file && (lock.semaphore >= 0) == semaphore);
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

static void use_lock(bool file)
{
	use_kinds(file, true);
}

static void use_file_alone(void *nothing)
{
	(void)nothing;
	use_kinds(true, false);
}

/* Under the lock, and nobody else is: a counter that is read, waited for and written. */
static void expect_alone(void)
{
	struct lock lock;

	take(&lock);
	CHECK(__atomic_fetch_add(&shared->counter, 1, __ATOMIC_SEQ_CST) == 0);
	usleep(200);
	__atomic_fetch_sub(&shared->counter, 1, __ATOMIC_SEQ_CST);
	lock_release(&lock);
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
	act_as(alice, clear_ring, NULL);
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
	make_folder(alice, 0700);
	act_as(alice, use_file, NULL);
}

static void test_without_folder(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	act_as(alice, use_semaphore, NULL);
}

static void test_folder_appears(void **state)
{
	pid_t child;

	(void)state;
	NEED_NAMESPACES();
	shared->counter = 0;
	child = fork();
	if (child == 0) {
		act_as(alice, hold_without_folder, NULL);
		_exit(0);
	}
	while (__atomic_load_n(&shared->counter, __ATOMIC_SEQ_CST) != 1)
		usleep(1000);
	make_folder(alice, 0700);
	act_as(alice, expect_busy_then_go, NULL);
	finish_act(child);
}

static void test_open_folder(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	make_folder(alice, 0755);
	act_as(alice, use_semaphore_once, NULL);
}

static void test_anothers_folder(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	make_folder(bob, 0700);
	act_as(alice, use_semaphore_once, NULL);
}

static void test_linked_folder(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	assert_int_equal(mkdir("/run/alices", 0700), 0);
	assert_int_equal(chown("/run/alices", alice, alice), 0);
	assert_int_equal(symlink("/run/alices", folder), 0);
	act_as(alice, use_semaphore_once, NULL);
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
	make_folder(alice, 0700);
	lock_file_path(path, sizeof path);
	assert_int_equal(close(open("/run/alices-file", O_WRONLY | O_CREAT, 0600)), 0);
	assert_int_equal(chown("/run/alices-file", alice, alice), 0);
	assert_int_equal(symlink("/run/alices-file", path), 0);
	act_as(alice, use_semaphore_once, NULL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(chown(path, alice, alice), 0);
	act_as(alice, use_semaphore_once, NULL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	act_as(alice, use_semaphore_once, NULL);
	assert_int_equal(rmdir(path), 0);
}

static void test_read_only_folder(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	make_folder(alice, 0700);
	assert_int_equal(mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	act_as(alice, use_semaphore_once, NULL);
}

/* ---- semaphores, and the key that names them ---- */

static int lock_key(void)
{
	char name[RECORD_DESCRIPTION_MAX + 32];
	struct stat status;
	long serial;

	CHECK(stat("/proc/self/ns/ipc", &status) == 0);
	snprintf(name, sizeof name, "apitoken:lock:unit-test:%llu",
		 (unsigned long long)status.st_ino);
	serial = keyctl_search(KEY_SPEC_USER_KEYRING, "user", name, 0);
	return serial < 0 ? -1 : (int)serial;
}

/* As the key tells. -1: there is no key. */
static int named_semaphore(void)
{
	const int serial = lock_key();
	char text[32] = "";
	int64_t number = -1;

	if (serial < 0)
		return -1;
	CHECK(keyctl_read(serial, text, sizeof text - 1) > 0);
	CHECK(number_parse(text, 0, INT32_MAX, &number) == 0);
	return (int)number;
}

static int semaphores_in_all(void)
{
	FILE *file = fopen("/proc/sysvipc/sem", "re");
	char line[256];
	int count = -1; /* the heading */

	CHECK(file != NULL);
	while (fgets(line, sizeof line, file) != NULL)
		count++;
	fclose(file);
	return count;
}

static void make_first_together(void *nothing)
{
	(void)nothing;
	for (int i = 0; i < 20; i++) {
		pid_t children[MANY];

		CHECK(keyctl_clear(KEY_SPEC_USER_KEYRING) == 0);
		shared->counter = 0;
		for (int k = 0; k < MANY; k++) {
			children[k] = fork();
			if (children[k] == 0) {
				expect_alone();
				_exit(0);
			}
		}
		for (int k = 0; k < MANY; k++)
			finish_act(children[k]);
		CHECK(semctl(named_semaphore(), 0, IPC_RMID) == 0);
		CHECK(semaphores_in_all() == 0);
	}
}

static void test_made_together(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	assert_int_equal(unshare(CLONE_NEWIPC), 0);
	act_as(alice, make_first_together, NULL);
}

static void use_and_keep(void *semaphore)
{
	use_lock(false);
	*(int *)semaphore = named_semaphore();
}

/* As bob: whatever he may do to a semaphore whose number he knows, and to those he can guess. */
static void attack(void *semaphore)
{
	const int target = *(int *)semaphore;
	struct sembuf hold = { .sem_op = 1, .sem_flg = IPC_NOWAIT };

	CHECK(semop(target, &hold, 1) == -1 && errno == EACCES);
	CHECK(semctl(target, 0, GETVAL) == -1 && errno == EACCES);
	CHECK(semctl(target, 0, SETVAL, 1) == -1 && errno == EACCES);
	CHECK(semctl(target, 0, IPC_RMID) == -1 && errno == EPERM);
}

static void test_other_user(void **state)
{
	int *semaphore = &shared->counter;

	(void)state;
	NEED_NAMESPACES();
	act_as(alice, use_and_keep, semaphore);
	act_as(bob, attack, semaphore);
	act_as(alice, use_and_keep, semaphore);
}

/* The key names a set that is bob's, open to all and held: numbers are used again. */
static void make_trap(void *semaphore)
{
	struct sembuf hold[] = { { .sem_num = 0, .sem_op = 1 }, { .sem_num = 1, .sem_op = 1 } };

	*(int *)semaphore = semget(IPC_PRIVATE, 2, IPC_CREAT | 0666);
	CHECK(*(int *)semaphore >= 0 && semop(*(int *)semaphore, hold, 2) == 0);
}

static void step_into_trap(void *semaphore)
{
	const int trap = *(int *)semaphore;
	char number[32];

	use_lock(false);
	snprintf(number, sizeof number, "%d", trap);
	CHECK(keyctl_update(lock_key(), number, strlen(number)) == 0);
	use_lock(false);
	CHECK(named_semaphore() != trap);
	CHECK(keyctl_update(lock_key(), "no number", 9) == 0);
	use_lock(false);
}

static void test_trap(void **state)
{
	int *semaphore = &shared->counter;

	(void)state;
	NEED_NAMESPACES();
	act_as(bob, make_trap, semaphore);
	act_as(alice, step_into_trap, semaphore);
}

/* A key that is over stands in the way until the kernel collects it, minutes later. */
static void use_after_end(void *nothing)
{
	(void)nothing;
	use_lock(false);
	CHECK(keyctl_set_timeout((key_serial_t)lock_key(), 1) == 0);
	while (lock_key() >= 0)
		usleep(10000);
	CHECK(errno == EKEYEXPIRED);
	use_lock(false);
	CHECK(keyctl_revoke((key_serial_t)lock_key()) == 0);
	use_lock(false);
}

static void test_ended_key(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	act_as(alice, use_after_end, NULL);
}

static void expect_no_lock(void *nothing)
{
	struct error error = { 0 };
	struct lock lock;

	(void)nothing;
	CHECK(lock_acquire(&lock, description, in_ms(LATE_MS), &error) == -1);
	CHECK(error.code == ERROR_SYSTEM);
	CHECK(lock_key() < 0);
}

static void forbid_semaphores(void)
{
	FILE *file = fopen("/proc/sys/kernel/sem", "we");

	CHECK(file != NULL && fputs("32000 1024000000 500 0", file) >= 0 && fclose(file) == 0);
}

static void test_no_lock(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	assert_int_equal(unshare(CLONE_NEWIPC), 0);
	forbid_semaphores();
	act_as(alice, expect_no_lock, NULL);
	make_folder(alice, 0700);
	act_as(alice, use_file_alone, NULL);
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
	while (semctl(named_semaphore(), 0, GETZCNT) != 1) {
		CHECK(waitpid(waiter, NULL, WNOHANG) == 0);
		usleep(1000);
	}
	CHECK(semctl(named_semaphore(), 0, IPC_RMID) == 0);
	finish_act(waiter);
	end_holder(holder);
}

static void test_removed_semaphore(void **state)
{
	(void)state;
	NEED_NAMESPACES();
	act_as(alice, wait_for_removed, NULL);
}

static void enter_namespaces(void)
{
	missing_here = keyrings_missing();
	if (missing_here != NULL)
		return;
	choose_users();
	snprintf(folder, sizeof folder, "/run/user/%u", alice);
	if (unshare(CLONE_NEWNS | CLONE_NEWIPC) != 0 ||
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
		IN_FOLDER("REF-05 another user can neither hold, read nor remove the semaphore",
			  test_other_user),
		IN_FOLDER("REF-05 a number that means another user's semaphore is not used",
			  test_trap),
		IN_FOLDER("processes that make the first lock at once make one", test_made_together),
		IN_FOLDER("a key of the lock that has ended is replaced", test_ended_key),
		IN_FOLDER("REF-07 without semaphores the file serves; without both, nothing does",
			  test_no_lock),
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
