/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * keytool: the keyring store by hand, as whoever runs it. Payloads are SIZE bytes of one LETTER.
 *
 * keytool store DESCRIPTION SECONDS SIZE LETTER      keyring_store()
 * keytool reserved DESCRIPTION SECONDS SIZE LETTER   keyring_reserve(), then keyring_store()
 * keytool read DESCRIPTION                           prints "SIZE LETTER"
 * keytool list                                       prints the descriptions
 * keytool remove DESCRIPTION
 * Exit status: 0, or the code of the error, which is on stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/keyring.h"
#include "common/text.h"

static int fail(const struct error *error)
{
	fprintf(stderr, "keytool: %s\n", error->text);
	return error_exit_code(error->code);
}

static int usage(void)
{
	fprintf(stderr, "keytool: see the head of keytool.c\n");
	return 2;
}

static int store(char **arguments, bool reserved)
{
	struct error error = { 0 };
	struct secret payload;
	int64_t seconds, size;
	int result = 0;

	if (number_parse(arguments[1], 1, INT32_MAX, &seconds) != 0 ||
	    number_parse(arguments[2], 1, RECORD_PAYLOAD_MAX, &size) != 0 ||
	    secret_init(&payload, (size_t)size) != 0)
		return usage();
	memset(payload.bytes, arguments[3][0], (size_t)size);
	payload.length = (size_t)size;
	if ((reserved && keyring_reserve(arguments[0], (size_t)size, &error) != 0) ||
	    keyring_store(arguments[0], &payload, seconds, &error) != 0)
		result = fail(&error);
	secret_release(&payload);
	return result;
}

static int read_one(const char *description)
{
	struct error error = { 0 };
	struct secret payload;
	size_t same = 0;

	if (keyring_read(description, &payload, &error) != 0)
		return fail(&error);
	while (same < payload.length && payload.bytes[same] == payload.bytes[0])
		same++;
	printf("%zu %c%s\n", payload.length, payload.bytes[0],
	       same == payload.length ? "" : " torn");
	secret_release(&payload);
	return 0;
}

static int list(void)
{
	struct keyring_item items[KEYRING_LIST_MAX];
	struct error error = { 0 };
	const int count = keyring_list(items, KEYRING_LIST_MAX, &error);

	if (count < 0)
		return fail(&error);
	for (int i = 0; i < count; i++)
		puts(items[i].description);
	return 0;
}

static int remove_one(const char *description)
{
	struct error error = { 0 };

	return keyring_remove(description, &error) == 0 ? 0 : fail(&error);
}

int main(int count, char **arguments)
{
	const char *verb = count > 1 ? arguments[1] : "";

	if (count == 6 && strcmp(verb, "store") == 0)
		return store(arguments + 2, false);
	if (count == 6 && strcmp(verb, "reserved") == 0)
		return store(arguments + 2, true);
	if (count == 3 && strcmp(verb, "read") == 0)
		return read_one(arguments[2]);
	if (count == 2 && strcmp(verb, "list") == 0)
		return list();
	if (count == 3 && strcmp(verb, "remove") == 0)
		return remove_one(arguments[2]);
	return usage();
}
