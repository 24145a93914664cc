/* SPDX-License-Identifier: BSD-3-Clause */
/* Opening files that decide who gets in: configuration, dialects, secrets, CA files, our own programs. */
#ifndef APITOKEN_TRUSTED_H
#define APITOKEN_TRUSTED_H

#include <stddef.h>
#include <stdbool.h>

#include "common/error.h"
#include "common/secret.h"

enum trusted_kind {
	TRUSTED_FILE,    /* not writable by group or others */
	TRUSTED_SECRET,  /* as FILE; that it may be readable by others is the administrator's choice */
	TRUSTED_PROGRAM, /* as FILE, and executable */
};

/*
 * Opens an absolute path O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC and judges the descriptor by fstat: regular; owned by root, or by the process's own
 * effective uid where that is not root; not writable by group or others. Every parent directory is opened on the way (openat, so that what was judged is what is used) and must be
 * owned likewise and either not writable by group and others, or sticky; in a sticky one the file must have no second hard link. A symbolic link among the parents is followed
 * only where it is owned likewise, and what it leads through is judged the same way; the last component must not be one.
 * Returns the descriptor, or -1 with ERROR_CONFIGURATION (error->errnum = ENOENT where it does not exist) and a text that names file, fault and remedy.
 */
int trusted_open(const char *path, enum trusted_kind kind, struct error *error);
/* trusted_open() and read whole. *content is initialised here; the caller releases it. More than maximum bytes is an error. */
int trusted_read(const char *path, enum trusted_kind kind, size_t maximum, struct secret *content, struct error *error);

/* A folder that was judged with all above it, for whoever reads many files in it: each costs four system calls then. Not for keeping: it is judged once. */
struct trusted_folder {
	const char *path; /* the caller's string, which must live as long */
	int descriptor;   /* O_PATH */
	bool shared;      /* a sticky one that others may write to */
};

/* 0, or -1 as trusted_open() does. */
int trusted_folder_open(struct trusted_folder *folder, const char *path, struct error *error);
void trusted_folder_close(struct trusted_folder *folder);
/* trusted_read() of a file directly in the folder; a name with '/' is an error. */
int trusted_folder_read(const struct trusted_folder *folder, const char *name, enum trusted_kind kind, size_t maximum, struct secret *content,
			struct error *error);

#endif
