/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LINKS_MAX = 8,        /* symbolic links followed on the way to one file */
	WALK_PATH_MAX = 2048, /* bytes with NUL of a path, links put in; smaller than PATH_MAX,
				 whose pages every start of a helper would pay for */
};

/*
 * A walk from "/" down to a file. Each component is opened relative to the descriptor of the one
 * before, so nobody can exchange a folder between its judgement and its use.
 */
struct walk {
	const char *path;   /* as it was asked for: what errors show */
	int folder;         /* O_PATH descriptor of the folder reached, judged */
	bool folder_shared; /* others may create names in it, but (sticky) not take away ours */
	int links;          /* followed so far */
	char rest[WALK_PATH_MAX]; /* what is left to go; changes when a link is followed */
};

static int fault(const struct walk *walk, struct error *error, const char *what, const char *remedy)
{
	return error_set(error, ERROR_CONFIGURATION, "%s: %s; %s", walk->path, what, remedy);
}

static int fault_errno(const struct walk *walk, struct error *error, const char *what)
{
	int errnum = errno;

	return error_set_errno(error, ERROR_CONFIGURATION, errnum, "%s: %s", walk->path, what);
}

/* Root's own, or where we are not root ours: the design's rule for everything that decides who gets
 * in. */
static bool owner_is_trusted(const struct stat *status)
{
	return status->st_uid == 0 || status->st_uid == geteuid();
}

/*
 * The folder reached is not safe. Where the file does not exist at all, that is what is told:
 * nobody who has no file of their own needs to hear about the mode of a home directory.
 */
