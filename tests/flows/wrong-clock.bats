# This machine's clock is wrong, or is set while tokens lie in the keyring and requests are under way: real programs, real logins.

bats_require_minimum_version 1.5.0
load helper
load world
load tools
load refresh
load fetch

readonly AT=$SOURCE/tests/rigs/at-clock TWINS=/usr/local/twins/bin DAY=86400

setup_file()
{
	older_certificates
	start_world --set access_seconds=600
	twins
}
teardown_file() { stop_world; }

# The authority and its certificates are ten days old, so that they hold for a clock that is a day behind.
older_certificates()
{
	install -m 755 "$SOURCE/tests/vendor/make-ca" /run/make-ca
	printf '#!/bin/bash\nexec %q -864000 /run/make-ca "$@"\n' "$AT" >/run/older-ca
	chmod 755 /run/older-ca
	mount --bind /run/older-ca "$SERVERS_TESTS/vendor/make-ca"
}

# git's and docker's helper as dynamic programs, with everything beside them that they look for.
twins()
{
	install -d -m 755 /usr/local/twins
	cp -a /usr/local/bin /usr/local/libexec /usr/local/share /usr/local/twins/
	install -m 755 "$RIGS/git-credential-apitoken" "$RIGS/docker-credential-apitoken" "$TWINS/"
}

setup()
{
	configure_acme
	fresh_start
	no_run_folder
	GETTER=
}
teardown()
{
	[ -z "$GETTER" ] || { kill -KILL "$GETTER" 2>/dev/null || true; wait "$GETTER" || true; }
	badidp_stop
}

# How far a clock is off that says: 1970, a second before and after what 32 bits can hold, 2100.
far() { local now; now=$(date +%s); echo $((1000 - now)) $((2147483646 - now)) $((2147483649 - now)) $((4102444800 - now)); }

# by OFFSET COMMAND...: alice runs it, and this is her clock.
by() { "$AT" "$1" "$RIGS/twouid" alice run "${@:2}"; }
git_by() { printf 'protocol=https\nhost=git.test:8443\n\n' | by "$1" "$TWINS/git-credential-apitoken" get; }
docker_by() { printf registry.vendor.test:5000 | by "$1" "$TWINS/docker-credential-apitoken" get; }
cli_by() { by "$1" apitoken token acme; }
login_by() { by "$1" apitoken login acme --password-stdin < <(printf '%s\n' "$(vendor_password alice)"); }
su_by() { printf 'Password: \t%s\n' "$(vendor_password alice)" | "$AT" "$1" "$RIGS/twouid" localuser run "$RIGS/typist" su alice -c true; }

# moved SECONDS: the record as it would be had the clock been so far ahead when it was obtained, and been put right since.
moved()
{
	local body serial
	body=$(payload_of alice acme | grep -v '^checksum=' |
		awk -F= -v OFS== -v by="$1" '$1 ~ /_at$/ && $2 > 0 { $2 = sprintf("%.0f", $2 + by) } { print }')
	serial=$({
		printf '%s\n' "$body"
		printf 'checksum=%s\n' "$(printf '%s\n' "$body" | sha256sum | cut -c 1-16)"
	} | "$RIGS/twouid" alice inherit keyctl padd user apitoken:v1:acme @u)
	"$RIGS/twouid" alice inherit keyctl timeout "$serial" 3600
}

# rejected: git says that the server did not take the token.
rejected() { ask alice git.test:8443 erase username=alice "password=$(value_of alice acme access_token)"; }

# between LOW VALUE HIGH
between() { [ "$1" -le "$2" ] && [ "$2" -le "$3" ] || { echo "$2 is not in $1..$3"; return 1; }; }
life_of() { echo $(($(value_of alice acme access_expires_at) - $(value_of alice acme obtained_at))); }

