# The raw liar itself, by curl: what the flows about lying vendors rely on.

load helper
load servers

teardown() { badidp_stop; }

ask() { curl -sS --max-time 20 --cacert "$BADIDP_CA" "https://vendor.test:$BADIDP_PORT/token" "$@"; }

@test "badidp: one answer for any number of connections, requests and canaries logged" {
	badidp_start --status 302 --header 'Location: https://elsewhere.test/' --header 'X-One: 1' --body 'go away'
	for _ in 1 2 3; do
		run ask -i -d 'username=alice&password=my-CANARY-password'
		[ "$status" -eq 0 ]
		[[ $output == *' 302 '*'Location: https://elsewhere.test/'*'X-One: 1'*'go away' ]]
	done
	[ "$(badidp_connections)" = 3 ]
	[ "$(badidp_canaries)" = 3 ]
	[ "$(badidp_requests | grep -c '^POST /token HTTP/1.1\\r\\n.*\\r\\n\\r\\nusername=alice&password=my-CANARY-password$')" = 3 ]
}

@test "badidp: --json serves a file as application/json" {
	printf '{"access_token":"x"}' >"$BATS_TEST_TMPDIR/answer"
	badidp_start --json "$BATS_TEST_TMPDIR/answer"
	run ask -i
	[[ $output == *' 200 '*'Content-Type: application/json'*'{"access_token":"x"}' ]]
}

@test "badidp: plain TCP, and a chunked request body is read to its end" {
	badidp_start --plain --status 200 --body fine
	head -c 300000 /dev/zero | tr '\0' z >"$BATS_TEST_TMPDIR/large"
	run curl -sS --max-time 20 -H 'Transfer-Encoding: chunked' -H 'Expect:' --data-binary "@$BATS_TEST_TMPDIR/large" "http://127.0.0.1:$BADIDP_PORT/"
	[ "$output" = fine ]
	[ "$(badidp_requests | wc -c)" -gt 300000 ]
}

@test "badidp: parts of a script for one connection each, the last for all further ones" {
	badidp_start --script - <<-'END'
		read
		respond 200 first
		connection
		read
		respond 500 second\x21
	END
	[ "$(ask)" = first ]
	[ "$(ask)" = 'second!' ]
	[ "$(ask)" = 'second!' ]
}

@test "badidp: resets before the handshake, at the client hello, within the handshake, before and within the answer" {
	badidp_start --script - <<-'END'
		reset
		connection
		peek
		reset
		connection
		handshake-cut 40
		reset
		connection
		read
		reset
		connection
		read
		send HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab
		reset
	END
	local expected
	for expected in 35 35 35 56 56; do
		run ask -d password=CANARY
		[ "$status" -eq "$expected" ] || { echo "$status, not $expected: $output"; return 1; }
	done
	[ "$(badidp_canaries)" = 2 ]
	[ "$(grep -c ' handshake-failed ' "$BADIDP_LOG")" = 1 ]
}

@test "badidp: an end without close_notify, a short body, and garbage in place of a handshake" {
	badidp_start --script - <<-'END'
		read
		send HTTP/1.1 200 OK\r\n\r\nhalf
		close
		connection
		read
		send HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort
		connection
		peek
		raw \x15\x03\x01\x00\x02\x02\x28
	END
	run openssl s_client -quiet -CAfile "$BADIDP_CA" -connect "127.0.0.1:$BADIDP_PORT" <<<$'GET / HTTP/1.1\r\n\r'
	[[ $output == *half*'unexpected eof'* ]] # curl 7.88 does not mind
	run ask
	[ "$status" -eq 18 ]
	run ask
	[ "$status" -eq 35 ]
	[ "$(badidp_received)" -gt 0 ]
}

@test "badidp: a connection that hangs does not hold up the next" {
	badidp_start --script - <<-'END'
		read
		hang
		connection
		read
		respond 200 next
	END
	ask >/dev/null 2>&1 3>&- &
	local hanging=$!
	wait_until 10 grep -q '^1 request' "$BADIDP_LOG"
	[ "$(ask)" = next ]
	kill "$hanging"
}

@test "badidp: repeats, trickles and slow bytes below TLS arrive whole" {
	badidp_start --script - <<-'END'
		slow 200 1
		read
		send HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n
		repeat 1000 abc
		trickle 3 1 defghij
	END
	run ask
	[ "$status" -eq 0 ]
	[ "${#output}" -eq 3007 ]
	[[ $output == *abcdefghij ]]
}

@test "badidp: a flood goes on until the client has enough" {
	badidp_start --script - <<-'END'
		read
		send HTTP/1.1 200 OK\r\n\r\n
		flood aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
	END
	run bash -c "curl -sS --max-time 20 --cacert '$BADIDP_CA' https://vendor.test:$BADIDP_PORT/ | head -c 3000000 | wc -c"
	[[ $output == *3000000* ]]
	wait_until 10 grep -q ' end ' "$BADIDP_LOG"
}

@test "badidp: a bad certificate and an old TLS version, and no application byte comes" {
	badidp_start --certificate wrong-host --status 200
	run ask -d password=CANARY
	[ "$status" -eq 60 ]
	[ "$(badidp_received)" = 0 ]
	badidp_start --priority NORMAL:-VERS-ALL:+VERS-TLS1.1 --status 200
	run ask --tlsv1.2 -d password=CANARY
	[ "$status" -eq 35 ]
	[ "$(badidp_received)" = 0 ]
	[ "$(badidp_canaries)" = 0 ]
}

@test "badidp: a wrong script is refused by line" {
	run "$SERVERS_BUILD/tests/badidp/badidp" --plain --script - <<<$'read\nexplode'
	[ "$status" -eq 2 ]
	[[ $output == *-:2:* ]]
}
