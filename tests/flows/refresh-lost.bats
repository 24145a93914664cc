# Renewals whose answer is lost on its way: the vendor has changed the refresh token, and nobody here knows the new one.

bats_require_minimum_version 1.5.0
load helper
load world
load tools
load refresh

setup_file()
{
	start_world --set access_seconds=600
	{ cat /etc/apitoken/vendors.d/acme.conf; printf '[variables]\nrevoke_url = https://vendor.test/oauth2/revoke\n'; } >/run/acme.conf
}
teardown_file() { stop_world; }

setup()
{
	fresh_start
	no_run_folder
	cp /run/acme.conf /etc/apitoken/vendors.d/acme.conf
	printf 'protocol=https\nhost=git.test:8443\n\n' >/tmp/request
	grace 0
	log_in alice
	ended alice
}
teardown() { badidp_stop; }

get() { run --separate-stderr ask alice git.test:8443 get; echo "$output$stderr"; }
grace() { vendor_control /options -d "reuse_grace_seconds=$1" >/dev/null; }
setting() { printf '%s\n' "$@" | sed -i '/^\[vendor\]/r /dev/stdin' /etc/apitoken/vendors.d/acme.conf; }
# The vendor does its work, and closes the connection instead of answering, COUNT times.
lose() { answer_next when=after drop=1 "count=$1"; }
away_is_over() { "$RIGS/twouid" alice inherit keyctl unlink "%user:apitoken:v1:acme:away" @u >/dev/null 2>&1; }
noted() { keys_of alice | grep -q ' apitoken:v1:acme:sent$'; }
not_noted() { [ "$(keys_of alice | grep -c ' apitoken:v1:acme:sent$')" -eq 0 ]; }

readonly LOST='the answer to an earlier renewal was lost before it was stored, and'

@test "REF-04 an answer is lost, a vendor with grace: one request more in the same call, and the login lives" {
	grace 60
	lose 1
	get
	[ "$status" -eq 0 ]
	[ "$(refresh_posts)/$(refusals)" = 2/0 ]
	[ "$(answer_value password)" = "$(now_token alice)" ]
	not_noted
	lives alice git.test:8443
}

@test "REF-04 REF-03 an answer is lost, a strict vendor: one request more, one clear sentence, and never a third" {
	lose 1
	get
	[ "$status" -eq 4 ]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	[[ $stderr == *"$LOST the vendor refuses its refresh token"*"apitoken login acme"* ]]
	[ "$(refresh_posts)/$(refusals)" = 2/1 ]
	away_is_over || true
	get
	[ "$status" -eq 4 ]
	[[ $stderr == *"$LOST"* ]]
	[ "$(refresh_posts)" -eq 2 ]
	log_in alice
	lives alice git.test:8443
}

@test "REF-04 with 200 at once too the lost answer is followed by one request more" {
	grace 60
	lose 1
	many_gets 200 alice git.test:8443
	[ "$(tokens_got git.test:8443 | tail -n 1)" = '200 answers, 1 tokens' ]
	[ "$(refresh_posts)/$(refusals)" = 2/0 ]
	lives alice git.test:8443
}

@test "REF-04 answers that never come: two requests, then the vendor is left alone, then one a call" {
	grace 60
	lose 3
	get
	[ "$status" -eq 5 ]
	[ "$(refresh_posts)" -eq 2 ]
	noted
	get
	[ "$status" -eq 5 ]
	[ "$(refresh_posts)" -eq 2 ]
	away_is_over
	get
	[ "$status" -eq 5 ]
	[ "$(refresh_posts)" -eq 3 ]
	away_is_over
	get
	[ "$status" -eq 0 ]
	[ "$(refresh_posts)/$(refusals)" = 4/0 ]
	not_noted
	lives alice git.test:8443
}

@test "REF-04 an answer that comes after the deadline: the next call asks once more" {
	grace 60
	setting 'timeout = 2'
	answer_next when=after delay_ms=4000
	get
	[ "$status" -eq 5 ]
	[[ $stderr == *"no complete answer in time"* ]]
	[ "$(refresh_posts)" -eq 1 ]
	noted
	wait_until 20 all_answered
	away_is_over
	get
	[ "$status" -eq 0 ]
	[ "$(refresh_posts)/$(refusals)" = 2/0 ]
	lives alice git.test:8443
}

@test "REF-04 refresh_retry = 0: a token whose answer was lost is not sent again; the living one serves, then it is said" {
	setting 'refresh_retry = 0'
	log_in alice
	ending alice
	lose 1
	get
	[ "$status" -eq 0 ]
	[ "$(refresh_posts)" -eq 1 ]
	away_is_over
	get
	[ "$status" -eq 0 ]
	[ "$(answer_value password)" = "$(now_token alice)" ]
	aged alice 115
	get
	[ "$status" -eq 4 ]
	[[ $stderr == *"$LOST refresh_retry = 0 keeps its refresh token from being sent again"*"apitoken login acme"* ]]
	[ "$(refresh_posts)" -eq 1 ]
	run as alice apitoken status
	[[ $output == *'acme: it cannot be renewed: the answer to an earlier renewal was lost, and refresh_retry = 0 allows no second one; log in again: apitoken login acme'* ]]
	log_in alice
	lives alice git.test:8443
}

