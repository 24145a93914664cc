# shellcheck disable=SC2154,SC2034 # variables of fetch.bash
# What goes wrong on the way: every failure is "unavailable" in time, and the password is sent at most once.

load helper
load servers
load fetch

setup_file()
{
	CERTIFICATES=$(mktemp -d)
	export VENDOR_CERTIFICATES=$CERTIFICATES/made
	# shellcheck disable=SC2086
	"$SERVERS_TESTS/vendor/make-ca" "$VENDOR_CERTIFICATES" $VENDOR_NAMES
}
teardown_file() { rm -rf "${VENDOR_CERTIFICATES%/made}"; }
teardown() { badidp_stop; }

# unavailable_by SCRIPT TEXT: the message has the text; the password was sent once at most.
unavailable_by()
{
	lie --script - <<<"$1"
	verdict_is unavailable || { echo "$1"; return 1; }
	[ "$(value error)" = 5 ]
	message_has "$2" || { echo "$1"; return 1; }
	[ "$(badidp_canaries)" -le 1 ] || { echo 'sent twice'; cat "$BADIDP_LOG"; return 1; }
	[ "$(badidp_connections)" = 1 ]
}

# fast: well before the 5 s of fetch_liar.
fast() { [ "$milliseconds" -lt 1000 ] || { echo "$milliseconds ms"; return 1; }; }
head_of() { printf 'HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\n%s\\r\\n' "$1"; }

@test "NET-03 PAM-16 a redirect is not followed, whatever its code and target" {
	local code target
	for code in 301 302 303 307 308; do
		badidp_stop
		badidp_start --json <(printf %s "$GOOD_ANSWER")
		local second_port=$BADIDP_PORT second_log=$BADIDP_LOG
		for target in "/other" "https://vendor.test:$second_port/token" "https://git.test:$second_port/" "http://vendor.test:$second_port/" \
			"//vendor.test:$second_port/" 'file:///etc/passwd'; do
			badidp_start --status "$code" --header "Location: $target" --header 'Content-Type: application/json' --body "$GOOD_ANSWER"
			fetch_liar
			fetch_login alice "$CANARY_PASSWORD"
			verdict_is unavailable
			message_has redirect
			[ "$(badidp_canaries)" = 1 ]
			[ "$(badidp_connections)" = 1 ]
			[ "$(grep -c accepted "$second_log")" = 0 ]
		done
	done
}

@test "NET-06 nobody listens: unavailable at once" {
	badidp_start --json <(printf %s "$GOOD_ANSWER")
	fetch_liar 'token_url = https://vendor.test:1/token'
	fetch_login alice "$CANARY_PASSWORD"
	verdict_is unavailable
	message_has 'Connection refused'
	fast
	fetch_liar 'token_url = https://unknown.invalid/token'
	fetch_login alice "$CANARY_PASSWORD"
	verdict_is unavailable
	message_has 'could not be resolved'
	never_sent
}

@test "NET-06 PAM-16 a reset at each stage: unavailable at once, sent once at most" {
	unavailable_by 'reset' ''
	fast
	unavailable_by $'peek\nreset' ''
	fast
	unavailable_by $'handshake-cut 200\nreset' ''
	fast
	unavailable_by $'handshake\nreset' ''
	fast
	unavailable_by $'read-head\nreset' ''
	fast
	unavailable_by $'read\nreset' ''
	fast
	sent_once
	unavailable_by $'read\nsend HTTP/1.1 200 OK\\r\\nContent-Ty\nreset' ''
	fast
	unavailable_by $'read\nsend '"$(head_of 'Content-Length: 100\r\n')"$'{"access\nreset' ''
	fast
	sent_once
}

