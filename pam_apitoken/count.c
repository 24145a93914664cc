/* SPDX-License-Identifier: BSD-3-Clause */
#include "pam_apitoken/count.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/message.h"
#include "common/text.h"
#include "common/trusted.h"
#include "pam_apitoken/process.h"

enum {
	NUMBER_MAX = 24, /* bytes with NUL of a number */
	PAUSE_MIN_MS = 1,
	PAUSE_MAX_MS = 50,
	MILLISECONDS = 1000,
	PRIVATE_FOLDER = 0700,
	PRIVATE_FILE = 0600,
	OTHERS = 077,
};

static const char login_prefix[] = "login.", session_prefix[] = "session.";

/* Down into a folder that is ours alone, made where it is missing. Returns its descriptor. */
static int enter(int parent, const char *name, struct error *error)
{
	struct stat status;
	int folder;

	if (mkdirat(parent, name, PRIVATE_FOLDER) != 0 && errno != EEXIST)
		return error_set_errno(error, ERROR_SYSTEM, errno,
				       "cannot make the folder %s for counting sessions", name);
	folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return error_set_errno(error, ERROR_SYSTEM, errno,
				       "cannot open the folder %s for counting sessions", name);
	if (fstat(folder, &status) == 0 && status.st_uid == geteuid() &&
	    (status.st_mode & OTHERS) == 0)
		return folder;
	close(folder);
	return error_set(error, ERROR_CONFIGURATION,
			 "the folder %s for counting sessions is not root's alone: remove it", name);
}

/*
 * Looks again and again, with growing pauses: flock(2) knows no deadline, and an alarm would be a
 * signal to the host.
 */
static bool lock(int folder)
{
	const int64_t deadline = clock_monotonic_ms() + COUNT_WAIT_SECONDS * MILLISECONDS;
	int64_t pause_ms = PAUSE_MIN_MS;

	while (flock(folder, LOCK_EX | LOCK_NB) != 0) {
		const struct timespec pause = timespec_of_ms(pause_ms);

		if ((errno != EWOULDBLOCK && errno != EINTR) || clock_monotonic_ms() >= deadline)
			return false;
		nanosleep(&pause, NULL);
		pause_ms = pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : pause_ms * 2;
	}
	return true;
}

int count_open(struct count *count, const char *top, uid_t uid, struct error *error)
{
	char number[NUMBER_MAX];
	struct trusted_folder above;
	int all;

	if (trusted_folder_open(&above, top, error) != 0)
		return -1;
	all = enter(above.descriptor, COUNT_NAME, error);
	trusted_folder_close(&above);
	if (all < 0)
		return -1;
	snprintf(number, sizeof number, "%u", uid);
	count->folder = enter(all, number, error);
	close(all);
	if (count->folder < 0)
		return -1;
	count->locked = lock(count->folder);
	return 0;
}

void count_close(struct count *count)
{
	/*
	 * A thread of the host may have forked meanwhile: closing alone would leave the lock with
	 * that child.
	 */
	if (count->locked)
		flock(count->folder, LOCK_UN);
	if (count->folder >= 0)
		close(count->folder);
	count->folder = -1;
	count->locked = false;
}

static int64_t boot_seconds(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec;
}

static int name_entry(enum count_kind kind, char entry[static COUNT_ENTRY_MAX], struct error *error)
{
	struct process self;
	uint64_t random = 0;
	int64_t last = boot_seconds();

	if (process_self(&self, error) != 0)
		return -1;
	if (kind == COUNT_SESSION) {
		if (getrandom(&random, sizeof random, 0) != sizeof random)
			return error_set_errno(error, ERROR_SYSTEM, errno,
					       "cannot draw random bytes");
		last = (int64_t)(random >> 1);
	}
	snprintf(entry, COUNT_ENTRY_MAX, "%s%d.%" PRId64 ".%" PRId64,
		 kind == COUNT_SESSION ? session_prefix : login_prefix, self.number, self.start,
		 last);
	return 0;
}

int count_add(const struct count *count, enum count_kind kind, char entry[static COUNT_ENTRY_MAX],
	      struct error *error)
{
	char name[COUNT_ENTRY_MAX];
	int file;

	if (name_entry(kind, name, error) != 0)
		return -1;
	file = openat(count->folder, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
		      PRIVATE_FILE);
	if (file < 0)
		return error_set_errno(error, ERROR_SYSTEM, errno, "cannot count a session");
	close(file);
	memcpy(entry, name, sizeof name);
	return 0;
}

int count_promote(const struct count *count, char entry[static COUNT_ENTRY_MAX],
		  struct error *error)
{
	char name[COUNT_ENTRY_MAX];

	if (name_entry(COUNT_SESSION, name, error) != 0)
		return -1;
	/* Gone where it waited for more than COUNT_LOGIN_SECONDS. */
	if (renameat(count->folder, entry, count->folder, name) != 0)
		return count_add(count, COUNT_SESSION, entry, error);
	memcpy(entry, name, sizeof name);
	return 0;
}

bool count_remove(const struct count *count, const char *entry)
{
	return unlinkat(count->folder, entry, 0) == 0;
}

/* Takes the number before the next dot, or the end. */
static int take_number(const char **text, int64_t maximum, int64_t *number)
{
	char digits[NUMBER_MAX];
	const size_t length = strcspn(*text, ".");

	if (length >= sizeof digits)
		return -1;
	memcpy(digits, *text, length);
	digits[length] = '\0';
	*text += length + ((*text)[length] == '.');
	return number_parse(digits, 0, maximum, number);
}

/* What has another form than ours is not ours: it counts for nothing. */
static bool entry_lives(const char *entry)
{
	const bool login = text_starts_with(entry, login_prefix);
	struct process process;
	int64_t number, last;

	if (!login && !text_starts_with(entry, session_prefix))
		return false;
	entry = strchr(entry, '.') + 1;
	if (take_number(&entry, INT32_MAX, &number) != 0 ||
	    take_number(&entry, INT64_MAX, &process.start) != 0 ||
	    take_number(&entry, INT64_MAX, &last) != 0 || *entry != '\0')
		return false;
	process.number = (pid_t)number;
	if (login && boot_seconds() - last > COUNT_LOGIN_SECONDS)
		return false;
	return process_lives(&process);
}

static int sweep(const struct count *count, DIR *list)
{
	int living = 0;

	for (int i = 0; i < COUNT_ENTRIES_MAX; i++) {
		const struct dirent *entry = readdir(list);

		if (entry == NULL)
			return living;
		if (entry->d_name[0] == '.')
			continue;
		if (entry_lives(entry->d_name))
			living++;
		else
			count_remove(count, entry->d_name);
	}
	return living + 1;
}

int count_living(const struct count *count, struct error *error)
{
	const int folder = openat(count->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct process self;
	DIR *list;
	int living;

	if (folder < 0)
		return error_set_errno(error, ERROR_SYSTEM, errno, "cannot count the sessions");
	/* Without a /proc that tells the truth everybody would look dead. */
	if (process_self(&self, error) != 0) {
		close(folder);
		return -1;
	}
	list = fdopendir(folder);
	if (list == NULL) {
		close(folder);
		return error_set(error, ERROR_MEMORY, "cannot count the sessions: out of memory");
	}
	living = sweep(count, list);
	closedir(list);
	return living;
}
