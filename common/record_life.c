/* SPDX-License-Identifier: BSD-3-Clause */
/* What a record's key is called, and how long the record and its tokens are good. */
#include <stdio.h>
#include <string.h>

#include "common/record.h"
#include "common/sha256.h"
#include "common/text.h"

enum {
	ACCOUNT_DIGITS = 16,
	SKEW_SECONDS_MAX = 60,   /* clocks differ, and requests take time */
	ROUNDING_SECONDS = 1,    /* two clocks that are cut to seconds, and were not set, differ so much */
	MILLISECONDS = 1000,
};

static const char prefix[] = "apitoken:v1:";

void record_description(char out[static RECORD_DESCRIPTION_MAX], const char *vendor,
			const char *account)
{
	char digits[ACCOUNT_DIGITS + 1];

	if (account == NULL) {
		snprintf(out, RECORD_DESCRIPTION_MAX, "%s%s", prefix, vendor);
		return;
	}
	sha256_hex(account, strlen(account), digits, ACCOUNT_DIGITS);
	snprintf(out, RECORD_DESCRIPTION_MAX, "%s%s:%s", prefix, vendor, digits);
}

int record_description_parse(const char *description, char vendor[static VENDOR_NAME_MAX],
			     bool *further)
{
	const char *name, *colon;
	char copy[VENDOR_NAME_MAX];
	size_t length;

	if (!text_starts_with(description, prefix))
		return -1;
	name = description + sizeof prefix - 1;
	colon = strchr(name, ':');
	if (colon != NULL && (strlen(colon + 1) != ACCOUNT_DIGITS ||
			      strspn(colon + 1, "0123456789abcdef") != ACCOUNT_DIGITS))
		return -1;
	length = colon == NULL ? strlen(name) : (size_t)(colon - name);
	if (length >= sizeof copy)
		return -1;
	memcpy(copy, name, length);
	copy[length] = '\0';
	if (!vendor_name_valid(copy))
		return -1;
	memcpy(vendor, copy, length + 1);
	*further = colon != NULL;
	return 0;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void record_set_obtained(struct record *record, struct moment now)
{
	record->obtained_at = now.utc / MILLISECONDS;
	/* Where the second began, so that both clocks come to the next one together. */
	record->obtained_uptime = larger(now.uptime - now.utc % MILLISECONDS, 1);
}

int64_t record_now_at(const struct record *record, struct moment now)
{
	if (record->obtained_uptime == 0)
		return now.utc / MILLISECONDS;
	return record->obtained_at + (now.uptime - record->obtained_uptime) / MILLISECONDS;
}

int64_t record_now(const struct record *record)
{
	return record_now_at(record, moment_now());
}

int64_t record_local_at(const struct record *record, int64_t time, struct moment now)
{
	const int64_t step = now.utc / MILLISECONDS - record_now_at(record, now);

	if (time == 0 || (step >= -ROUNDING_SECONDS && step <= ROUNDING_SECONDS))
		return time;
	return larger(time + step, 1);
}

int64_t record_local(const struct record *record, int64_t time)
{
	return record_local_at(record, time, moment_now());
}

bool record_obtained_since(const struct record *record, struct moment since)
{
	return record_now_at(record, since) <= record->obtained_at;
}

static int64_t life(const struct record *record)
{
	return larger(record->access_expires_at - record->obtained_at, 0);
}

int64_t record_told_expiry(const struct record *record)
{
	return record->access_expires_at - smaller(SKEW_SECONDS_MAX, life(record) / 10);
}

bool record_refreshable(const struct record *record, int64_t now)
{
	return record->refresh_token.length > 0 &&
	       (record->refresh_expires_at == 0 || record->refresh_expires_at > now);
}

int64_t record_keep_seconds(const struct record *record, int64_t now)
{
	/* Found dead long after the access token's end, it still has to tell so. */
	int64_t end = larger(record->access_expires_at, now) + RECORD_AFTERLIFE;

	if (record_refreshable(record, now)) {
		end = now + RECORD_REFRESH_CAP;
		if (record->refresh_expires_at != 0)
			end = smaller(end, record->refresh_expires_at);
		end = larger(end, record->access_expires_at);
	}
	return larger(end - now, 1);
}

static int64_t renew_margin(const struct record *record, int64_t minimum_life)
{
	if (life(record) - minimum_life >= RECORD_RENEW_SECONDS)
		return minimum_life;
	return smaller(minimum_life, life(record) / 2);
}

enum record_state record_state_for(const struct record *record, int64_t now, int64_t minimum_life)
{
	if (now >= record_told_expiry(record) || now < record->obtained_at)
		return RECORD_EXPIRED;
	if (record->access_expires_at - now < renew_margin(record, minimum_life) &&
	    record_refreshable(record, now))
		return RECORD_RENEW;
	return RECORD_FRESH;
}

enum record_state record_state(const struct record *record, int64_t now)
{
	return record_state_for(record, now, VENDOR_MINIMUM_LIFE_DEFAULT);
}
