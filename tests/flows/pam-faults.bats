# PAM-01: every system call and every allocation of an authenticate run fails once. With a wrong password there is nothing that could
# rightly succeed, so any success, and any IGNORE that lets a later "optional permit" decide, is a hole.

load pam

setup_file()
{
	pam_world
	service chain "auth required $MODULE" 'auth optional pam_permit.so'
	install -d -m 755 /run/libexec
	cp -r "$LIBEXEC"/* /usr/local/share/apitoken/dialects /run/libexec/
	service inside "auth required $MODULE libexec=/run/libexec" 'auth optional pam_permit.so'
}
teardown_file() { pam_world_end; }

# calls_between: reads strace -f output; prints "SYSCALL N" for each call of the host between its line "user alice" and its line "auth ...",
# and for each call of the other processes. Not brk: the kernel never answers it with an error (brk(2)), and libc takes one for an address.
calls_between()
{
	awk '
		{ pid = $1; line = substr($0, index($0, " ") + 1); sub(/^ +/, "", line) }
		!host { host = pid }
		line !~ /^[a-z_0-9]+\(/ { next }
		{ name = line; sub(/\(.*/, "", name); count[pid, name]++ }
		pid == host && line ~ /"user alice\\n"/ { begun = 1; next }
		pid == host && line ~ /"auth PAM_/ { ended = 1 }
		pid != host || (begun && !ended) { print name, count[pid, name] }
	' "$1" | sort -u | grep -vE '^(exit|exit_group|execve|execveat|rt_sigreturn|restart_syscall|brk) '
}

# tried RESULTS...: the report's result of authenticate is one of these.
tried()
{
	local result
	result=$(sed -n 's/^auth PAM_//p' <<<"$output")
	[[ " $* " == *" ${result:-none} "* ]]
}

@test "PAM-01 PAM-16 each system call of the module fails once, wrong password: never success, never ignore, in a stack with permit behind" {
	local name number
	SERVICE=chain
	WRAPPER=(strace -f -b execve -qq -o /run/trace)
	host alice wrong getuser auth
	calls_between /run/trace >/run/calls
	[ "$(wc -l </run/calls)" -gt 60 ]
	while read -r name number; do
		WRAPPER=(strace -f -b execve -qq -o /dev/null -e "trace=$name" -e "inject=$name:error=EIO:when=$number")
		host alice wrong getuser auth >/dev/null || true
		[ "$status" -lt 124 ] || { echo "$name $number: pamh ended with $status"; return 1; }
		tried none AUTH_ERR AUTHINFO_UNAVAIL SERVICE_ERR SYSTEM_ERR BUF_ERR USER_UNKNOWN CONV_ERR ||
			{ printf '%s %s: %s\n' "$name" "$number" "$output"; return 1; }
	done </run/calls
}

@test "PAM-01 a right password, each system call interrupted once: still success" {
	local name number
	WRAPPER=(strace -f -b execve -qq -o /run/trace)
	host alice "$(password_of alice)" getuser auth
	calls_between /run/trace | grep -E '^(poll|ppoll|recvfrom|recvmsg|sendto|sendmsg|read|write|wait4|waitid|pidfd_.*|getrandom) ' >/run/calls
	[ "$(wc -l </run/calls)" -gt 5 ]
	while read -r name number; do
		WRAPPER=(strace -f -b execve -qq -o /dev/null -e "trace=$name" -e "inject=$name:error=EINTR:when=$number")
		host alice "$(password_of alice)" getuser auth >/dev/null || true
		# An interrupted read of /etc/passwd is "no such user" already to libc.
		tried SUCCESS none || { [ "$name" = read ] && tried USER_UNKNOWN; } || { printf '%s %s: %s\n' "$name" "$number" "$output"; return 1; }
	done </run/calls
}

@test "PAM-01 each system call of fetch fails once, wrong password: never success" {
	local name number
	SERVICE=inside
	install -m 755 "$RIGS/standin" /run/libexec/fetch
	printf 'exec /usr/bin/strace -f -qq -o /run/trace %s/fetch\n' "$LIBEXEC" >/run/libexec/fetch.standin
	host alice wrong auth
	said 'auth PAM_AUTH_ERR'
	awk '{ sub(/^[0-9]+ +/, "") } /^[a-z_0-9]+\(/ { sub(/\(.*/, ""); count[$0]++ } END { for (name in count) print name, count[name] }' /run/trace |
		grep -vE '^(exit|exit_group|execve|rt_sigreturn|mmap|mprotect|munmap|brk|close) ' >/run/counts
	while read -r name number; do
		for number in $(seq 1 "$number" | { head -n 2; tail -n 3; } | sort -un); do
			printf 'exec /usr/bin/strace -f -qq -o /dev/null -e trace=%s -e inject=%s:error=EIO:when=%s %s/fetch\n' \
				"$name" "$name" "$number" "$LIBEXEC" >/run/libexec/fetch.standin
			host alice wrong auth >/dev/null || true
			tried AUTH_ERR AUTHINFO_UNAVAIL SERVICE_ERR SYSTEM_ERR BUF_ERR || { printf '%s %s: %s\n' "$name" "$number" "$output"; return 1; }
		done
	done </run/counts
}

@test "PAM-01 each allocation of the host fails once: never success or ignore with a wrong password, never a false refusal with a right one" {
	local count
	SERVICE=chain
	PAMH=(-m 0)
	host alice wrong auth
	count=$(sed -n 's/^allocations //p' <<<"$output")
	[ "$count" -gt 0 ] || skip "a sanitizer owns malloc in this build"
	PAMH=(-m each -n $((count + 2)))
	HOST_SECONDS=300
	host alice wrong auth
	unsaid 'auth PAM_(SUCCESS|IGNORE)'
	grep -qE '[0-9]+ auth PAM_BUF_ERR' <<<"$output"
	host alice "$(password_of alice)" auth
	unsaid 'auth PAM_(AUTH_ERR|IGNORE)'
	grep -qE '[0-9]+ auth PAM_SUCCESS' <<<"$output"
}
