# pam.bash: pamh, a PAM host that does what it is told, against the vendor "acme". In a .bats file: "load pam" (it loads the rest).
#
# pam_world [testvendor argument]...    the test vendor and apitoken configured, without login programs; pam_world_end
# service NAME LINE...                  writes a PAM service of these lines; MODULE stands for the module's path
# host NAME PASSWORD [CALL]...          pamh for user NAME, who answers each prompt with PASSWORD; calls: default auth setcred
# host_script NAME SCRIPT [CALL]...     the same with a conversation script (pamh -h)
#   Both take SERVICE (default "acme": the module alone) and the array PAMH (further options of pamh), and put the report into $output.
#   Secrets go through pipes, never through arguments or files.
# Each test's teardown asserts what holds always: at most one password post per authenticate, no secret in logs and files, every
# key with a timeout, no process of ours left.
# shellcheck shell=bash
load helper
load world

readonly STACKS=/etc/pamh AUTHENTICATIONS=/dev/shm/authentications MODULE=/usr/local/lib/security/pam_apitoken.so
readonly LIBEXEC=/usr/local/libexec/apitoken

pam_world()
{
	install -d -m 755 "$WORLD" "$STACKS"
	TMPDIR=$WORLD vendor_start --vendor-port 443 --git-port 8443 --registry-port 5001 --control-port 9000 "$@"
	new_passwords alice bob carol
	vendor_control /keep -d '' >/dev/null
	trust "$VENDOR_CA"
	configure_acme
	pam_service
}

# The service "acme": the module alone.
pam_service()
{
	service acme 'auth required MODULE debug' 'account required MODULE' 'account required pam_permit.so' \
		'session required MODULE debug'
	service other 'auth required pam_deny.so'
}

pam_world_end() { vendor_stop; }

service()
{
	local name=$1
	shift
	printf '%s\n' "${@//MODULE/$MODULE}" >"$STACKS/$name"
}

setup()
{
	clear_keys alice bob carol dave localuser
	clear_log
	vendor_control /reset -d '' >/dev/null
	configure_acme
	printf 0 >"$AUTHENTICATIONS"
	PAMH=()
	SERVICE=acme
}

# Counts how many authenticate calls a command line makes: calls x runs x threads.
count_authentications()
{
	local word previous='' times=1 calls=0
	for word in "$@"; do
		[[ $previous != -[nt] ]] || times=$((times * word))
		[[ $word != auth && $word != auth:* ]] || calls=$((calls + 1))
		previous=$word
	done
	printf %d $(($(cat "$AUTHENTICATIONS") + calls * times)) >"$AUTHENTICATIONS"
}

# The log is written by another process, in the order of its datagrams: once a mark is there, all before it is.
log_settled()
{
	logger -u /dev/log -t mark "$1-$$"
	wait_until 10 grep -qF "mark: $1-$$" "$LOG"
}

# The conversation's script comes on standard input.
run_pamh()
{
	count_authentications "${PAMH[@]}" "$@"
	status=0
	# In sanitized builds: leaks cannot be looked for under strace.
	local -x ASAN_OPTIONS=detect_leaks=$((${#WRAPPER[@]} == 0))
	output=$(timeout -k 5 "${HOST_SECONDS:-60}" "${WRAPPER[@]}" "$RIGS/pamh" -c "$STACKS" "${PAMH[@]}" "$@" 2>/tmp/pamh.err 3>&- 4>&-) || status=$?
	printf '%s\n' "$output"
	cat /tmp/pamh.err
	log_settled "$RANDOM"
	[ "$status" -eq 0 ]
}

host_script()
{
	local user=$1 script=$2
	shift 2
	[ $# -gt 0 ] || set -- auth setcred
	run_pamh "$SERVICE" "$user" "$@" < <(printf '%s\n' "$script")
}

host()
{
	local user=$1 password=$2
	shift 2
	host_script "$user" "$(for _ in 1 2 3 4 5 6 7 8; do printf 'text %s\n' "$password"; done)" "$@"
}

# said LINE...: the report has each of these lines.
said()
{
	local line
	for line in "$@"; do
		grep -qxF -- "$line" <<<"$output" || { printf 'the report has no line "%s"; the log:\n' "$line"; tail -n 5 "$LOG"; return 1; }
	done
}

# unsaid PATTERN: the report has no line that matches.
unsaid()
{
	if grep -E -- "$1" <<<"$output"; then
		printf 'the report should have no line like "%s"\n' "$1"
		return 1
	fi
}

# all_succeeded: each call of the report was PAM_SUCCESS.
all_succeeded()
{
	if grep -E '^[a-z_]+(:[a-z_+]+)? PAM_' <<<"$output" | grep -v ' PAM_SUCCESS$'; then
		return 1
	fi
}

# logged PRIORITY PATTERN: exactly one line of ours has this syslog priority (authpriv) and matches.
logged()
{
	local -A levels=([alert]=1 [crit]=2 [err]=3 [warning]=4 [notice]=5 [debug]=7)
	local count
	count=$(grep -F pam_apitoken "$LOG" | grep -cE -- "^<$((80 + ${levels[$1]}))>.*$2") || true
	[ "$count" -eq 1 ] || { printf '%s lines of %s match "%s":\n' "$count" "$1" "$2"; cat "$LOG"; return 1; }
}

# Without debug lines: nothing of ours is in the log but what is expected.
log_count() { grep -F pam_apitoken "$LOG" | grep -cvE '^<87>' || true; }

no_requests() { [ "$(vendor_requests)" -eq 0 ] || { echo "the vendor saw $(vendor_requests) connections"; return 1; }; }

ours_are_gone() { ! pgrep -x 'fetch|stash' >/dev/null; }

assert_keys_time_out()
{
	local user
	for user in alice bob carol dave localuser; do
		if keys_of "$user" | grep apitoken | grep -w perm; then
			echo "a key of $user has no timeout"
			return 1
		fi
	done
}

secrets_of_world()
{
	awk 1 "$WORLD"/*.password
	vendor_control /tokens | jq -r '.. | strings | select(length > 40)'
}

teardown()
{
	local posts
	wait_until 10 ours_are_gone
	posts=$(password_posts)
	[ "$posts" -le "$(cat "$AUTHENTICATIONS")" ] || { echo "$posts password posts for $(cat "$AUTHENTICATIONS") logins"; return 1; }
	assert_keys_time_out
	mapfile -t secrets < <(secrets_of_world | grep .)
	assert_no_canary "${secrets[@]}"
}