@test "NET-06 NET-11 the end comes too early: unavailable at once" {
	unavailable_by 'close' ''
	fast
	unavailable_by $'handshake\nclose' ''
	fast
	unavailable_by $'read\nbye' ''
	fast
	unavailable_by $'read\nclose' ''
	fast
	unavailable_by $'read\nsend HTTP/1.1 100 Continue\\r\\n\\r\\n' ''
	fast
	unavailable_by $'read\nsend '"$(head_of 'Content-Length: 100\r\n')$GOOD_ANSWER" 'ended before it was complete'
	fast
	sent_once
}

@test "NET-07 HLP-06 a hang at each stage ends at the deadline" {
	local script
	for script in 'hang' $'peek\nhang' $'handshake-cut 200\nhang' $'handshake\nhang' $'read-head\nhang' $'read\nhang' \
		$'read\nsend HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\n\nhang' $'read\nsend '"$(head_of 'Content-Length: 100\r\n')"$'{"acc\nhang'; do
		badidp_stop
		badidp_start --script - <<<"$script"
		fetch_liar 'timeout = 1'
		fetch_login alice "$CANARY_PASSWORD"
		verdict_is unavailable || { echo "$script"; false; }
		[ "$milliseconds" -ge 900 ] && [ "$milliseconds" -le 1500 ] || { echo "$script: $milliseconds ms"; false; }
		[ "$(badidp_canaries)" -le 1 ]
	done
	message_has 'in time'
}

@test "NET-07 packets that vanish: unavailable at the deadline" {
	badidp_start --json <(printf %s "$GOOD_ANSWER")
	# a packet that comes back from loopback for a foreign address is dropped
	ip route add 192.0.2.77 dev lo
	fetch_liar 'token_url = https://192.0.2.77/token' 'timeout = 1'
	fetch_login alice "$CANARY_PASSWORD"
	ip route del 192.0.2.77 dev lo
	verdict_is unavailable
	[ "$milliseconds" -ge 900 ] && [ "$milliseconds" -le 1500 ] || { echo "$milliseconds ms"; false; }
	never_sent
}

@test "NET-08 a trickle does not keep the deadline away" {
	local script
	for script in $'read\ntrickle 1 100 '"$(head_of 'Content-Length: 67\r\n')$GOOD_ANSWER" \
		$'read\nsend '"$(head_of 'Content-Length: 67\r\n')"$'\ntrickle 1 100 '"$GOOD_ANSWER" \
		$'read\nsend '"$(head_of 'Transfer-Encoding: chunked\r\n')"$'\ntrickle 1 100 00000000000000000000000000000000000000000000047' \
		$'slow 1 50\nhandshake'; do
		badidp_stop
		badidp_start --script - <<<"$script"
		fetch_liar 'timeout = 1'
		fetch_login alice "$CANARY_PASSWORD"
		verdict_is unavailable || { echo "$script"; false; }
		[ "$milliseconds" -le 1500 ] || { echo "$script: $milliseconds ms"; false; }
	done
}

@test "PAM-16 5xx, 429, a closed keep-alive, a lost answer: sent once, never again" {
	local code
	for code in 408 425 429 500 502 503 504; do
		lie --status "$code" --header 'Retry-After: 1' --header 'Connection: close' --body ''
		[ "$(value result)" = -1 ]
		[ "$(value error)" = 5 ]
		sent_once
		[ "$(badidp_connections)" = 1 ]
	done
	lie --script - <<<$'read\nsend HTTP/1.1 417 Expectation Failed\\r\\nContent-Length: 0\\r\\n\\r\\n\nread'
	verdict_is unavailable
	sent_once
	lie --script - <<<$'read\nsend HTTP/1.1 401 Unauthorized\\r\\nWWW-Authenticate: Basic realm="x"\\r\\nWWW-Authenticate: Negotiate\\r\\nContent-Length: 0\\r\\n\\r\\n\nread'
	[ "$(value result)" = -1 ]
	sent_once
	lie --script - <<<$'read\nsend HTTP/1.1 426 Upgrade Required\\r\\nUpgrade: h2c\\r\\nContent-Length: 0\\r\\n\\r\\n\nread'
	verdict_is unavailable
	sent_once
}

