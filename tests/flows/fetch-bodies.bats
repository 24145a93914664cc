# shellcheck disable=SC2154,SC2034 # variables of fetch.bash
# Answers that are well-formed HTTP and lie in what they say. The tables are in tests/unit; here each class goes the whole way.

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

# says BODY [VERDICT]: a 200 with that JSON.
says()
{
	lie --json <(printf "%b" "$1")
	verdict_is "${2:-unavailable}" || { echo "$1"; return 1; }
	sent_once
}

typed() { lie --status 200 ${1:+--header "Content-Type: $1"} ${2:+--header "Content-Type: $2"} --body "$GOOD_ANSWER"; }

@test "BOD-01 HTML, text, no type, two types with 200 are no answer; JSON with a charset is" {
	lie --status 200 --header 'Content-Type: text/html' --body '<html>Welcome to our network, please log in</html>'
	verdict_is unavailable
	lie --status 200 --header 'Content-Type: application/json' --body '<html>Welcome</html>'
	verdict_is unavailable
	typed text/plain
	verdict_is unavailable
	typed
	verdict_is unavailable
	typed application/json text/html
	verdict_is unavailable
	typed text/html application/json
	verdict_is unavailable
	typed 'application/json; charset=x'
	verdict_is success
}

@test "PAM-02 202, 204, 206, a 100 alone, and 200 without a token are no success" {
	local code
	for code in 202 206; do
		lie --status "$code" --header 'Content-Type: application/json' --body "$GOOD_ANSWER"
		verdict_is unavailable
	done
	lie --script - <<<$'read\nsend HTTP/1.1 204 No Content\\r\\n\\r\\n'
	verdict_is unavailable
	lie --script - <<<$'read\nsend HTTP/1.1 100 Continue\\r\\n\\r\\n\nbye'
	verdict_is unavailable
	says '{}'
	says '{"token_type":"Bearer","expires_in":3600,"refresh_token":"r"}'
	says '{"success":true,"status":"ok"}'
	says "$GOOD_ANSWER" success
}

@test "BOD-02 an error beside a token wins; an empty one is none" {
	says '{"access_token":"t","token_type":"Bearer","error":"invalid_grant"}' refused
	says '{"access_token":"t","token_type":"Bearer","error":"slow_down"}'
	says '{"access_token":"t","token_type":"Bearer","error":""}' success
	says '{"access_token":"t","token_type":"Bearer","error":null}' success
}

@test "BOD-03 a token of another JSON type is no token" {
	local kind
	for kind in null '""' '{}' '{"a":1}' '[]' '["t"]' 0 1.5 true false; do
		says '{"access_token":'"$kind"',"token_type":"Bearer","expires_in":60}'
	done
}

@test "BOD-04 BOD-05 NUL, line breaks, spaces, DEL and non-ASCII in a token are refused" {
	local part
	for part in '\\u0000' '\\n' '\\r' '\\t' ' ' '\\u007f' '\\u00e4' 'ä' '"' '\\"' '\\\\' ','; do
		says '{"access_token":"abc'"$part"'def","token_type":"Bearer"}'
		says '{"access_token":"'"$part"'def","token_type":"Bearer"}'
		says '{"access_token":"abc'"$part"'","token_type":"Bearer"}'
	done
	says '{"access_token":"abc\ndef","token_type":"Bearer"}'
}

@test "BOD-06 a token that no keyring can hold: a clear message, never cut" {
	local size
	for size in 9001 16000 19000 32767 32768; do
		head -c "$size" /dev/zero | tr '\0' a >/run/token
		printf '{"access_token":"%s","token_type":"Bearer"}' "$(cat /run/token)" >/run/body
		lie --json /run/body
		verdict_is unavailable
		message_has 'more than 9000 cannot be kept'
	done
	head -c 1000000 /dev/zero | tr '\0' a >/run/token
	{ printf '{"access_token":"'; cat /run/token; printf '"}'; } >/run/body
	lie --json /run/body
	verdict_is unavailable
	message_has 'larger than is allowed'
	for size in 4096 4097 9000; do
		head -c "$size" /dev/zero | tr '\0' a >/run/token
		printf '{"access_token":"%s","token_type":"Bearer"}' "$(cat /run/token)" >/run/body
		lie --json /run/body
		verdict_is success
		[ "$(value access_token)" = "$size bytes" ]
	done
}

@test "BOD-07 a field that stands twice spoils the answer" {
	says '{"access_token":"a","access_token":"b","token_type":"Bearer"}'
	says '{"error":"x","access_token":"a","token_type":"Bearer","error":""}'
	says '{"access_token":"a","token_type":"Bearer","expires_in":60,"expires_in":99999}'
	says '{"access_token":"a","token_type":"Bearer","\\u0061ccess_token":"b"}'
	says '{"access_token":"a","token_type":"Bearer","access_token\\u0000":"b"}'
}

@test "BOD-08 deep nesting and thousands of keys end quickly" {
	{ printf '{"access_token":"a","token_type":"Bearer","x":'; printf '[%.0s' {1..30000}; printf ']%.0s' {1..30000}; printf '}'; } >/run/body
	lie --json /run/body
	verdict_is unavailable
	[ "$milliseconds" -lt 1000 ]
	{ printf '{"access_token":"a","token_type":"Bearer"'; printf ',"k%d":1' {1..6000}; printf '}'; } >/run/body
	lie --json /run/body
	verdict_is unavailable
	[ "$milliseconds" -lt 1000 ]
}

