/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A wrong clock for dynamic programs, by /etc/ld.so.preload: tests/rigs/at-clock. UTC is so many seconds off as the text file /etc/wrong-clock says; that is mapped before
 * the program enters its sandbox, and read again at each call, so that a test can set the clock while the program runs. All other clocks go on as they are.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define VISIBLE __attribute__((visibility("default")))

enum { TEXT_MIN = 2 };

typedef int clock_function(clockid_t clock, struct timespec *now);

static clock_function *real_clock;
static const char *offset_text;

static void map_offset(void)
{
	const int file = open("/etc/wrong-clock", O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *map = MAP_FAILED;

	if (file < 0)
		return;
	if (fstat(file, &status) == 0 && status.st_size >= TEXT_MIN)
		map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0);
	close(file);
	if (map != MAP_FAILED)
		offset_text = map;
}

__attribute__((constructor)) static void begin(void)
{
	*(void **)&real_clock = dlsym(RTLD_NEXT, "clock_gettime");
	map_offset();
}

VISIBLE int clock_gettime(clockid_t clock, struct timespec *now)
{
	int result;

	if (real_clock == NULL) /* another library's constructor was first */
		begin();
	result = real_clock(clock, now);
	if (result == 0 && offset_text != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += strtol(offset_text, NULL, 10);
	return result;
}

VISIBLE time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}

VISIBLE int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}