@test "PAM-16 a second address of the name gets nothing once the first got the request" {
	local end
	cp /etc/hosts /run/hosts.before
	for end in 'reset' 'close' 'bye' 'hang'; do
		badidp_stop
		badidp_start --bind 127.0.0.2 --json <(printf %s "$GOOD_ANSWER")
		local second_log=$BADIDP_LOG port=$BADIDP_PORT
		badidp_start --bind 127.0.0.1 --port "$port" --script - <<<$'read\n'"$end"
		printf '127.0.0.1 two.vendor.test\n127.0.0.2 two.vendor.test\n' >>/etc/hosts
		fetch_liar "token_url = https://two.vendor.test:$port/token" 'timeout = 2' 'ca_file = /run/liar-ca.pem'
		fetch_login alice "$CANARY_PASSWORD"
		cat /run/hosts.before >/etc/hosts
		verdict_is unavailable
		[ "$(($(badidp_canaries) + $(grep -c canary "$second_log")))" -le 1 ]
	done
}

@test "NET-10 bodies and headers without end are cut off: unavailable, quickly, in little memory" {
	local script usual
	lie --json <(printf %s "$GOOD_ANSWER")
	usual=$(value kilobytes)
	[ "$usual" -gt 1000 ]
	for script in $'read\nsend '"$(head_of '')"$'\nflood {"access_token":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}' \
		$'read\nsend '"$(head_of 'Content-Length: 1073741824\r\n')"$'\nflood aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' \
		$'read\nsend '"$(head_of 'Transfer-Encoding: chunked\r\n')"$'\nflood 10\\r\\naaaaaaaaaaaaaaaa\\r\\n' \
		$'read\nsend HTTP/1.1 200 OK\\r\\n\nflood X-Header: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\r\\n' \
		$'read\nsend HTTP/1.1 200 OK\\r\\nX-Long: \nflood aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' \
		$'read\nflood HTTP/1.1 100 Continue\\r\\nX-Fill: aaaaaaaaaaaaaaaaaaaaaaaa\\r\\n\\r\\n'; do
		unavailable_by "$script" ''
		[ "$milliseconds" -lt 3000 ] || { echo "$script: $milliseconds ms"; false; }
		[ "$(value kilobytes)" -lt $((usual + 2048)) ] || { echo "$script: $usual kB before, now $(value kilobytes)"; false; }
		sent_once
	done
}

