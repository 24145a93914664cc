/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/clock.h"

#include <time.h>

enum { MILLISECONDS = 1000, NANOSECONDS = 1000000 };

static const int64_t written_at = 1767225600; /* 2026-01-01 */

static int64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * MILLISECONDS + now.tv_nsec / NANOSECONDS;
}

int64_t clock_uptime_ms(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

int64_t clock_utc(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec;
}

bool clock_is_possible(int64_t utc)
{
	return utc >= written_at;
}

struct moment moment_now(void)
{
	return (struct moment){ .utc = read_clock(CLOCK_REALTIME), .uptime = clock_uptime_ms() };
}

struct timespec timespec_of_ms(int64_t ms)
{
	if (ms < 0)
		ms = 0;
	return (struct timespec){ .tv_sec = (time_t)(ms / MILLISECONDS),
				  .tv_nsec = (long)(ms % MILLISECONDS) * NANOSECONDS };
}
