# HLP-07: fetch has been taken over by a vendor and says what it likes, in whole and well-formed replies. What it says is judged again, byte for byte.

load pam

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

# fetch_says DEED WORD...: see tests/rigs/standin.c. It sits where the module and the user's programs look for fetch.
fetch_says()
{
	[ -f /run/true-fetch ] || cp -a "$LIBEXEC/fetch" /run/true-fetch
	install -m 755 "$RIGS/standin" "$LIBEXEC/fetch"
	printf '%s\n' "$*" >"$LIBEXEC/fetch.standin"
}

# The invariants of each test. No byte of a lie comes out as it is.
teardown()
{
	[ "$(tr -d '\n -~' <"$LOG" | wc -c)" -eq 0 ] || { echo 'the log has bytes that are not printable'; cat -A "$LOG"; return 1; }
	[ "$(awk 'length > 3000' "$LOG" | wc -l)" -eq 0 ]
	no_requests
}

readonly SOUND='verdict=success status=200 lifetime=3600 lifetime_from=expires_in'

# distrusted WORD...: a claim of success with these fields is no login, for the module and for "apitoken login".
distrusted()
{
	fetch_says fields "$@"
	clear_log
	host alice "$(password_of alice)" auth setcred
	said 'auth PAM_AUTHINFO_UNAVAIL' || { echo "fields: $*"; return 1; }
	logged warning 'vendor unavailable; .*not to be trusted' || { echo "fields: $*"; return 1; }
	assert_no_token alice
	run as alice apitoken login acme --password-stdin < <(password_of alice)
	[ "$status" -eq 5 ] && [[ $output = *'not to be trusted'* && $output != *[$'\x01'-$'\x1f\x7f']* ]] || { echo "$*: $status $output"; return 1; }
	assert_no_token alice
}

# refused WORD...: the same where the frame itself is refused, whatever its words.
refused()
{
	fetch_says fields "$@"
	host alice "$(password_of alice)" auth setcred
	said 'auth PAM_AUTHINFO_UNAVAIL' || { echo "fields: $*"; return 1; }
	assert_no_token alice
}

@test "HLP-07 the rig is right: a sound lie is believed" {
	fetch_says fields $SOUND access_token=sound subject=alice
	host alice "$(password_of alice)" auth setcred
	said 'auth PAM_SUCCESS'
	assert_token alice acme
	record_of alice acme | grep -qx 'access_token=sound'
}

@test "HLP-07 no token, an empty one, one with any byte that no token has, and one that is too long" {
	local byte
	distrusted $SOUND
	distrusted $SOUND access_token=
	for byte in 00 09 0a 0d 1b 20 22 2c 3b 5c 7f 80 ff; do
		distrusted $SOUND "access_token=abc%${byte}def"
	done
	for byte in 00 0a 1b 9b; do
		distrusted $SOUND access_token=sound "refresh_token=abc%${byte}"
	done
	distrusted $SOUND access_token='=abc'
	distrusted $SOUND access_token='a*9001'
	distrusted $SOUND access_token='a*5000' refresh_token='b*4001'
	distrusted $SOUND access_token=sound refresh_token='b*60000'
	refused $SOUND access_token='a*70000'
	refused $SOUND access_token='a*180000'
}

@test "HLP-07 a life that is missing, over, endless or no number" {
	local lifetime
	for lifetime in '' 0 -1 31536001 99999999999999999999 1e3 ' 5' 0x10 NaN 3600%00 3600%0a; do
		distrusted verdict=success status=200 access_token=sound "lifetime=$lifetime"
	done
	distrusted verdict=success status=200 access_token=sound
	for lifetime in -1 31536001 99999999999999999999 x; do
		distrusted $SOUND access_token=sound refresh_token=sound "refresh_lifetime=$lifetime"
	done
	distrusted verdict=success status=600 lifetime=3600 access_token=sound
	distrusted $SOUND access_token=sound retry_after=3601
}

