/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/lifetime.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "common/text.h"
#include "common/vendor.h"

enum { FROM_MAX = 128 };

static const int64_t epoch_from = 1000000000;                /* 2001: no duration is that long */
static const int64_t epoch_milliseconds_from = 1000000000000;
static const int64_t epoch_max = 253402300799;               /* the end of the year 9999 */

/* The number that was told; false for anything that is not a whole number within 64 bits. */
static bool number_of(const struct document_value *value, int64_t *number)
{
	if (value->kind == DOCUMENT_INTEGER) {
		*number = value->integer;
		return value->integer != INT64_MAX && value->integer != INT64_MIN;
	}
	if (value->kind != DOCUMENT_STRING || strlen(value->bytes) != value->length)
		return false;
	return number_parse(value->bytes, 0, INT64_MAX - 1, number) == 0;
}

static enum dialect_lifetime_kind guess(int64_t number)
{
	if (number >= epoch_milliseconds_from)
		return LIFETIME_EPOCH_MILLISECONDS;
	return number >= epoch_from ? LIFETIME_EPOCH : LIFETIME_SECONDS;
}

static enum lifetime_result from_duration(int64_t duration, int64_t *seconds)
{
	if (duration <= 0)
		return LIFETIME_ENDED;
	*seconds = duration > VENDOR_LIFETIME_MAX ? VENDOR_LIFETIME_MAX : duration;
	return LIFETIME_KNOWN;
}

static enum lifetime_result from_moment(int64_t moment, int64_t reference, int64_t *seconds)
{
	if (moment <= reference || moment > epoch_max || reference < 0)
		return LIFETIME_UNKNOWN;
	return from_duration(moment - reference, seconds);
}

/* Less than a whole second is a second, not an end. */
static int64_t from_milliseconds(int64_t number)
{
	return number > 0 && number < 1000 ? 1 : number / 1000;
}

/* "+02:00" or "Z" in seconds; false for anything else. */
static bool offset_of(const char *text, int64_t *seconds)
{
	int64_t hours, minutes;
	char digits[3] = "";

	*seconds = 0;
	if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
		return true;
	if ((text[0] != '+' && text[0] != '-') || strlen(text) != strlen("+02:00") || text[3] != ':')
		return false;
	memcpy(digits, text + 1, 2);
	if (number_parse(digits, 0, 23, &hours) < 0 || number_parse(text + 4, 0, 59, &minutes) < 0)
		return false;
	*seconds = (hours * 60 + minutes) * (text[0] == '-' ? -60 : 60);
	return true;
}

/* RFC 3339 section 5.6: 2026-11-21T21:19:34.5+01:00. Strings alone; fractions are cut. */
static bool moment_of(const struct document_value *value, int64_t *moment)
{
	struct tm parts = { .tm_isdst = 0 };
	const char *rest;
	int64_t offset;

	if (value->kind != DOCUMENT_STRING || strlen(value->bytes) != value->length || strlen(value->bytes) < strlen("2026-11-21T21:19:34Z"))
		return false;
	rest = strptime(value->bytes, value->bytes[10] == ' ' ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%dT%H:%M:%S", &parts);
	if (rest == NULL || rest - value->bytes != (ptrdiff_t)strlen("2026-11-21T21:19:34"))
		return false;
	if (rest[0] == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (!offset_of(rest, &offset))
		return false;
	*moment = (int64_t)timegm(&parts) - offset;
	return true;
}

enum lifetime_result lifetime_of(const struct document_value *value, enum dialect_lifetime_kind kind, int64_t reference, int64_t *seconds)
{
	int64_t number;

	if ((kind == LIFETIME_RFC3339 || kind == LIFETIME_AUTO) && moment_of(value, &number))
		return from_moment(number, reference, seconds);
	if (!number_of(value, &number))
		return LIFETIME_UNKNOWN;
	switch (kind == LIFETIME_AUTO ? guess(number) : kind) {
	case LIFETIME_AUTO:
	case LIFETIME_SECONDS:
		return from_duration(number, seconds);
	case LIFETIME_MILLISECONDS:
		return from_duration(from_milliseconds(number), seconds);
	case LIFETIME_EPOCH:
		return from_moment(number, reference, seconds);
	case LIFETIME_EPOCH_MILLISECONDS:
		return from_moment(number / 1000, reference, seconds);
	case LIFETIME_RFC3339:
		break;
	}
	return LIFETIME_UNKNOWN;
}

int64_t lifetime_moment(const struct document_value *value)
{
	int64_t number;

	if (moment_of(value, &number))
		return number < epoch_from || number > epoch_max ? 0 : number;
	if (!number_of(value, &number) || number < epoch_from)
		return 0;
	if (number >= epoch_milliseconds_from)
		number /= 1000;
	return number > epoch_max ? 0 : number;
}

enum lifetime_result lifetime_find(const struct document *document, const char *paths, enum dialect_lifetime_kind kind, int64_t reference,
				   int64_t *seconds, char *from)
{
	enum lifetime_result result = LIFETIME_UNKNOWN;
	struct document_value value;
	int64_t found = 0, least = 0;

	while (document_next(document, &paths, &value)) {
		switch (lifetime_of(&value, kind, reference, &found)) {
		case LIFETIME_ENDED:
			return LIFETIME_ENDED;
		case LIFETIME_UNKNOWN:
			continue;
		case LIFETIME_KNOWN:
			if (result == LIFETIME_KNOWN && found >= least)
				continue;
			result = LIFETIME_KNOWN;
			least = found;
			if (from != NULL)
				text_copy(from, FROM_MAX, value.path);
		}
	}
	if (result == LIFETIME_KNOWN)
		*seconds = least;
	return result;
}
