/* SPDX-License-Identifier: BSD-3-Clause */
#include "common/fetch/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/secret.h"

/* By number, without a name service: that would load foreign code as root. */
static int drop_root(uid_t uid, struct error *error)
{
	uid_t real, effective, saved;

	if (geteuid() != 0 && getuid() != 0)
		return 0;
	if (uid == 0)
		return error_set(error, ERROR_CONFIGURATION, "fetch was started as root without another uid to become: set fetch_uid");
	if (setgroups(0, NULL) < 0 || setresgid((gid_t)uid, (gid_t)uid, (gid_t)uid) < 0 || setresuid(uid, uid, uid) < 0)
		return error_set_errno(error, ERROR_CONFIGURATION, errno, "fetch cannot become uid %ld: set another fetch_uid", (long)uid);
	if (getresuid(&real, &effective, &saved) < 0 || real != uid || effective != uid || saved != uid || setuid(0) == 0)
		return error_set(error, ERROR_SYSTEM, "fetch did not lose root");
	return 0;
}

/* A change of ids clears the death signal (prctl(2)); a parent that died before it was armed again is seen by its number. */
static void stay_with_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
}

/* Lowers only: what the caller had less of stays less. */
static int set_limit(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return -1;
	if (limit.rlim_max > value) /* RLIM_INFINITY is the largest value */
		limit.rlim_max = value;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(resource, &limit);
}

/* No limit on processes: that one counts all processes of the uid. */
static int set_limits(struct error *error)
{
	if (set_limit(RLIMIT_CORE, 0) < 0 || set_limit(RLIMIT_FSIZE, 0) < 0 || set_limit(RLIMIT_NOFILE, SANDBOX_FILES) < 0 ||
	    set_limit(RLIMIT_CPU, SANDBOX_CPU_SECONDS) < 0)
		return error_set_errno(error, ERROR_SYSTEM, errno, "fetch cannot set its resource limits");
	return 0;
}

int sandbox_enter(uid_t uid, pid_t parent, struct sandbox *sandbox, struct error *error)
{
	if (drop_root(uid, error) < 0)
		return -1;
	stay_with_parent(parent);
	if (secret_protect_process() < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set_errno(error, ERROR_SYSTEM, errno, "fetch cannot protect its own process");
	if (set_limits(error) < 0)
		return -1;
	sandbox->landlock = landlock_enter();
	sandbox->filter = syscall_filter_enter();
	return 0;
}

void sandbox_limit_ports(const struct sandbox *sandbox, const unsigned int ports[], size_t count)
{
	landlock_limit_ports(sandbox->landlock, ports, count);
}