@test "REF-04 what was never sent does not count: a vendor that cannot be reached leaves no note" {
	setting 'refresh_retry = 0' 'connect_to = 127.0.0.1:9'
	get
	[ "$status" -eq 5 ]
	not_noted
	cp /run/acme.conf /etc/apitoken/vendors.d/acme.conf
	away_is_over
	lives alice git.test:8443
}

@test "REF-04 an error that was answered is no lost answer: it is not asked again at once" {
	answer_next status=503 body=down
	get
	[ "$status" -eq 5 ]
	[ "$(vendor_count .requests.vendor)" -eq 2 ]
	not_noted
}

@test "REF-04 a connection that is reset behind the request, or within the answer: two requests in all" {
	local end
	for end in reset $'send HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 500\\r\\n\\r\\n{"access_token":"\nreset' bye close; do
		away_is_over || true
		log_in alice
		ended alice
		badidp_start --script - <<<$'read\n'"$end"
		cp /run/acme.conf /etc/apitoken/vendors.d/acme.conf
		setting "connect_to = 127.0.0.1:$BADIDP_PORT"
		get
		[ "$status" -eq 5 ]
		[ "$(badidp_requests | wc -l)" -eq 2 ] || { echo "after $end:"; badidp_requests; return 1; }
		noted
		cp /run/acme.conf /etc/apitoken/vendors.d/acme.conf
	done
}

@test "REF-04 without randomness there is no second request in this call" {
	local number
	grace 60
	number=$(as alice strace -qq -e trace=getrandom git-credential-apitoken get </tmp/request 2>&1 >/dev/null | grep -c '^getrandom')
	[ "$number" -ge 1 ]
	ended alice
	lose 1
	run as alice strace -qq -o /dev/null -e "inject=getrandom:error=ENOSYS:when=$((number + 1))+" git-credential-apitoken get </tmp/request
	[ "$status" -eq 5 ]
	[ "$(refresh_posts)" -eq 2 ] # one to count, and one
	away_is_over
	get
	[ "$status" -eq 0 ]
	lives alice git.test:8443
}

@test "REF-09 a vendor that answers no, to the client, is left alone as well; Retry-After counts" {
	local answer
	for answer in 'status=401|body={"error":"invalid_client"}' 'status=400|body={"error":"unsupported_grant_type"}' 'status=403|body=no' 'status=200|body={}' \
		'status=503|header=Retry-After: 30|body=later'; do
		away_is_over || true
		vendor_control /reset -d '' >/dev/null
		log_in alice
		ended alice
		IFS='|' read -ra answer <<<"$answer"
		answer_next count=100 "${answer[@]}"
		many_gets 30 alice git.test:8443
		[ "$(tokens_got git.test:8443 | tail -n 1)" = '0 answers, 0 tokens' ]
		[ "$(vendor_count .requests.vendor)" -eq 2 ] || { echo "${answer[*]}: $(vendor_count .requests.vendor) requests"; return 1; }
	done
	get
	[[ $stderr =~ "the next try is in "([0-9]+)" s" ]] && [ "${BASH_REMATCH[1]}" -gt 10 ]
}

@test "REF-11 with on_logout = revoke, a renewal that loses to a logout tells the vendor of what it got" {
	local before
	setting 'on_logout = revoke'
	before=$(vendor_count .requests.vendor)
	answer_next when=after delay_ms=3000
	"$RIGS/twouid" alice run git-credential-apitoken get </tmp/request >/tmp/answer 2>&1 3>&- &
	wait_until 10 asked $((before + 1))
	sed -i '/^on_logout/d' /etc/apitoken/vendors.d/acme.conf # the logout itself says nothing: what is seen is the renewal's
	as alice apitoken logout
	wait $! || true
	assert_no_token alice
	vendor_control /requests?service=vendor | jq -e '[.[] | select(.target == "/oauth2/revoke")] | length == 1'
}

# The vendor answers with these tokens: an access token, and always the same refresh token.
answer_same() { answer_next status=200 content_type=application/json "body={\"access_token\":\"$1\",\"refresh_token\":\"the-same-each-time\",\"token_type\":\"Bearer\",\"expires_in\":$LIFE}"; }

@test "REF-04 a new login counts for itself, also where the vendor hands out the same refresh token again" {
	setting 'refresh_retry = 0'
	answer_same first
	log_in alice
	ended alice
	lose 1
	get
	[ "$status" -ne 0 ]
	noted
	away_is_over
	answer_same second
	log_in alice
	not_noted
	ended alice
	answer_same third
	get
	[ "$status" -eq 0 ]
	[ "$(answer_value password)" = third ]
}

@test "a logout takes the note with the record" {
	setting 'refresh_retry = 0'
	lose 1
	get
	noted
	as alice apitoken logout acme
	not_noted
}