@test "the rig is right: UTC is wrong for dynamic programs, the twins among them, and no other clock is" {
	between $(($(date +%s) + DAY - 5)) "$("$AT" "$DAY" date +%s)" $(($(date +%s) + DAY + 60))
	between $(($(cut -d. -f1 /proc/uptime) - 5)) "$("$AT" "$DAY" cut -d. -f1 /proc/uptime)" $(($(cut -d. -f1 /proc/uptime) + 60))
	[ "$("$AT" 400000000 date +%Y)" -ge 2038 ]
	ldd "$TWINS/git-credential-apitoken" | grep -q libc
	# An old record has only the clock: there the twin can be seen to have the wrong one.
	log_in alice
	aged alice 100000000
	moved 100000000
	[ -z "$(value_of alice acme obtained_uptime)" ]
	ask alice git.test:8443 get | grep -q '^password='
	[ "$(refresh_posts)" -eq 0 ]
	git_by "$DAY" | grep -q '^password='
	[ "$(refresh_posts)" -eq 1 ]
}

@test "NET-16 REF-10 a good token is served without a request, whatever the clock was set to, and its end is told on that clock" {
	local offset token now
	log_in alice
	token=$(now_token alice)
	for offset in -"$DAY" "$DAY" $(far); do
		now=$(date +%s)
		output=$(git_by "$offset")
		echo "$offset: $output"
		[ "$(answer_value password)" = "$token" ]
		between $((now + offset + 600 - 60 - 120)) "$(answer_value password_expiry_utc)" $((now + offset + 600 - 60 + 60))
		[ "$(docker_by "$offset" | jq -r .Secret)" = "$token" ]
		[ "$(cli_by "$offset")" = "$token" ]
		output=$(by "$offset" apitoken status --json)
		between 400 "$(jq '.vendors[0].seconds_left' <<<"$output")" 601
		between $((now + offset - 1)) "$(jq .now <<<"$output")" $((now + offset + 120))
		between $((now + offset - 200)) "$(jq '.vendors[0].obtained_at | if . <= 1 then 1000 else . end' <<<"$output")" $((now + offset + 120))
	done
	[ "$(refresh_posts)" -eq 0 ]
}

@test "NET-16 REF-10 a dead token is renewed, once, by a clock that is a day off in either direction" {
	local offset old get
	for offset in -"$DAY" "$DAY"; do
		for get in git_by docker_by cli_by; do
			fresh_start
			log_in alice
			ended alice
			old=$(now_token alice)
			"$get" "$offset" >/dev/null
			[ "$(refresh_posts)" -eq 1 ]
			[ "$(now_token alice)" != "$old" ]
			"$get" "$offset" >/dev/null
			"$get" 0 >/dev/null
			ask alice git.test:8443 get >/dev/null # the static one, which has the right clock
			[ "$(refresh_posts)" -eq 1 ]
			[ "$(life_of)" -eq 600 ]
		done
	done
}

@test "NET-16 REF-10 the programs as they are installed: a clock that was put right, from years away, neither ends a token nor keeps one" {
	local offset token
	for offset in -"$DAY" "$DAY" $(far); do
		[ "$offset" -gt -1000000000 ] || offset=$((offset + 100000)) # times before 1970 do not exist in a record
		fresh_start
		log_in alice
		token=$(now_token alice)
		moved "$offset"
		output=$(ask alice git.test:8443 get)
		[ "$(answer_value password)" = "$token" ]
		between $(($(date +%s) + 400)) "$(answer_value password_expiry_utc)" $(($(date +%s) + 541))
		docker_ask alice get registry.vendor.test:5000 | jq -e --arg token "$token" '.Secret == $token'
		[ "$(as alice apitoken token acme)" = "$token" ]
		[ "$(refresh_posts)" -eq 0 ]
		ended alice
		ask alice git.test:8443 get >/dev/null
		[ "$(refresh_posts)" -eq 1 ]
		moved "$offset"
		run as alice apitoken refresh # too soon: what was renewed now is not renewed again
		[ "$status" -eq 0 ]
		[ "$(refresh_posts)" -eq 1 ]
		older alice 40
		as alice apitoken refresh
		[ "$(refresh_posts)" -eq 2 ]
		# A server that rejects each token causes no renewal each time, and one that rejects an older one does.
		moved "$offset"
		rejected
		ask alice git.test:8443 get >/dev/null
		[ "$(refresh_posts)" -eq 2 ]
		older alice 40
		rejected
		ask alice git.test:8443 get >/dev/null
		[ "$(refresh_posts)" -eq 3 ]
	done
}