static int walk_unsafe(const struct walk *walk, struct error *error, const char *what,
		       const char *remedy)
{
	const char *rest = walk->rest + strspn(walk->rest, "/");
	struct stat status;

	if (fstatat(walk->folder, rest, &status, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
		return fault_errno(walk, error, "it cannot be opened");
	return fault(walk, error, what, remedy);
}

/* Takes over descriptor as the folder reached, if it is fit. */
static int walk_enter(struct walk *walk, int descriptor, const struct stat *status,
		      struct error *error)
{
	bool shared = status->st_mode & (S_IWGRP | S_IWOTH);

	if (walk->folder >= 0)
		close(walk->folder);
	walk->folder = descriptor;
	if (!owner_is_trusted(status))
		return walk_unsafe(walk, error, "a folder above it belongs to another user",
				   "chown it to root");
	if (shared && !(status->st_mode & S_ISVTX))
		return walk_unsafe(walk, error, "a folder above it may be written by others",
				   "chmod go-w that folder");
	walk->folder_shared = shared;
	return 0;
}

static int walk_begin(struct walk *walk, struct error *error)
{
	struct stat status;
	int descriptor = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (descriptor < 0)
		return fault_errno(walk, error, "the root folder cannot be opened");
	if (fstat(descriptor, &status) < 0) {
		fault_errno(walk, error, "the root folder cannot be examined");
		close(descriptor);
		return -1;
	}
	return walk_enter(walk, descriptor, &status, error);
}

/* Puts the target of the link in front of what is left to go. Seldom needed, so that its buffers
 * shall not lie in everybody's stack frame. */
static __attribute__((noinline)) int walk_follow(struct walk *walk, int link,
						 const struct stat *status, struct error *error)
{
	char target[WALK_PATH_MAX], joined[WALK_PATH_MAX];
	ssize_t length;

	if (!owner_is_trusted(status))
		return fault(walk, error, "a symbolic link above it belongs to another user",
			     "name the path without the link");
	if (++walk->links > LINKS_MAX)
		return fault(walk, error, "it lies behind too many symbolic links",
			     "name the path without them");
	length = readlinkat(link, "", target, sizeof(target) - 1);
	if (length < 0)
		return fault_errno(walk, error, "a symbolic link above it cannot be read");
	target[length] = '\0';
	if ((size_t)snprintf(joined, sizeof(joined), "%s/%s", target, walk->rest) >= sizeof(joined))
		return fault(walk, error, "its path is too long",
			     "name the path without symbolic links");
	memcpy(walk->rest, joined, strlen(joined) + 1);
	return target[0] == '/' ? walk_begin(walk, error) : 0;
}

/* One component further: a folder is entered, a link followed. */
static int walk_step(struct walk *walk, const char *name, struct error *error)
{
	struct stat status;
	int descriptor = openat(walk->folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), result;

	if (descriptor < 0)
		return fault_errno(walk, error, "it cannot be opened");
	if (fstat(descriptor, &status) < 0) {
		result = fault_errno(walk, error, "a folder above it cannot be examined");
	} else if (S_ISDIR(status.st_mode)) {
		return walk_enter(walk, descriptor, &status, error); /* transferred */
	} else if (S_ISLNK(status.st_mode)) {
		result = walk_follow(walk, descriptor, &status, error);
	} else {
		errno = ENOTDIR;
		result = fault_errno(walk, error, "it cannot be opened");
	}
	close(descriptor);
	return result;
}

/* Takes the next component off rest. Returns its length; *last tells whether it is the file. */
static size_t walk_next(struct walk *walk, char name[static NAME_MAX + 1], bool *last)
{
	const char *begin = walk->rest + strspn(walk->rest, "/"), *behind;
	size_t length = strcspn(begin, "/");

	if (length > NAME_MAX)
		return length;
	memcpy(name, begin, length);
	name[length] = '\0';
	behind = begin + length;
	*last = *behind == '\0';
	memmove(walk->rest, behind, strlen(behind) + 1);
	return length;
}

static int walk_parents(struct walk *walk, char name[static NAME_MAX + 1], struct error *error)
{
	bool last = false;
	size_t length;

	if (walk_begin(walk, error) < 0)
		return -1;
	for (;;) {
		length = walk_next(walk, name, &last);
		if (length == 0)
			return fault(walk, error, "this names a folder", "name a file in it");
		if (length > NAME_MAX) {
			errno = ENAMETOOLONG;
			return fault_errno(walk, error, "it cannot be opened");
		}
		if (last)
			return 0;
		if (walk_step(walk, name, error) < 0)
			return -1;
	}
}

/* Down to the folder of the file, whose own name is left in name. path_end is put behind the path.
 */
static int walk_path(struct walk *walk, const char *path, const char *path_end,
		     char name[static NAME_MAX + 1], struct error *error)
{
	size_t length = strlen(path), end_length = strlen(path_end);

	walk->path = path;
	walk->folder = -1;
	walk->folder_shared = true;
	walk->links = 0;
	if (path[0] != '/')
		return fault(walk, error, "this is no absolute path", "begin it with '/'");
	if (length + end_length >= sizeof(walk->rest))
		return fault(walk, error, "this path is too long", "use a shorter one");
	memcpy(walk->rest, path, length);
	memcpy(walk->rest + length, path_end, end_length + 1);
	return walk_parents(walk, name, error);
}

static void walk_end(struct walk *walk)
{
	if (walk->folder >= 0)
		close(walk->folder);
}

/* ---- one file in a judged folder ---- */

/* How errors name it: folder "" means that name is the whole path. */
struct file {
	const char *folder, *name;
	int descriptor;
	struct stat status;
};

static const char *slash(const struct file *file)
{
	return file->folder[0] ? "/" : "";
}

static int file_fault(const struct file *file, struct error *error, const char *what,
		      const char *remedy)
{
	return error_set(error, ERROR_CONFIGURATION, "%s%s%s: %s; %s", file->folder, slash(file),
			 file->name, what, remedy);
}

static int file_fault_errno(const struct file *file, struct error *error, const char *what)
{
	int errnum = errno;

	return error_set_errno(error, ERROR_CONFIGURATION, errnum, "%s%s%s: %s", file->folder,
			       slash(file), file->name, what);
}

static int file_judge(const struct file *file, bool folder_shared, enum trusted_kind kind,
		      struct error *error)
{
	const struct stat *status = &file->status;

	if (!S_ISREG(status->st_mode))
		return file_fault(file, error, "this is no regular file", "put a plain file there");
	if (!owner_is_trusted(status))
		return file_fault(file, error, "it belongs to another user", "chown it to root");
	if (status->st_mode & (S_IWGRP | S_IWOTH))
		return file_fault(file, error, "it may be written by others", "chmod go-w it");
	if (folder_shared && status->st_nlink != 1)
		return file_fault(file, error,
				  "it is a hard link in a folder that all may write to",
				  "move it to a folder of root's");
	if (kind == TRUSTED_PROGRAM && !(status->st_mode & S_IXUSR))
		return file_fault(file, error, "it is not executable",
				  "chmod 755 it, or install the program again");
	return 0;
}

/* Opens name in the folder. O_NONBLOCK: opening a FIFO must not wait for its writer. */
static int file_open(struct file *file, int folder, bool folder_shared, const char *name,
		     enum trusted_kind kind, struct error *error)
{
	file->descriptor = openat(folder, name,
				  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file->descriptor < 0 && errno == ELOOP)
		return file_fault(file, error, "this is a symbolic link", "name the file itself");
	if (file->descriptor < 0)
		return file_fault_errno(file, error, "it cannot be opened");
	if (fstat(file->descriptor, &file->status) < 0)
		file_fault_errno(file, error, "it cannot be examined");
	else if (file_judge(file, folder_shared, kind, error) == 0)
		return 0;
	close(file->descriptor);
	return -1;
}

static int file_open_path(struct file *file, const char *path, enum trusted_kind kind,
			  struct error *error)
{
	char name[NAME_MAX + 1];
	struct walk walk;
	int result;

	*file = (struct file){ .folder = "", .name = path };
	result = walk_path(&walk, path, "", name, error);
	if (result == 0)
		result = file_open(file, walk.folder, walk.folder_shared, name, kind, error);
	walk_end(&walk);
	return result;
}

/* Fills content up to its maximum, which is the file's size. */
static int file_fill(const struct file *file, struct secret *content, struct error *error)
{
	ssize_t count;

	while (content->length < content->maximum) {
		count = read(file->descriptor, content->bytes + content->length,
			     content->maximum - content->length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return file_fault_errno(file, error, "it cannot be read");
		if (count == 0)
			return file_fault(file, error, "it became shorter while it was read",
					  "try again");
		content->length += (size_t)count;
	}
	content->bytes[content->length] = '\0';
	return 0;
}

/* Reads it whole and closes it. */
static int file_read(const struct file *file, size_t maximum, struct secret *content,
		     struct error *error)
{
	off_t size = file->status.st_size;
	int result = -1;

	if (size < 0 || (uintmax_t)size > maximum)
		error_set(error, ERROR_CONFIGURATION,
			  "%s%s%s: it is larger than %zu bytes; this cannot be the right file",
			  file->folder, slash(file), file->name, maximum);
	else if (secret_init(content, (size_t)size) < 0)
		error_set(error, ERROR_MEMORY, "%s%s%s: not enough memory to read it", file->folder,
			  slash(file), file->name);
	else
		result = file_fill(file, content, error);
	if (result < 0)
		secret_release(content);
	close(file->descriptor);
	return result;
}

int trusted_open(const char *path, enum trusted_kind kind, struct error *error)
{
	struct file file;

	return file_open_path(&file, path, kind, error) < 0 ? -1 : file.descriptor;
}

int trusted_read(const char *path, enum trusted_kind kind, size_t maximum, struct secret *content,
		 struct error *error)
{
	struct file file;

	*content = SECRET_NONE;
	return file_open_path(&file, path, kind, error) < 0
		       ? -1
		       : file_read(&file, maximum, content, error);
}

/* ---- folders ---- */

int trusted_folder_open(struct trusted_folder *folder, const char *path, struct error *error)
{
	char name[NAME_MAX + 1];
	struct walk walk;

	*folder = (struct trusted_folder){ .path = path, .descriptor = -1 };
	if (walk_path(&walk, path, "/.", name, error) < 0) {
		walk_end(&walk);
		return -1;
	}
	folder->descriptor = walk.folder; /* transferred */
	folder->shared = walk.folder_shared;
	return 0;
}

void trusted_folder_close(struct trusted_folder *folder)
{
	if (folder->descriptor >= 0)
		close(folder->descriptor);
	folder->descriptor = -1;
}

int trusted_folder_read(const struct trusted_folder *folder, const char *name,
			enum trusted_kind kind, size_t maximum, struct secret *content,
			struct error *error)
{
	struct file file = { .folder = folder->path, .name = name };

	*content = SECRET_NONE;
	if (strchr(name, '/'))
		return file_fault(&file, error, "this name leads out of its folder",
				  "name a file in it");
	if (file_open(&file, folder->descriptor, folder->shared, name, kind, error) < 0)
		return -1;
	return file_read(&file, maximum, content, error);
}
