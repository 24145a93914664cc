/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/words.h"

#include <stdio.h>
#include <time.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

char *words_duration(char out[static WORDS_MAX], int64_t seconds)
{
	if (seconds < 0)
		seconds = 0;
	if (seconds / MINUTE < 2)
		snprintf(out, WORDS_MAX, "%lld s", (long long)seconds);
	else if (seconds / HOUR < 2)
		snprintf(out, WORDS_MAX, "%lld min", (long long)(seconds / MINUTE));
	else if (seconds / DAY < 2)
		snprintf(out, WORDS_MAX, "%lld h %lld min", (long long)(seconds / HOUR),
			 (long long)(seconds % HOUR / MINUTE));
	else
		snprintf(out, WORDS_MAX, "%lld days", (long long)(seconds / DAY));
	return out;
}

char *words_time(char out[static WORDS_MAX], int64_t utc)
{
	time_t seconds = (time_t)utc;
	struct tm parts;

	if (!gmtime_r(&seconds, &parts) ||
	    strftime(out, WORDS_MAX, "%Y-%m-%d %H:%M UTC", &parts) == 0)
		snprintf(out, WORDS_MAX, "an unknown time");
	return out;
}
