/* SPDX-License-Identifier: BSD-3-Clause */
/* formwriter: for each line of hex digits on standard input (a password), one line: a token request's body as fetch writes it, the password between two
 * other fields. Thousands a second, where a whole login takes a hundredth of one. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fetch/encode.h"
#include "common/secret.h"

enum { PASSWORD_BYTES_MAX = 511, BODY_MAX = 4096 };

static size_t hex_read(const char *line, char password[static PASSWORD_BYTES_MAX])
{
	size_t length = 0;

	for (; line[0] != '\0' && line[0] != '\n' && length < PASSWORD_BYTES_MAX; line += 2) {
		const char digits[3] = { line[0], line[1], '\0' };

		password[length++] = (char)strtoul(digits, NULL, 16);
	}
	return length;
}

int main(void)
{
	char line[2 * PASSWORD_BYTES_MAX + 2], password[PASSWORD_BYTES_MAX];

	while (fgets(line, sizeof(line), stdin)) {
		const size_t length = hex_read(line, password);
		struct secret body;

		if (secret_init(&body, BODY_MAX) < 0)
			errx(71, "out of memory");
		encode_form_field(&body, "username", "alice", strlen("alice"));
		encode_form_field(&body, "password", password, length);
		encode_form_field(&body, "client_id", "apitoken", strlen("apitoken"));
		if (!secret_ok(&body))
			errx(71, "a body does not fit");
		puts(body.bytes);
		secret_release(&body);
	}
	return 0;
}
