# A renewal under way, and meanwhile: a login, a logout, an answer that came too late; and a vendor that is away.

bats_require_minimum_version 1.5.0
load helper
load world
load tools
load refresh

setup_file() { start_world --set access_seconds=600; }
teardown_file() { stop_world; }

setup()
{
	fresh_start
	no_run_folder
	log_in alice
	ended alice
	printf 'protocol=https\nhost=git.test:8443\n\n' >/tmp/request
	GETTER=
}
teardown() { [ -z "$GETTER" ] || { kill -KILL "$GETTER" 2>/dev/null || true; wait "$GETTER" || true; }; }

get() { ask alice git.test:8443 get; }

# begin FIELD=VALUE...: a get, GETTER, whose refresh the vendor has and answers so. end_get: its status, and $output.
begin()
{
	local before
	before=$(vendor_count .requests.vendor)
	answer_next "$@"
	"$RIGS/twouid" alice run git-credential-apitoken get </tmp/request >/tmp/answer 2>&1 3>&- &
	GETTER=$!
	wait_until 10 asked $((before + 1))
}
end_get()
{
	status=0
	wait "$GETTER" || status=$?
	GETTER=
	output=$(cat /tmp/answer)
	echo "$output"
}

pam_login() { login_su localuser alice "$(vendor_password alice)" true >/dev/null; }

# The login's own record, which the getter was given too.
assert_login_won()
{
	[ "$status" -eq 0 ]
	[ "$(value_of alice acme generation)" = 1 ]
	[ "$(answer_value password)" = "$(now_token alice)" ]
	lives alice git.test:8443
}

@test "REF-11 a PAM login wins over a refresh under way and does not wait for it" {
	begin when=after delay_ms=3000
	pam_login
	kill -0 "$GETTER"
	[ "$(value_of alice acme generation)" = 1 ]
	end_get
	assert_login_won
}

@test "REF-11 so does apitoken login" {
	begin when=after delay_ms=3000
	log_in alice
	kill -0 "$GETTER"
	end_get
	assert_login_won
}

@test "REF-02 a refusal of the old token leaves the newer login alone, and the loser gets its token" {
	begin when=after delay_ms=3000 status=400 'body={"error":"invalid_grant"}'
	pam_login
	kill -0 "$GETTER"
	end_get
	assert_login_won
	# Nobody replaced it: then it is over, said once, and asked for no more.
	ended alice
	begin status=400 'body={"error":"invalid_grant"}'
	end_get
	[ "$status" -eq 4 ]
	[ -z "$(value_of alice acme refresh_token)" ]
	run --separate-stderr get
	[ "$status" -eq 4 ]
}

@test "REF-11 a refresh under way does not bring back what was logged out" {
	begin when=after delay_ms=2000
	as alice apitoken logout
	kill -0 "$GETTER"
	end_get
	[ "$status" -eq 3 ]
	[[ $output == *"there is no token"* ]]
	assert_no_token alice
}

@test "REF-11 REF-08 a refresh under way leaves alone who logged out and in again" {
	begin when=after delay_ms=3000
	as alice apitoken logout
	pam_login
	kill -0 "$GETTER"
	end_get
	assert_login_won
}

# race DEED: the getter's keyring calls after the answer are slow, one of them at a time; DEED comes in between.
race()
{
	local call calls
	calls=$(as alice strace -qq -e trace=keyctl git-credential-apitoken get </tmp/request 2>&1 >/dev/null | grep -c '^keyctl')
	[ "$calls" -gt 30 ]
	for call in $(seq $((calls - 23)) "$calls"); do
		vendor_control /reset -d '' >/dev/null
		log_in alice >/dev/null
		ended alice
		"$RIGS/twouid" alice run strace -qq -o /dev/null -e "inject=keyctl:delay_enter=700000:when=$call" git-credential-apitoken get \
			</tmp/request >/tmp/answer 2>&1 3>&- &
		GETTER=$!
		wait_until 10 refreshed
		"$1"
		end_get >/dev/null
		"$2" || { echo "at keyctl call $call of $calls: $output"; return 1; }
	done
}
refreshed() { [ "$(refresh_posts)" -eq 1 ]; }
logs_out() { as alice apitoken logout >/dev/null; }
is_gone() { assert_no_token alice; }
is_login() { [ "$(value_of alice acme generation)" = 1 ]; }

@test "REF-11 at each keyring call behind the vendor's answer: a logout is final" {
	race logs_out is_gone
}

@test "REF-11 REF-08 at each keyring call behind the vendor's answer: a login is final" {
	race log_in_quietly is_login
}
log_in_quietly() { log_in alice >/dev/null; }

@test "REF-09 a vendor that is down is asked six times a minute at most, whoever asks" {
	answer_next count=1000 status=500 body=down
	local end=$((SECONDS + 24)) gets=0
	while [ "$SECONDS" -lt "$end" ]; do
		many_gets 10 alice git.test:8443
		[ "$(tokens_got git.test:8443 | tail -n 1)" = '0 answers, 0 tokens' ]
		gets=$((gets + 10))
	done
	echo "$gets gets, $(vendor_requests) connections"
	[ "$gets" -ge 50 ]
	[ "$(vendor_count .requests.vendor)" -le 5 ] # the login, and one for each 10 s that began
	grep -q 'the next try is in [0-9]* s' /tmp/gets/git.test:8443.1.err
}

