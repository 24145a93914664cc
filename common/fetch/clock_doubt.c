/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/clock_doubt.h"

#include <stdio.h>
#include <time.h>

#include "common/clock.h"

enum { DATE_TEXT_MAX = 32 };

static void write_date(char out[static DATE_TEXT_MAX], int64_t now)
{
	const time_t seconds = (time_t)now;
	struct tm parts;

	if (gmtime_r(&seconds, &parts) == NULL || strftime(out, DATE_TEXT_MAX, "%Y-%m-%d %H:%M UTC", &parts) == 0)
		snprintf(out, DATE_TEXT_MAX, "%lld s", (long long)now);
}

void clock_doubt_certificate(char out[static CLOCK_DOUBT_TEXT_MAX], const char *problem, int64_t now)
{
	char date[DATE_TEXT_MAX];

	write_date(date, now);
	snprintf(out, CLOCK_DOUBT_TEXT_MAX, "%s: clock? this machine says %s%s", problem, date,
		 clock_is_possible(now) ? "" : ", which is before apitoken was written: set its clock");
}

bool clock_doubt_date(char out[static CLOCK_DOUBT_TEXT_MAX], const char *host, int64_t date, int64_t now)
{
	const int64_t ahead = now - date;

	if (date == 0 || (ahead <= CLOCK_DOUBT_SECONDS && ahead >= -CLOCK_DOUBT_SECONDS))
		return false;
	snprintf(out, CLOCK_DOUBT_TEXT_MAX, "clock? this machine's is %lld s %s that of %.64s", (long long)(ahead < 0 ? -ahead : ahead),
		 ahead < 0 ? "behind" : "ahead of", host);
	return true;
}