@test "NET-16 a login by a clock that is a day off works, warns in the log, and its token lives as long as it should once the clock is right" {
	local offset way
	for offset in -"$DAY" "$DAY"; do
		fresh_start
		su_by "$offset"
		log_lines "clock\? this machine's is 86[0-9]* s (behind|ahead of) that of vendor.test"
		[ "$(life_of)" -eq 600 ]
		output=$(ask alice git.test:8443 get)
		between $(($(date +%s) + 400)) "$(answer_value password_expiry_utc)" $(($(date +%s) + 541))
		fresh_start
		login_by "$offset"
		[ "$(life_of)" -eq 600 ]
		ask alice git.test:8443 get >/dev/null
		[ "$(refresh_posts)" -eq 0 ]
		ended alice
		ask alice git.test:8443 get >/dev/null
		[ "$(refresh_posts)" -eq 1 ]
	done
	fresh_start
	su_by 0
	! log_lines 'clock\?'
}

@test "NET-16 where the clock is years away no certificate holds: the log and the tools say clock? and the time, local users log in" {
	local offset year status
	for offset in $(far); do
		year=$("$AT" "$offset" date -u +%Y-%m-%d)
		clear_log
		run su_by "$offset"
		[ "$status" -ne 0 ]
		log_lines "certificate (has expired|is not valid yet): clock\? this machine says $year"
		assert_no_token alice
		run login_by "$offset"
		echo "$output"
		[ "$status" -eq 5 ]
		[[ $output == *"clock? this machine says $year"* ]]
		printf 'Password: \t%s\n' "$LOCAL_PASSWORD" | "$AT" "$offset" "$RIGS/twouid" alice run "$RIGS/typist" su localuser -c true
	done
	log_lines 'clock\? this machine says 2100' | grep -vq 'before apitoken was written'
	clear_log
	run su_by "$(far | cut -d' ' -f1)"
	log_lines 'clock\? this machine says 1970-01-01 00:1.* UTC, which is before apitoken was written: set its clock'
}

@test "NET-16 REF-10 and a token is not renewed there: one that is dead is not given out, one that lives is, and requests are few" {
	local offset before
	for offset in $(far); do
		fresh_start
		log_in alice
		ended alice
		before=$(vendor_requests)
		run git_by "$offset"
		echo "$output"
		[ "$status" -eq 5 ]
		[[ $output == *'clock?'* ]]
		[[ $output != *password=* ]]
		run cli_by "$offset"
		[ "$status" -eq 5 ]
		run docker_by "$offset"
		[ "$status" -eq 1 ]
		[ $(($(vendor_requests) - before)) -le 1 ]
		log_in alice
		ending alice
		before=$(vendor_requests)
		for _ in 1 2 3 4 5; do
			output=$(git_by "$offset")
			[ "$(answer_value password)" = "$(value_of alice acme access_token)" ]
		done
		[ $(($(vendor_requests) - before)) -le 2 ]
		[ "$(refresh_posts)" -eq 0 ]
	done
}

@test "NET-16 REF-09 a vendor that is down is left alone however the clock is set meanwhile" {
	local offset before
	log_in alice
	ended alice
	answer_next count=1000 status=503 'header=Retry-After: 60' body=down
	run git_by 0
	[ "$status" -eq 5 ]
	before=$(vendor_requests)
	for offset in -"$DAY" "$DAY" $(far); do
		run git_by "$offset"
		echo "$output"
		[ "$status" -eq 5 ]
		[[ $output == *"the next try is in "* ]]
	done
	[ "$(vendor_requests)" -eq "$before" ]
}

# begin: a get, GETTER, whose refresh the vendor has; its clock is in the file /run/clock.step.
begin()
{
	local before
	before=$(vendor_count .requests.vendor)
	printf 'protocol=https\nhost=git.test:8443\n\n' >/tmp/request
	CLOCK=/run/clock.step "$AT" 0 "$RIGS/twouid" alice run "$TWINS/git-credential-apitoken" get </tmp/request >/tmp/answer 2>&1 3>&- &
	GETTER=$!
	wait_until 10 asked $((before + 1))
}
set_clock() { CLOCK=/run/clock.step "$AT" --set "$1"; }
getter_ended() { ! kill -0 "$GETTER" 2>/dev/null; }

