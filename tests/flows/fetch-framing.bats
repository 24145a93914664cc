# shellcheck disable=SC2154,SC2034 # variables of fetch.bash
# NET-11: only a complete and exact HTTP/1.1 answer is one. Each case is one connection; the good ones show that the bad ones fail for their fault.

load helper
load servers
load fetch

readonly CASES=/run/cases

setup_file()
{
	CERTIFICATES=$(mktemp -d)
	export VENDOR_CERTIFICATES=$CERTIFICATES/made
	# shellcheck disable=SC2086
	"$SERVERS_TESTS/vendor/make-ca" "$VENDOR_CERTIFICATES" $VENDOR_NAMES
}
teardown_file() { rm -rf "${VENDOR_CERTIFICATES%/made}"; }
teardown() { badidp_stop; }

readonly TYPE='Content-Type: application/json\r\n' LENGTH=${#GOOD_ANSWER}
readonly HEAD='HTTP/1.1 200 OK\r\n'$TYPE
SHORTER=$((LENGTH - 1)) LONGER=$((LENGTH + 1))
printf -v HEX %x "$LENGTH"
printf -v HEX_LONGER %x "$LONGER"
printf -v HEX_LATE %x $((LENGTH + 4))

# table_of VERDICT <LINES: for each "SCRIPT LINE|SCRIPT LINE ..." one login; all have that verdict.
table_of()
{
	local expected=$1 line number=0 failed=0
	badidp_stop
	cat >"$CASES"
	while IFS= read -r line; do
		[ "$number" -eq 0 ] || echo connection
		printf 'read\n'
		tr '|' '\n' <<<"${line#* : }"
		number=$((number + 1))
	done <"$CASES" >/run/script
	badidp_start --script /run/script
	fetch_liar 'timeout = 3'
	while IFS= read -r line; do
		fetch_login alice "$CANARY_PASSWORD"
		verdict_is "$expected" >/run/why || { echo "${line% : *}"; cat /run/why; failed=1; }
		[ "$milliseconds" -lt 2500 ] || { echo "${line% : *}: $milliseconds ms"; failed=1; }
	done <"$CASES"
	[ "$(badidp_connections)" -eq "$number" ]
	[ "$(badidp_canaries)" -eq "$number" ]
	cases=$number
	return "$failed"
}

@test "NET-11 the rig is right: sound framings are answers" {
	table_of success <<-END
		the length told : send ${HEAD}Content-Length: $LENGTH\r\n\r\n$GOOD_ANSWER
		one chunk : send ${HEAD}Transfer-Encoding: chunked\r\n\r\n$HEX\r\n$GOOD_ANSWER\r\n0\r\n\r\n
		one chunk, with an extension and a trailer : send ${HEAD}Transfer-Encoding: chunked\r\n\r\n$HEX;a=b\r\n$GOOD_ANSWER\r\n0\r\nX: y\r\n\r\n
		a byte at a time : trickle 8 1 ${HEAD}Content-Length: $LENGTH\r\n\r\n$GOOD_ANSWER
		behind a 100 : send HTTP/1.1 100 Continue\r\n\r\n${HEAD}Content-Length: $LENGTH\r\n\r\n$GOOD_ANSWER
		up to the end, told by TLS : send ${HEAD}\r\n$GOOD_ANSWER|bye
		up to the end, not told by TLS (libcurl does not see it; JSON itself says that it is whole) : send ${HEAD}\r\n$GOOD_ANSWER|close
	END
}

@test "NET-11 answers that are not complete and exact: unavailable, at once" {
	table_of unavailable <<-END
		one byte missing, end : send ${HEAD}Content-Length: $LONGER\r\n\r\n$GOOD_ANSWER|bye
		one byte missing, no end of TLS : send ${HEAD}Content-Length: $LONGER\r\n\r\n$GOOD_ANSWER|close
		the length cuts the last byte : send ${HEAD}Content-Length: $SHORTER\r\n\r\n$GOOD_ANSWER|bye
		length 0 : send ${HEAD}Content-Length: 0\r\n\r\n$GOOD_ANSWER|bye
		a length in letters : send ${HEAD}Content-Length: abc\r\n\r\n$GOOD_ANSWER|bye
		a negative length : send ${HEAD}Content-Length: -1\r\n\r\n$GOOD_ANSWER|bye
		a length beyond all numbers : send ${HEAD}Content-Length: 99999999999999999999999\r\n\r\n$GOOD_ANSWER|bye
		two lengths, the first too short : send ${HEAD}Content-Length: $SHORTER\r\nContent-Length: $LENGTH\r\n\r\n$GOOD_ANSWER|bye
		two lengths, the second too long : send ${HEAD}Content-Length: $LENGTH\r\nContent-Length: 500\r\n\r\n$GOOD_ANSWER|bye
		a body up to the end, cut, no end of TLS : send ${HEAD}\r\n${GOOD_ANSWER%?}|close
		a body up to the end, cut, end of TLS : send ${HEAD}\r\n${GOOD_ANSWER%?}|bye
		a body up to the end, reset : send ${HEAD}\r\n$GOOD_ANSWER|reset
		a chunk size in letters : send ${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n$GOOD_ANSWER\r\n0\r\n\r\n
		a negative chunk size : send ${HEAD}Transfer-Encoding: chunked\r\n\r\n-$HEX\r\n$GOOD_ANSWER\r\n0\r\n\r\n
		a chunk size beyond all numbers : send ${HEAD}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n$GOOD_ANSWER\r\n0\r\n\r\n
		a chunk one byte short : send ${HEAD}Transfer-Encoding: chunked\r\n\r\n$HEX_LONGER\r\n$GOOD_ANSWER|bye
		a chunk that ends too late : send ${HEAD}Transfer-Encoding: chunked\r\n\r\n$HEX_LATE\r\n$GOOD_ANSWER\r\n0\r\n\r\n|bye
		no line end behind the chunk : send ${HEAD}Transfer-Encoding: chunked\r\n\r\n$HEX\r\n${GOOD_ANSWER}0\r\n\r\n|bye
		no last chunk : send ${HEAD}Transfer-Encoding: chunked\r\n\r\n$HEX\r\n$GOOD_ANSWER\r\n|bye
		no end of the last chunk : send ${HEAD}Transfer-Encoding: chunked\r\n\r\n$HEX\r\n$GOOD_ANSWER\r\n0|bye
		no chunk at all : send ${HEAD}Transfer-Encoding: chunked\r\n\r\n$GOOD_ANSWER|bye
		another transfer encoding : send ${HEAD}Transfer-Encoding: gzip\r\n\r\n$GOOD_ANSWER|bye
		no head : send $GOOD_ANSWER|bye
		no status : send HTTP/1.1 OK\r\n$TYPE\r\n$GOOD_ANSWER|bye
		a status of two digits : send HTTP/1.1 20 OK\r\n$TYPE\r\n$GOOD_ANSWER|bye
		a status of four digits : send HTTP/1.1 2000 OK\r\n$TYPE\r\n$GOOD_ANSWER|bye
		a status of letters : send HTTP/1.1 2OO OK\r\n$TYPE\r\n$GOOD_ANSWER|bye
		HTTP/2 in words : send HTTP/2 200 OK\r\n$TYPE\r\n$GOOD_ANSWER|bye
		HTTP/3.0 : send HTTP/3.0 200 OK\r\n$TYPE\r\n$GOOD_ANSWER|bye
		another protocol : send ICY 200 OK\r\n$TYPE\r\n$GOOD_ANSWER|bye
		bytes before the status line : send x${HEAD}Content-Length: $LENGTH\r\n\r\n$GOOD_ANSWER|bye
		a head without end : send ${HEAD}Content-Length: $LENGTH|bye
		a NUL in the head : send HTTP/1.1 200 OK\r\nX: a\0b\r\n${TYPE}Content-Length: $LENGTH\r\n\r\n$GOOD_ANSWER
		a 100 and nothing behind it : send HTTP/1.1 100 Continue\r\n\r\n|bye
		a change of protocol : send HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n$GOOD_ANSWER|bye
		an answer without token, a good one behind it : send ${HEAD}Content-Length: 2\r\n\r\n{}${HEAD}Content-Length: $LENGTH\r\n\r\n$GOOD_ANSWER|bye
		no content, a good answer behind it : send HTTP/1.1 204 No Content\r\n\r\n${HEAD}Content-Length: $LENGTH\r\n\r\n$GOOD_ANSWER|bye
		bytes that are no TLS : raw $GOOD_ANSWER|bye
		nothing : bye
	END
	[ "$cases" -ge 30 ]
}

@test "NET-12 frames of HTTP/2 where HTTP/1.1 was asked for: unavailable, at once, sent once" {
	table_of unavailable <<-'END'
		SETTINGS : send \x00\x00\x00\x04\x00\x00\x00\x00\x00|bye
		a flood of SETTINGS : repeat 5000 \x00\x00\x00\x04\x00\x00\x00\x00\x00|bye
		GOAWAY, enhance your calm : send \x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0b|bye
		RST_STREAM, refused stream : send \x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x07|bye
		PUSH_PROMISE : send \x00\x00\x04\x05\x04\x00\x00\x00\x01\x00\x00\x00\x02|bye
		WINDOW_UPDATE of 0 : send \x00\x00\x04\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00|bye
		426 and frames : send HTTP/1.1 426 Upgrade Required\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00|bye
	END
}

# What stands behind the told length is another answer's, and may come when nobody reads any more: it never becomes part of this one.
@test "NET-11 bytes behind a complete answer change nothing" {
	table_of success <<-END
		behind the length : send ${HEAD}Content-Length: $LENGTH\r\n\r\n$GOOD_ANSWER{"error":"x"}|bye
		a second answer : send ${HEAD}Content-Length: $LENGTH\r\n\r\n$GOOD_ANSWER${HEAD}Content-Length: 2\r\n\r\n{}|bye
		behind the last chunk : send ${HEAD}Transfer-Encoding: chunked\r\n\r\n$HEX\r\n$GOOD_ANSWER\r\n0\r\n\r\n{"error":"x"}|bye
	END
}
