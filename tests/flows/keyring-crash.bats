# The store under faults: killed at every system call, and every keyring call failing.

load helper

readonly KEY=apitoken:v1:acme

setup() { clear_keys alice; }
teardown() { clear_keys alice; }

keytool() { as alice "$RIGS/keytool" "$@"; }

# traced RULE VERB...: keytool under strace with a fault of this rule; its exit status.
traced()
{
	local rule=$1
	shift
	as alice strace -qq -o /dev/null -e "inject=$rule" "$RIGS/keytool" "$@"
}

# What is in reach is one record: the old, or the new, whole, private and with a timeout.
assert_old_or_new()
{
	local content
	content=$(keytool read "$KEY") || { echo "no token after $1"; return 1; }
	case $content in
	'3000 o' | '2500 n') ;;
	*) echo "after $1: $content"; return 1 ;;
	esac
	assert_token alice acme || { echo "after $1"; return 1; }
}

# calls_of VERB...: each system call of a keytool run as "NAME:when=N", the N-th of that name, in order. (strace counts by name.)
calls_of()
{
	as alice strace -qq "$RIGS/keytool" "$@" 2>&1 >/dev/null |
		sed -nE '/^execve/d; s/^([a-z0-9_]+)\(.*/\1/p' | awk '{ print $1 ":when=" ++seen[$1] }'
}

@test "KEY-04 killed at any system call of a store, the old or the new token is whole and has a timeout" {
	local verb call calls last
	for verb in store reserved; do
		keytool store "$KEY" 3600 3000 o
		mapfile -t calls < <(calls_of "$verb" "$KEY" 3600 2500 n)
		[ "${#calls[@]}" -gt 30 ]
		printf '%s\n' "${calls[@]}" | grep -qx 'keyctl:when=4'
		for call in "${calls[@]}"; do
			keytool store "$KEY" 3600 3000 o
			run traced "${call/:/:signal=KILL:}" "$verb" "$KEY" 3600 2500 n
			[ "$status" -ne 0 ] || { echo "not killed at $call"; return 1; }
			assert_old_or_new "a kill at $call of $verb"
			last=$(keytool read "$KEY")
		done
		[ "$last" = '2500 n' ]
	done
}

@test "KEY-04 killed at any keyring call of the first store, there is no key or one with a timeout" {
	local call calls kills=0
	mapfile -t calls < <(calls_of store "$KEY" 3600 2500 n | grep -E '^(add_key|keyctl)')
	for call in "${calls[@]}"; do
		clear_keys alice
		run traced "${call/:/:signal=KILL:}" store "$KEY" 3600 2500 n
		[ "$status" -ne 0 ]
		kills=$((kills + 1))
		if keys_of alice | grep -q apitoken; then
			assert_old_or_new "a kill at $call"
		fi
	done
	[ "$kills" -ge 6 ]
}

@test "KEY-06 with EDQUOT from any keyctl call the old token stays, and the message names the quota" {
	local call calls failures=0
	mapfile -t calls < <(calls_of store "$KEY" 3600 2500 n | grep '^keyctl')
	for call in "${calls[@]}"; do
		keytool store "$KEY" 3600 3000 o
		run traced "${call/:/:error=EDQUOT:}" store "$KEY" 3600 2500 n
		assert_old_or_new "EDQUOT at $call"
		[ "$status" -ne 0 ] || continue
		[ "$status" -eq 5 ]
		[[ $output == */proc/sys/kernel/keys/maxbytes* ]]
		[ "$(keytool read "$KEY")" = '3000 o' ]
		failures=$((failures + 1))
	done
	[ "$failures" -ge 3 ]
}

@test "KEY-06 a quota that stays full keeps the old token, and the message names the quota" {
	keytool store "$KEY" 3600 3000 o
	run traced 'add_key:error=EDQUOT' store "$KEY" 3600 2500 n
	[ "$status" -eq 5 ]
	[[ $output == *maxbytes*maxkeys* ]]
	[ "$(keytool read "$KEY")" = '3000 o' ]
	run traced 'add_key:error=EDQUOT' reserved "$KEY" 3600 2500 n
	[ "$status" -eq 5 ]
	[ "$(keytool read "$KEY")" = '3000 o' ]
}

@test "KEY-10 keyctl refused with EPERM, ENOSYS or EACCES says why and leaves with 5" {
	local errnum
	keytool store "$KEY" 3600 3000 o
	for errnum in EPERM ENOSYS EACCES; do
		run traced "add_key,keyctl:error=$errnum" read "$KEY"
		[ "$status" -eq 5 ]
		[ "${#lines[@]}" -eq 1 ]
		[ "${#output}" -gt 30 ]
		run traced "add_key,keyctl:error=$errnum" store "$KEY" 3600 2500 n
		[ "$status" -eq 5 ]
		[ "${#lines[@]}" -eq 1 ]
		[ "${#output}" -gt 30 ]
	done
	[ "$(keytool read "$KEY")" = '3000 o' ]
}

@test "KEY-02 KEY-19 KEY-05 a store, read, list and removal never ask @s, request_key or KEYCTL_UPDATE" {
	local verb
	: >/tmp/calls
	chmod 666 /tmp/calls
	for verb in "store $KEY 60 9000 o" "reserved $KEY 60 4097 n" "read $KEY" list "remove $KEY"; do
		# shellcheck disable=SC2086 # words
		as alice strace -qq -A -o /tmp/calls -e trace=add_key,keyctl,request_key "$RIGS/keytool" $verb
	done
	[ "$(grep -c . /tmp/calls)" -gt 20 ]
	grep -q KEYCTL_SEARCH /tmp/calls
	! grep -E 'request_key|KEYCTL_UPDATE|SESSION_KEYRING' /tmp/calls
}

@test "KEY-12 a record is gone when its time is over, also with no process of its user left" {
	keytool store "$KEY" 2 100 o
	assert_token alice acme
	wait_until 20 gone
	! keytool read "$KEY"
}
gone() { ! as alice keyctl search @u user "$KEY" 2>/dev/null; }
