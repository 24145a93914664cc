# The counting itself: what a suite that lied, stopped early or never ran comes to.

load helper

tap() { printf '%s\n' "$@" >/tmp/suite.tap; }
summary() { run "$SOURCE/tests/tap-summary" /tmp/suite.tap; }

@test "a whole suite is counted" {
	tap 1..3 'ok 1 one' 'ok 2 two # skip no network' 'ok 3 - three'
	summary
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 'skipped: suite: two (no network)' ]
	[ "${lines[1]}" = '2 passed, 0 failed, 1 skipped' ]
}

@test "a failure fails the whole" {
	tap 1..2 'ok 1 one' 'not ok 2 two'
	summary
	[ "$status" -ne 0 ]
	[ "${lines[-1]}" = '1 passed, 1 failed, 0 skipped' ]
}

@test "a suite that stopped early fails, also when all that ran passed" {
	tap 1..3 'ok 1 one' 'ok 2 two'
	summary
	[ "$status" -ne 0 ]
	[[ "$output" == *'3 tests planned, 2 ran'* ]]
	[ "${lines[-1]}" = '2 passed, 1 failed, 0 skipped' ]
}

@test "a suite without a plan, an empty one and a missing one fail" {
	tap 'ok 1 one'
	summary
	[ "$status" -ne 0 ]
	: >/tmp/suite.tap
	summary
	[ "$status" -ne 0 ]
	rm /tmp/suite.tap
	summary
	[ "$status" -ne 0 ]
	[ "${lines[-1]}" = '0 passed, 1 failed, 0 skipped' ]
}

@test "cmocka's skip, which says not ok, is a skip" {
	tap 1..3 'ok 1 - one' '# skipped: needs root' 'not ok 2 # SKIP two' 'ok 3 - three'
	summary
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 'skipped: suite: two (needs root)' ]
	[ "${lines[-1]}" = '2 passed, 0 failed, 1 skipped' ]
}

@test "the scoreboard: green needs a passed test that begins with the row, and no failed one" {
	printf '%s\n' '| AAA-01 | M |' '| AAA-02 | M |' '| AAA-03 | M |' '| AAA-04 | M |' '| AAA-05 | M |' >/tmp/rows.md
	tap 1..6 'ok 1 AAA-01 AAA-02 both' 'not ok 2 AAA-02 broken' 'ok 3 AAA-03 left out # skip no root' \
		'ok 4 it mentions AAA-04 in the middle' 'ok 5 no row' 'ok 6 AAA-05: with a colon'
	run sh -c '"$1/tests/tap-read" /tmp/suite.tap | "$1/tests/scoreboard" /tmp/rows.md -' sh "$SOURCE"
	[ "$status" -eq 0 ]
	[ "$(grep -c '  green$' <<<"$output")" -eq 2 ]
	grep -qx 'AAA-01  green' <<<"$output"
	grep -qx 'AAA-02  open' <<<"$output"
	grep -qx 'AAA-03  open' <<<"$output"
	grep -qx 'AAA-04  open' <<<"$output"
	[ "${lines[-1]}" = '2 green, 3 open' ]
}

@test "a test that names a row that does not exist is pointed out" {
	printf '%s\n' '| AAA-01 | M |' >/tmp/rows.md
	tap 1..1 'ok 1 AAA-99 typing error'
	run sh -c '"$1/tests/tap-read" /tmp/suite.tap | "$1/tests/scoreboard" /tmp/rows.md -' sh "$SOURCE"
	[ "$status" -ne 0 ]
	[[ "$output" == *'AAA-99, which is no row'* ]]
}

@test "install-packages needs nothing when all is there, and refuses a set that it does not know" {
	run env PATH=/usr/bin:/bin unshare --net "$SOURCE/tests/install-packages" build flows
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	run "$SOURCE/tests/install-packages" nonsense
	[ "$status" -eq 2 ]
}

@test "procwatch sees a secret in an argument and in an environment" {
	for place in argument environment; do
		printf 'first-secret\nsecond-secret\n' | "$RIGS/procwatch" "/tmp/$place" >/tmp/ready 3>&- &
		watcher=$!
		wait_until 10 grep -q ready /tmp/ready
		if [ "$place" = argument ]; then
			sh -c 'sleep 0.3; :' second-secret
		else
			env WORD=second-secret sleep 0.3
		fi
		kill "$watcher"
		wait "$watcher"
		cat "/tmp/$place"
		grep -q 'holds secret 2' "/tmp/$place"
		grep -q '^watched' "/tmp/$place"
	done
}