@test "REF-09 meanwhile a living token is served, Retry-After is honoured, and refresh says when" {
	log_in alice
	ending alice
	answer_next count=1000 status=429 'header=Retry-After: 45' body=slow
	many_gets 50 alice git.test:8443
	[ "$(tokens_got git.test:8443)" = '50 answers, 1 tokens' ]
	[ "$(vendor_count .requests.vendor)" -eq 3 ]
	run as alice apitoken refresh
	echo "$output"
	[ "$status" -eq 5 ]
	[[ $output =~ "the next try is in "([0-9]+)" s" ]]
	[ "${BASH_REMATCH[1]}" -le 45 ]
	[ "${BASH_REMATCH[1]}" -ge 10 ]
	keys_of alice | grep "apitoken:v1:acme:away"
	[[ $(keys_of alice | grep "apitoken:v1:acme:away") == *" user $(id -u alice) 0x003f0000 "[1-4]*s" apitoken:v1:acme:away" ]]
	vendor_control /reset -d '' >/dev/null
	log_in alice
	[[ $(keys_of alice) != *:away* ]]
}

@test "REF-09 tokens of 1 to 90 seconds: gets at the end are one refresh, and the gets after that none while half of the life is left" {
	local seconds began passed posts
	for seconds in {1..90}; do
		vendor_control /reset -d '' >/dev/null
		vendor_control /options -d "access_seconds=$seconds" >/dev/null
		log_in alice >/dev/null
		aged alice "$((seconds + 1))"
		began=$SECONDS
		many_gets 5 alice git.test:8443
		[ "$(tokens_got git.test:8443 | cut -d, -f1)" = '5 answers' ]
		many_gets 5 alice git.test:8443
		[ "$(tokens_got git.test:8443 | cut -d, -f1)" = '5 answers' ]
		passed=$((SECONDS - began + 1))
		posts=$(refresh_posts)
		# One, and one more for each half of its life that has passed: a token of a second or two may not live through a test.
		[ "$posts" -ge 1 ] && [ "$posts" -le $((1 + passed * 2 / seconds)) ] ||
			{ echo "$seconds s: $posts refreshes in $passed s"; return 1; }
	done
	[ "$passed" -lt 45 ]
	[ "$posts" -eq 1 ]
}

@test "REF-09 thirty gets at the end of a token of 2 to 90 seconds are one refresh, when the next one lives" {
	local seconds before
	for seconds in 2 5 30 90; do
		vendor_control /options -d "access_seconds=$seconds" >/dev/null
		log_in alice
		aged alice "$((seconds + 1))"
		vendor_control /options -d access_seconds=600 >/dev/null
		answer_next when=after delay_ms=100
		before=$(refresh_posts)
		many_gets 30 alice git.test:8443
		[ "$(tokens_got git.test:8443)" = '30 answers, 1 tokens' ]
		[ "$(refresh_posts)" -eq $((before + 1)) ]
	done
}

# can_revoke [LINE]...: acme's file, with the URL and these lines.
can_revoke()
{
	configure_acme "$@"
	printf '[variables]\nrevoke_url = https://vendor.test/oauth2/revoke\n' >>/etc/apitoken/vendors.d/acme.conf
}
# revoked: the refresh tokens that the vendor was told are over, one a line.
revoked() { vendor_control '/requests?service=vendor&n=256' | jq -r '.[] | select(.target == "/oauth2/revoke") | .body' | tr '&' '\n' | sed -n 's/^token=//p'; }

@test "what a renewal got in vain is ended at the vendor: beside a logout's own token, and beside a login's" {
	local first
	can_revoke 'on_logout = revoke' 'revoke_displaced = yes'
	first=$(value_of alice acme refresh_token)
	begin when=after delay_ms=3000
	as alice apitoken logout
	[ "$(revoked)" = "$first" ]
	end_get
	[ "$status" -eq 3 ]
	[ "$(revoked | sort -u | wc -l)" -eq 2 ]
	assert_no_token alice
	vendor_control /reset -d '' >/dev/null
	log_in alice
	ended alice
	first=$(value_of alice acme refresh_token)
	begin when=after delay_ms=3000
	log_in alice
	[ "$(revoked)" = "$first" ]
	end_get
	[ "$(revoked | sort -u | wc -l)" -eq 2 ]
	assert_login_won
	configure_acme
}

@test "without the settings nobody is told of what a renewal got in vain" {
	can_revoke
	begin when=after delay_ms=3000
	as alice apitoken logout
	end_get
	log_in alice
	ended alice
	begin when=after delay_ms=3000
	log_in alice
	end_get
	assert_login_won
	configure_acme
	[ -z "$(revoked)" ]
}
