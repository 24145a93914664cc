/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two clocks. What a person or a server calls the time is UTC, which can be wrong and can be set at any moment. How long something has lasted is told by the kernel's
 * CLOCK_BOOTTIME, which runs on while the machine sleeps and which nobody can set (clock_gettime(2)). Deadlines within a process have a third: message.h.
 */
#ifndef APITOKEN_CLOCK_H
#define APITOKEN_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* One moment on both clocks, in milliseconds: since 1970, and since the machine was started. */
struct moment {
	int64_t utc;
	int64_t uptime;
};

struct moment moment_now(void);
int64_t clock_utc(void);       /* UTC seconds */
int64_t clock_uptime_ms(void); /* milliseconds since the machine was started, its sleep included */
/* False for a time (UTC seconds) that lies before this program was written: the clock that says so is wrong. */
bool clock_is_possible(int64_t utc);

struct timespec timespec_of_ms(int64_t ms); /* a span of so many milliseconds; none where ms is below 0 */

#endif
