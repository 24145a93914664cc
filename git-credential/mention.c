/* SPDX-License-Identifier: BSD-3-Clause */
#include "git-credential/mention.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 32 * 1024 }; /* bytes; a larger file is not looked through here */

void mention_init(struct mention *mention, const struct vendor_places *places,
		  const char *canonical_host)
{
	/* an IPv6 address has many spellings */
	mention->length = canonical_host[0] == '[' ? 0 : strcspn(canonical_host, ":");
	memcpy(mention->name, canonical_host, mention->length);
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

static bool holds(const struct mention *mention, char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] = (char)(text[i] - 'A' + 'a');
	return memmem(text, length, mention->name, mention->length) != NULL;
}

bool mention_in(const struct mention *mention, const char *vendor)
{
	static char text[FILE_MAX];
	char file[VENDOR_NAME_MAX + sizeof(".conf")];
	int descriptor = -1;
	ssize_t length;

	if (mention->length == 0)
		return true;
	snprintf(file, sizeof(file), "%s.conf", vendor);
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
	length = read(descriptor, text, sizeof(text));
	close(descriptor);
	return length < 0 || (size_t)length == sizeof(text) || holds(mention, text, (size_t)length);
}