@test "NET-10 a whole answer of 64 KiB is read, one byte more is not" {
	local fill
	fill=$((65536 - ${#GOOD_ANSWER}))
	lie --script - <<<$'read\nsend '"$(head_of 'Content-Length: 65536\r\n')$GOOD_ANSWER"$'\nrepeat '"$fill"$' \\x20'
	verdict_is success
	unavailable_by $'read\nsend '"$(head_of 'Content-Length: 65537\r\n')$GOOD_ANSWER"$'\nrepeat '"$((fill + 1))"$' \\x20' 'larger than is allowed'
}

@test "NET-10 headers of more than 64 KiB before a good answer are too much, also in 1xx answers" {
	local fill='X-Fill: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n' # 64 bytes each
	lie --script - <<<$'read\nsend HTTP/1.1 200 OK\\r\\n\nrepeat 1000 '"$fill"$'\nsend Content-Type: application/json\\r\\nContent-Length: 67\\r\\n\\r\\n'"$GOOD_ANSWER"
	verdict_is success
	unavailable_by $'read\nsend HTTP/1.1 200 OK\\r\\n\nrepeat 1100 '"$fill"$'\nsend Content-Type: application/json\\r\\n\\r\\n'"$GOOD_ANSWER" 'larger than is allowed'
	unavailable_by $'read\nrepeat 1100 HTTP/1.1 100 Continue\\r\\nX-Fill: aaaaaaaaaaaaaaaaaaaaaaaaaaa\\r\\n\\r\\n\nsend '"$(head_of 'Content-Length: 67\r\n')$GOOD_ANSWER" 'larger than is allowed'
}

@test "NET-10 a compressed answer was not asked for and is no answer" {
	printf %s "$GOOD_ANSWER" | gzip >/run/body.gz
	lie --status 200 --header 'Content-Type: application/json' --header 'Content-Encoding: gzip' --body-file /run/body.gz
	verdict_is unavailable
	! badidp_requests | grep -i accept-encoding || false
}

@test "NET-12 the request: HTTP/1.1 with these headers and nothing else" {
	lie --json <(printf %s "$GOOD_ANSWER")
	verdict_is success
	run badidp_requests
	[[ $output = 'POST /token HTTP/1.1\r\nHost: vendor.test:'$BADIDP_PORT'\r\nUser-Agent: apitoken/'* ]] || { echo "$output"; false; }
	! grep -iE 'cookie|expect|upgrade|accept-encoding|referer|authorization' <<<"$output" || false
}

@test "NET-12 TLS offers HTTP/1.1 and nothing else" {
	badidp_start --plain --script - <<<'read'
	fetch_liar 'timeout = 1'
	fetch_login alice "$CANARY_PASSWORD"
	verdict_is unavailable
	run grep -a 'cut-request' "$BADIDP_LOG"
	[[ $output = *'http/1.1'* ]] || { cat "$BADIDP_LOG"; false; }
	[[ $output != *'\x02h2'* && $output != *'spdy'* ]] || { cat "$BADIDP_LOG"; false; }
}

@test "NET-04 an endpoint, realm or link in the answer leads nowhere" {
	local second second_log code
	for code in 200 400 401; do
		badidp_stop
		badidp_start --json <(printf %s "$GOOD_ANSWER")
		second=https://git.test:$BADIDP_PORT second_log=$BADIDP_LOG
		badidp_start --status "$code" --header 'Content-Type: application/json' --header "WWW-Authenticate: Bearer realm=\"$second/token\",service=\"x\"" \
			--header "Link: <$second/token>; rel=\"token_endpoint\"" --header "Refresh: 0; url=$second/" --header "Content-Location: $second/" \
			--body "{\"error\":\"insufficient_scope\",\"token_endpoint\":\"$second/token\",\"issuer\":\"$second\",\"location\":\"$second\"}"
		fetch_liar
		fetch_login alice "$CANARY_PASSWORD"
		verdict_is unavailable
		sent_once
		[ "$(badidp_connections)" = 1 ]
		[ "$(grep -c accepted "$second_log")" = 0 ]
	done
}

@test "NET-11 no HTTP at all, HTTP/0.9, HTTP/2 bytes: unavailable" {
	unavailable_by $'read\nsend '"$GOOD_ANSWER" 'not HTTP/1.1'
	unavailable_by $'read\nsend SSH-2.0-OpenSSH_9.2\\r\\n' 'not HTTP/1.1'
	unavailable_by $'read\nsend HTTP/2 200\\r\\n\\r\\n'"$GOOD_ANSWER" ''
	unavailable_by $'read\nsend '"$(head_of 'Transfer-Encoding: chunked\r\n')"$'zz\\r\\n'"$GOOD_ANSWER" ''
	unavailable_by $'read\nsend '"$(head_of 'Content-Length: abc\r\n')$GOOD_ANSWER" ''
	sent_once
}

@test "NET-18 Set-Cookie, Alt-Svc and HSTS leave no trace" {
	touch /run/before
	lie --status 200 --header 'Content-Type: application/json' --header 'Set-Cookie: a=b' --header 'Alt-Svc: h3=":443"' \
		--header 'Strict-Transport-Security: max-age=31536000' --body "$GOOD_ANSWER"
	verdict_is success
	[ -z "$(find /root /home /var/tmp /etc -newer /run/before -type f ! -path '/run/*' 2>/dev/null)" ]
}