@test "NET-16 a clock that is set during a request: the answer counts, and its token lives as long as it should" {
	local step
	for step in -"$DAY" "$DAY" $(far); do
		fresh_start
		log_in alice
		ended alice
		answer_next when=after delay_ms=2000
		begin
		set_clock "$step"
		wait "$GETTER"
		GETTER=
		output=$(cat /tmp/answer)
		echo "$step: $output"
		[ "$(answer_value password)" = "$(now_token alice)" ]
		[ "$(life_of)" -eq 600 ]
		[ "$(refresh_posts)" -eq 1 ]
		ask alice git.test:8443 get >/dev/null
		git_by "$step" >/dev/null
		git_by 0 >/dev/null
		[ "$(refresh_posts)" -eq 1 ]
		between 300 "$(as alice apitoken status --json | jq '.vendors[0].seconds_left')" 601
	done
}

@test "NET-16 a clock that is set back during a request does not make it longer than the vendor file's timeout" {
	local step
	configure_acme 'timeout = 3'
	for step in -"$DAY" "$(far | cut -d' ' -f1)"; do
		fresh_start
		log_in alice
		ended alice
		answer_next when=after delay_ms=60000
		begin
		set_clock "$step"
		wait_until 30 getter_ended
		status=0
		wait "$GETTER" || status=$?
		GETTER=
		cat /tmp/answer
		[ "$status" -eq 5 ]
		grep -q 'in time' /tmp/answer
	done
}

# absolute OFFSET DATE-OFFSET: a login by a clock that is OFFSET off, at a vendor whose clock is DATE-OFFSET off and who says when the token ends.
absolute()
{
	local now=$(($(date +%s) + $2))
	badidp_stop
	badidp_start --status 200 --header "Date: $(date -u -d "@$now" '+%a, %d %b %Y %H:%M:%S GMT')" --header 'Content-Type: application/json' \
		--body "{\"access_token\":\"abc\",\"token_type\":\"Bearer\",\"expires_at\":$((now + 900))}"
	fetch_liar '[answer]' 'lifetime = expires_at' 'lifetime_is = epoch'
	run "$AT" "$1" "$RIGS/fetchcall" --libexec "$LIBEXEC" "$FETCH_CONFIG" try login alice < <(printf %s "$CANARY_PASSWORD")
	echo "$1, $2: $output"
	verdict_is success
	[ "$(value lifetime_from)" = expires_at ]
	[ "$(value lifetime)" -eq 900 ]
}

@test "NET-16 an absolute end is measured by the vendor's clock, whatever either clock says" {
	local offset vendor
	for offset in 0 -"$DAY" "$DAY"; do
		for vendor in 0 -"$DAY" "$DAY" 300000000 -500000000; do
			absolute "$offset" "$vendor"
		done
	done
}

# asleep SECONDS COMMAND...: alice runs it on a machine that has slept for so long since it was started.
asleep() { unshare --time --boottime "$1" --fork "$RIGS/twouid" alice run "${@:2}"; }
get_asleep() { printf 'protocol=https\nhost=git.test:8443\n\n' | asleep "$1" git-credential-apitoken get; }

@test "REF-10 a machine that slept: the token's time went on, and a negative age is no good token" {
	log_in alice
	get_asleep 100 >/dev/null
	[ "$(refresh_posts)" -eq 0 ]
	get_asleep 595 >/dev/null
	[ "$(refresh_posts)" -eq 1 ]
	get_asleep 595 >/dev/null
	[ "$(refresh_posts)" -eq 1 ]
	# Here the machine did not sleep: the token would be of the future.
	ask alice git.test:8443 get >/dev/null
	[ "$(refresh_posts)" -eq 2 ]
	ask alice git.test:8443 get >/dev/null
	[ "$(refresh_posts)" -eq 2 ]
}