@test "HLP-07 no verdict, an unknown one, one in other letters" {
	local verdict
	for verdict in '' Success SUCCESS success%00 success%0a 'success%20' yes 0 PAM_SUCCESS; do
		distrusted "verdict=$verdict" access_token=sound lifetime=3600
	done
	distrusted access_token=sound lifetime=3600
	# the first of two counts, for the good as for the bad
	fetch_says fields verdict=refused verdict=success access_token=sound lifetime=3600
	host alice "$(password_of alice)" auth setcred
	said 'auth PAM_AUTH_ERR'
	assert_no_token alice
}

@test "HLP-07 a success for another user is no success, and an alert" {
	local subject
	for subject in bob Alice alic alicee 'alice%20' 'alice%00' 'alice%00bob' 'alice%0a' 'al%d1%96ce' '%1b[2Jalice' root; do
		fetch_says fields $SOUND access_token=sound "subject=$subject"
		clear_log
		host alice "$(password_of alice)" auth setcred getuser
		said 'auth PAM_AUTH_ERR' 'user alice' || { echo "subject: $subject"; return 1; }
		logged alert 'with a token of another user'
		assert_no_token alice bob
	done
}

@test "HLP-07 escape codes, line ends and floods in every text field, with every verdict: nothing of it reaches log, prompt or terminal" {
	local verdict subject field evil='%1b]0;owned%07%1b[2J%1b[31m%0a<83>forged:%0d%c2%85%e2%80%ae%ff%00x'
	for verdict in success refused account configuration rate_limited unavailable login_again; do
		for subject in subject other; do
			fetch_says fields "verdict=$verdict" "message=$evil" "code=$evil" "rule=$evil" "address=$evil" "sandbox=$evil" "lifetime_from=$evil" \
				"$subject=$evil" access_token=sound lifetime=3600 status=400
			host alice "$(password_of alice)" auth
			[ "$(grep -E '^(error|info|prompt) ' <<<"$output" | tr -d '\n -~' | wc -c)" -eq 0 ] || { echo "$verdict"; return 1; }
			run as alice apitoken login acme --password-stdin < <(password_of alice)
			[ "$(tr -d '\n -~' <<<"$output" | wc -c)" -eq 0 ] || { echo "$verdict"; cat -A <<<"$output"; return 1; }
			[ "${#output}" -lt 2000 ]
			clear_keys alice
		done
	done
	for field in message code rule address subject; do
		fetch_says fields verdict=refused "$field=A*60000"
		host alice "$(password_of alice)" auth
		said 'auth PAM_AUTH_ERR'
	done
	[ "$(grep -c '^<83>forged' "$LOG")" -eq 0 ]
}

@test "HLP-07 300 lies at random: a login only with a sound token, for this user, and a life; never a crash" {
	local calls=() run
	fetch_says fuzz /run/lies
	: >/run/lies
	for run in {1..30}; do
		calls+=(auth setcred)
	done
	for run in {1..10}; do
		host_script alice "$(for _ in {1..30}; do printf 'text %s\n' "$(password_of alice)"; done)" "${calls[@]}" >/run/report
		grep '^auth ' /run/report | sort | uniq -c >>/run/results
		! grep '^auth ' /run/report | grep -vE ' PAM_(SUCCESS|AUTH_ERR|AUTHINFO_UNAVAIL|SERVICE_ERR)$' || false
		if keys_of alice | grep -q apitoken; then
			assert_token alice acme
			record_of alice acme | grep -qxE 'access_token=[A-Za-z0-9._~+/-]+=*'
		fi
		clear_keys alice
	done
	[ "$(wc -c </run/lies)" -eq 300 ]
	cat /run/results
	[ "$(awk '/SUCCESS/ { sum += $1 } END { print sum }' /run/results)" -ge 30 ]
	[ "$(awk '/UNAVAIL/ { sum += $1 } END { print sum }' /run/results)" -ge 30 ]
}
