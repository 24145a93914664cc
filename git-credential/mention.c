/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/mention.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 32 * 1024 }; /* bytes; a larger file is not looked through here */

/* A file, by words, so that all its letters are made small at once. */
union text {
	char bytes[FILE_MAX];
	uint64_t words[FILE_MAX / sizeof(uint64_t)];
};
enum { SMALL_LETTER = 0x20 };
static const uint64_t small_letters = 0x2020202020202020;

void mention_init(struct mention *mention, const struct vendor_places *places,
		  const char *canonical_host)
{
	/* an IPv6 address has many spellings */
	mention->length = canonical_host[0] == '[' ? 0 : strcspn(canonical_host, ":");
	for (size_t i = 0; i < mention->length; i++)
		mention->name[i] = (char)(canonical_host[i] | SMALL_LETTER);
	mention->name[mention->length] = '\0';
	for (size_t i = 0; i < VENDOR_FOLDERS_MAX; i++)
		mention->folders[i] =
			places->vendor_folders[i][0] == '\0'
				? -1
				: open(places->vendor_folders[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
}

void mention_close(struct mention *mention)
{
	for (size_t i = 0; i < VENDOR_FOLDERS_MAX; i++)
		if (mention->folders[i] >= 0)
			close(mention->folders[i]);
}

/*
 * The bit makes capitals small. It changes other characters too, but the same way here and in the
 * name that is looked for, which at worst lets a file be loaded in vain.
 */
static bool holds(const struct mention *mention, union text *text, size_t length)
{
	for (size_t i = 0; i * sizeof(text->words[0]) < length; i++)
		text->words[i] |= small_letters;
	return memmem(text->bytes, length, mention->name, mention->length) != NULL;
}

/* The file's name, or false where it would be too long. */
static bool file_name(char file[static VENDOR_NAME_MAX + sizeof(".conf")], const char *vendor)
{
	const size_t length = strnlen(vendor, VENDOR_NAME_MAX);

	if (length == VENDOR_NAME_MAX)
		return false;
	memcpy(file, vendor, length);
	memcpy(file + length, ".conf", sizeof(".conf"));
	return true;
}

bool mention_in(const struct mention *mention, const char *vendor)
{
	static union text text;
	char file[VENDOR_NAME_MAX + sizeof(".conf")];
	int descriptor = -1;
	ssize_t length;

	if (mention->length == 0 || !file_name(file, vendor))
		return true;
	for (size_t i = 0; i < VENDOR_FOLDERS_MAX && descriptor < 0; i++) {
		if (mention->folders[i] < 0)
			continue;
		descriptor = openat(mention->folders[i], file,
				    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (descriptor < 0 && errno != ENOENT)
			return true;
	}
	if (descriptor < 0)
		return true;
	length = read(descriptor, text.bytes, sizeof(text.bytes));
	close(descriptor);
	return length < 0 || (size_t)length == sizeof(text.bytes) ||
	       holds(mention, &text, (size_t)length);
}
