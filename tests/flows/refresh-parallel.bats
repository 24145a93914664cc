# Many processes and one refresh token, which the vendor takes once: a second use ends the login.

bats_require_minimum_version 1.5.0
load helper
load world
load tools
load refresh

setup_file() { start_world --set "access_seconds=600"; second_vendor; }
teardown_file() { stop_world; }

second_vendor()
{
	sed 's/^hosts = .*/hosts = second.test/' /etc/apitoken/vendors.d/acme.conf >/etc/apitoken/vendors.d/second.conf
}

setup()
{
	fresh_start
	no_run_folder
	log_in alice
}

log_in_second() { as alice apitoken login second --username bob --password-stdin < <(printf '%s\n' "$(vendor_password bob)"); }

# One refresh, one token for all, and the login lives on.
assert_one_refresh()
{
	tokens_got git.test:8443
	[ "$(tokens_got git.test:8443)" = '200 answers, 1 tokens' ]
	[ "$(sed -n 's/^password=//p' /tmp/gets/git.test:8443.1)" = "$(now_token alice)" ]
	[ "$(refresh_posts)/$(refusals)" = 1/0 ]
	lives alice git.test:8443
	[ "$(refresh_posts)/$(refusals)" = 2/0 ]
}

@test "the test vendor ends a login whose old refresh token comes back" {
	local old
	old=$(value_of alice acme refresh_token)
	ended alice
	ask alice git.test:8443 get
	printf 'grant_type=refresh_token&client_id=apitoken&refresh_token=%s' "$old" |
		curl -sS --cacert "$VENDOR_CA" https://vendor.test/oauth2/token -d @-
	! lives alice git.test:8443
}

@test "REF-01 200 gets at the token's end make one refresh and get one token: lock in /run/user/UID" {
	run_folder alice
	ended alice
	many_gets 200 alice git.test:8443
	[ -n "$(find "$(run_folder_of alice)" -name 'apitoken.lock.*' -user alice -perm 600)" ]
	assert_one_refresh
}

@test "REF-01 REF-07 the same without /run/user/UID" {
	ended alice
	many_gets 200 alice git.test:8443
	assert_one_refresh
}

@test "REF-01 two vendors at once: one refresh each" {
	log_in_second
	ended alice
	ended alice second
	many_gets 100 alice git.test:8443 second.test
	tokens_got git.test:8443
	[ "$(tokens_got git.test:8443)" = '100 answers, 1 tokens' ]
	[ "$(tokens_got second.test)" = '100 answers, 1 tokens' ]
	[ "$(vendor_count '.by_user.alice.refresh_posts')/$(vendor_count '.by_user.bob.refresh_posts')/$(refusals)" = 1/1/0 ]
	lives alice git.test:8443
	lives alice second.test second
}

# waiters N: so many of alice's processes wait for the refresh lock (ipcs(1): zcount of its semaphore).
waiters()
{
	local id count=0 zcount
	for id in $(ipcs -s | awk -v owner="alice" '$3 == owner { print $2 }'); do
		zcount=$(ipcs -s -i "$id" | awk '$1 == "0" && NF == 5 { print $4 }')
		count=$((count + zcount))
	done
	[ "$count" -eq "$1" ]
}
late_token_ended() { [ "$(value_of alice acme generation)" = 2 ] && [ "$(date +%s)" -gt "$(value_of alice acme access_expires_at)" ]; }

# The winner is slow behind its store: when the others see its token, that has ended. It came after they asked, so it is theirs.
@test "REF-01 REF-09 tokens that have ended when they arrive are one refresh for all who waited" {
	local calls count=30
	ended alice
	printf 'protocol=https\nhost=git.test:8443\n\n' >/tmp/request
	calls=$(as alice strace -qq -e trace=keyctl git-credential-apitoken get </tmp/request 2>&1 >/dev/null | grep -c '^keyctl')
	fresh_start
	log_in alice
	vendor_control /options -d access_seconds=1 >/dev/null
	ended alice
	answer_next when=after delay_ms=6000
	"$RIGS/twouid" alice run strace -qq -o /dev/null -e "inject=keyctl:delay_enter=6000000:when=$calls" git-credential-apitoken get \
		</tmp/request >/tmp/winner 2>&1 3>&- &
	local winner=$! losers
	wait_until 10 asked 2
	many_gets "$count" alice git.test:8443 &
	losers=$!
	wait_until 20 waiters "$count"
	wait_until 20 late_token_ended
	waiters "$count"
	wait "$winner" "$losers"
	tokens_got git.test:8443
	[ "$(tokens_got git.test:8443)" = "$count answers, 1 tokens" ]
	[ "$(sed -n 's/^password=//p' /tmp/gets/git.test:8443.1)" = "$(sed -n 's/^password=//p' /tmp/winner)" ]
	[ "$(refresh_posts)/$(refusals)" = 1/0 ]
}