@test "BOD-09 BOD-10 BOD-11 lifetimes: nonsense is the default and marked, zero is no token, the cap holds" {
	local value
	for value in NaN Infinity 1e400 3600.5 99999999999999999999999 '"3600abc"' '"JAVA_TIMESTAMP"' true null; do
		says '{"access_token":"t","token_type":"Bearer","expires_in":'"$value"'}' success
		[ "$(value lifetime_from)" = default ] || { echo "$value: $output"; false; }
		[ "$(value lifetime)" -le 3600 ]
	done
	for value in 0 -1 '"0"'; do
		says '{"access_token":"t","token_type":"Bearer","expires_in":'"$value"'}'
	done
	says '{"access_token":"t","token_type":"Bearer","expires_in":"60"}' success
	[ "$(value lifetime)" = 60 ]
	says '{"access_token":"t","token_type":"Bearer","expires_in":3600000}' success
	[ "$(value lifetime)" = 3600000 ]
	says '{"access_token":"t","token_type":"Bearer","expires_in":999999999}' success
	[ "$(value lifetime)" = 31536000 ]
	says '{"access_token":"t","token_type":"Bearer"}' success
	[ "$(value lifetime_from)" = default ]
}

# grants SCOPE-MEMBER VERDICT [LINE OF THE VENDOR FILE]...: the vendor file asks for "read write".
grants()
{
	local member=$1 expected=$2
	shift 2
	badidp_stop
	badidp_start --json <(printf '{"access_token":"t","token_type":"Bearer"%s}' "$member")
	fetch_liar 'scope = read write' "$@"
	fetch_login alice "$CANARY_PASSWORD"
	verdict_is "$expected"
}

@test "BOD-16 a scope narrower than the one that was asked for is a warning, or refused where the vendor file says so" {
	local refused=('[answer]' 'scope_narrower = refused') member
	for member in '' ',"scope":null' ',"scope":"read write"' ',"scope":"write more read"' ',"scope":["read"]'; do
		grants "$member" success
		[ -z "$(value message)" ]
		grants "$member" success "${refused[@]}"
	done
	for member in ',"scope":"read"' ',"scope":""' ',"scope":"read writes"' ',"scope":"readwrite read"' ',"scope":"read Write"'; do
		grants "$member" success
		[[ $(value message) = *'granted less than the scope'*"' is missing" ]] || { echo "$member"; return 1; }
		grants "$member" configuration "${refused[@]}"
		message_has 'granted less than the scope'
		sent_once
	done
}

@test "BOD-14 a token of another type is not used" {
	says '{"access_token":"t","token_type":"mac"}'
	says '{"access_token":"t","token_type":"DPoP"}'
	says '{"access_token":"t","token_type":"bEARER"}' success
}

@test "BOD-15 a malformed refresh token spoils the whole answer" {
	says '{"access_token":"t","token_type":"Bearer","refresh_token":"a b"}'
	says '{"access_token":"t","token_type":"Bearer","refresh_token":7}'
}

@test "NET-14 401 and 403 without the vendor's own words are no refusal" {
	local code
	for code in 401 403 500 502; do
		lie --status "$code" --header 'Content-Type: text/html' --body '<html>blocked</html>'
		verdict_is unavailable || { echo "$code"; false; }
	done
	lie --status 404 --header 'Content-Type: text/html' --body '<html>no such page</html>'
	verdict_is configuration
	lie --status 401 --header 'Content-Type: application/json' --body '{"error":"invalid_client"}'
	verdict_is configuration
	lie --status 400 --header 'Content-Type: application/json' --body '{"error":"invalid_grant"}'
	verdict_is refused
	lie --status 429 --header 'Retry-After: 17' --body ''
	verdict_is rate_limited
	[ "$(value retry_after)" = 17 ]
}

@test "NET-15 Retry-After: absurd values are clamped or dropped" {
	local told expected
	while read -r expected told; do
		lie --status 503 --header "Retry-After: $told" --body ''
		[ "$(value retry_after)" = "$expected" ] || { echo "$told: $(value retry_after)"; false; }
	done <<-'END'
		30 30
		0 -1
		3600 1000000000
		0 Thu, 01 Jan 1970 00:00:00 GMT
		3600 Fri, 31 Dec 2077 23:59:59 GMT
		0 soon
		0 0
	END
}

@test "NET-15 a moment in Retry-After is measured by the vendor's own clock" {
	lie --status 503 --header 'Date: Thu, 01 Jan 2032 00:00:00 GMT' --header 'Retry-After: Thu, 01 Jan 2032 00:00:45 GMT' --body ''
	[ "$(value retry_after)" = 45 ]
	lie --status 503 --header 'Retry-After: Thu, 01 Jan 1998 00:01:00 GMT' --header 'Date: Thu, 01 Jan 1998 00:00:00 GMT' --body ''
	[ "$(value retry_after)" = 60 ]
}

@test "SEC-01 what the vendor echoes does not come out in a message" {
	lie --status 400 --header 'Content-Type: application/json' --body '{"error":"CANARY-of-alice","error_description":"CANARY-of-alice"}'
	verdict_is unavailable
	[[ $output != *CANARY* ]]
	lie --status 400 --header 'Content-Type: application/json' --body '{"error":"\u001b[31mx","error_description":"\u001b[2J"}'
	[[ $output != *$'\x1b'* ]]
}
