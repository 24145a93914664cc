# Renewals that are cut off: killed at every system call, by signals, with keyring calls that fail; and what the next call makes of it.

bats_require_minimum_version 1.5.0
load helper
load world
load tools
load refresh

setup_file()
{
	start_world --set access_seconds=600
	cp /etc/apitoken/vendors.d/acme.conf /run/acme.conf
}
teardown_file() { stop_world; }

setup()
{
	fresh_start
	no_run_folder
	cp /run/acme.conf /etc/apitoken/vendors.d/acme.conf
	vendor_control /options -d access_seconds=600 -d reuse_grace_seconds=0 >/dev/null
	printf 'protocol=https\nhost=git.test:8443\n\n' >/tmp/request
	log_in alice
	cp /dev/null /tmp/hit
	chmod 666 /tmp/hit
}

get() { ask alice git.test:8443 get; }
setting() { printf '%s\n' "$@" | sed -i '/^\[vendor\]/r /dev/stdin' /etc/apitoken/vendors.d/acme.conf; }

# get_killed PROCESS CALL: a get one of whose processes is killed there; 99 where there is no such call. 0 the helper, 1 its middle process, 2 fetch.
get_killed() { "$RIGS/twouid" alice run "$RIGS/atcall" kill "$1" "$2" /tmp/hit git-credential-apitoken get </tmp/request >/tmp/answer 2>&1; }

# What is in the keyring is a record, whole, private and with an end, and nothing else has none.
assert_sound()
{
	local record
	record=$(keys_of alice | grep -E ' apitoken:v1:acme$') && [ "$(wc -l <<<"$record")" = 1 ] && [[ $record == *" user $(id -u alice) 0x003f0000 "[0-9]* ]] &&
		! keys_of alice | grep apitoken | grep -w perm && value_of alice acme access_token >/dev/null
}

# judge GRACE WHERE: what came of a get that was cut off WHERE. The login lives; or the vendor had changed the refresh token, nobody had stored it, and the next call says so.
judge()
{
	local before
	assert_sound || { echo "not sound after $2"; keys_of alice; return 1; }
	away_is_over
	before=$(refusals)
	if get >/tmp/next 2>&1; then
		lives alice git.test:8443 || { echo "it does not live on after $2"; return 1; }
		lived=$((lived + 1))
		return
	fi
	if [ "$1" -gt 0 ] || ! grep -q "$LOST.*apitoken login acme" /tmp/next; then
		echo "after $2: $(cat /tmp/next)"
		return 1
	fi
	lost=$((lost + 1))
	[ "$(refusals)" -le $((before + 1)) ]
}
lived=0 lost=0
readonly LOST='the answer to an earlier renewal was lost before it was stored, and'
# A vendor that is left alone for a while: the while is over.
away_is_over() { "$RIGS/twouid" alice inherit keyctl unlink "%user:apitoken:v1:acme:away" @u >/dev/null 2>&1 || true; }

# sweep GRACE PROCESS FIRST EVERY: kills at the calls FIRST, FIRST + EVERY, ... until there are no more.
sweep()
{
	local call=$3 status kills=0
	vendor_control /options -d "reuse_grace_seconds=$1" >/dev/null
	while :; do
		log_in alice >/dev/null
		ended alice
		status=0
		get_killed "$2" "$call" || status=$?
		[ "$status" -ne 99 ] || break
		kills=$((kills + 1))
		judge "$1" "a kill of process $2 at call $call"
		call=$((call + $4))
	done
	echo "# process $2, grace $1: $kills kills, each $4th call from $3 to $((call - $4)); so far $lived lived, $lost lost" >&3
	[ $((kills * $4)) -gt 50 ]
}

# calls_of PROCESS: how many calls it makes in a renewal. calls_behind NAME: how many the helper makes behind its last call NAME.
calls_of()
{
	ended alice
	rm -f /tmp/hit
	"$RIGS/twouid" alice run "$RIGS/atcall" count /tmp/hit git-credential-apitoken get </tmp/request >/dev/null
	sed -n "s/^$1 //p" /tmp/hit
}
calls_behind()
{
	ended alice
	as alice strace -qq git-credential-apitoken get </tmp/request 2>&1 >/dev/null | awk -v name="$1(" 'index($0, name) == 1 { behind = -1 } /^[a-z0-9_]+\(/ { behind++ } END { print behind }'
}

# make check takes a sample of the calls; tests/peers/run takes them all, with CRASH_STEP=1.
readonly STEP=${CRASH_STEP:-11}

@test "REF-03 KEY-04 the helper killed at every system call: the login lives, or the answer was lost and that is said" {
	sweep 0 0 1 "$STEP"
	[ $((lived * STEP)) -gt 100 ]
	[ $((lost * STEP)) -gt 10 ]
}

@test "REF-03 killed at every system call after the request, a vendor with sixty seconds of grace: the login lives" {
	local calls behind
	calls=$(calls_of 0)
	behind=$(calls_behind clone3)
	[ "$behind" -gt 50 ]
	sweep 60 0 $((calls - behind)) "$STEP"
	[ "$lost" -eq 0 ]
}

@test "REF-03 killed before the store, a vendor with five seconds of grace that are over: it is said, once" {
	local before
	vendor_control /options -d reuse_grace_seconds=5 >/dev/null
	ended alice
	run get_killed 0 semtimedop:2 # the lock of the swap
	[ "$status" -ne 99 ]
	[ "$(refresh_posts)" -eq 1 ]
	before=$SECONDS
	wait_until 60 grace_is_over "$before"
	judge 0 "a kill before the end of the grace"
	[ "$lived/$lost" = 0/1 ]
	before=$(refresh_posts)
	run ! get
	[ "$(refresh_posts)" -eq "$before" ]
}
grace_is_over() { [ "$SECONDS" -gt $(($1 + 6)) ]; }

@test "REF-03 fetch killed at every system call from its connection on: the login lives, or that is said" {
	local calls
	calls=$(calls_of 2)
	sweep 60 2 $((calls - 200)) "$STEP"
	[ "$lost" -eq 0 ]
}

@test "REF-03 fetch and the process between killed at system calls before that" {
	sweep 0 1 1 "$STEP"
	sweep 0 2 1 $((STEP == 1 ? 1 : STEP * 3))
}
