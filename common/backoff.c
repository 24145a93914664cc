/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/backoff.h"

#include <stdio.h>
#include <string.h>

#include "common/keyring.h"
#include "common/clock.h"
#include "common/record.h"
#include "common/secret.h"
#include "common/text.h"

enum {
	NUMBER_TEXT_MAX = 24,
	PAYLOAD_MAX = ERROR_TEXT_MAX + NUMBER_TEXT_MAX, /* bytes: the end (milliseconds since the boot), newline, why */
	MILLISECONDS = 1000,
};

static void describe(char out[static RECORD_DESCRIPTION_MAX], const char *vendor)
{
	char bare[RECORD_DESCRIPTION_MAX];

	record_description(bare, vendor, NULL);
	if (snprintf(out, RECORD_DESCRIPTION_MAX, "%s:away", bare) >= RECORD_DESCRIPTION_MAX)
		out[0] = '\0';
}

static int explain(const char *why, int64_t seconds, struct error *reason)
{
	return error_set(reason, ERROR_UNAVAILABLE, "%s; the next try is in %d s", why,
			 (int)seconds);
}

void backoff_begin(const char *vendor, int64_t seconds, struct error *reason)
{
	char description[RECORD_DESCRIPTION_MAX], text[PAYLOAD_MAX], why[ERROR_TEXT_MAX];
	const int64_t left = seconds > BACKOFF_MAX ? BACKOFF_MAX : seconds < 1 ? 1 : seconds;
	const int64_t until = clock_uptime_ms() + left * MILLISECONDS;
	struct secret payload = SECRET_NONE;

	describe(description, vendor);
	text_copy(why, sizeof why, reason->text);
	snprintf(text, sizeof text, "%lld\n%s", (long long)until, why);
	if (secret_set(&payload, text, strlen(text)) == 0 &&
	    keyring_store(description, &payload, left, NULL) == 0)
		explain(why, left, reason);
	secret_release(&payload);
}

/* Seconds left, 0 where it is over, or nonsense. */
static int64_t take_payload(char *text, const char **why)
{
	char *end = strchr(text, '\n');
	int64_t until, left;

	if (end == NULL)
		return 0;
	*end = '\0';
	*why = end + 1;
	if (number_parse(text, 0, INT64_MAX, &until) != 0)
		return 0;
	left = (until - clock_uptime_ms() + MILLISECONDS - 1) / MILLISECONDS;
	return left < 0 || left > BACKOFF_MAX ? 0 : left;
}

bool backoff_active(const char *vendor, struct error *reason)
{
	char description[RECORD_DESCRIPTION_MAX], printable[ERROR_TEXT_MAX];
	struct secret payload;
	const char *why = "";
	int64_t left = 0;

	describe(description, vendor);
	if (keyring_read(description, &payload, NULL) != 0)
		return false;
	left = take_payload(payload.bytes, &why);
	if (left > 0) {
		text_printable(printable, sizeof printable, why, strlen(why));
		explain(printable, left, reason);
	}
	secret_release(&payload);
	return left > 0;
}

void backoff_end(const char *vendor)
{
	char description[RECORD_DESCRIPTION_MAX];

	describe(description, vendor);
	keyring_remove(description, NULL);
}
