# shellcheck disable=SC2154,SC2034 # variables of fetch.bash
# Endpoints from an issuer's own document: it decides where to send a password only on the issuer's host, or on one that was named.

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

# issuer [LINE]...: the vendor by issuer alone, on the liar that runs. ISSUER is its path.
issuer()
{
	install -m 644 "$BADIDP_CA" /run/liar-ca.pem
	fetch_vendor 'client_id = apitoken' 'ca_file = /run/liar-ca.pem' 'timeout = 5' "issuer = https://vendor.test:$BADIDP_PORT${ISSUER-/realm}" "$@"
}

# publish DOCUMENT [LINE]...: a liar with that document (PORT in it is its own port) for whoever asks first, and a token for whoever asks then; one login.
# It is started twice: the port is known only when it listens, and it reads the file at its start.
publish()
{
	local document=$1 file=/run/document
	shift
	badidp_stop
	printf 'read\nsend HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nConnection: close\\r\\n\\r\\n\nsend-file %s\nbye\nconnection\nread\nrespond 200 %s\n' \
		"$file" "$GOOD_ANSWER" >/run/script
	: >"$file"
	badidp_start --script /run/script
	printf %s "${document//PORT/$BADIDP_PORT}" >"$file"
	badidp_stop
	badidp_start --port "$BADIDP_PORT" --script /run/script
	issuer "$@"
	fetch_login alice "$CANARY_PASSWORD"
}

document() { printf '{"issuer":"https://vendor.test:PORT/realm","token_endpoint":"%s"}' "$1"; }

# misled TEXT: the login ended as a fault of the configuration, for that reason, and nothing but the question for the document was sent.
misled()
{
	verdict_is "${2:-configuration}"
	message_has "$1"
	[ "$(badidp_canaries)" = 0 ]
	[ "$(badidp_connections)" = 1 ]
}

@test "NET-04 the token endpoint comes from the issuer's document: one GET without a secret, one POST with the password" {
	publish "$(document 'https://vendor.test:PORT//here/token')"
	verdict_is success
	sent_once
	[ "$(badidp_connections)" = 2 ]
	[[ $(badidp_requests | head -n 1) = 'GET /realm/.well-known/openid-configuration HTTP/1.1'* ]]
	[[ $(badidp_requests | head -n 1) != *"$CANARY_PASSWORD"* && $(badidp_requests | head -n 1) != *Authorization* ]]
	[[ $(badidp_requests | sed -n 2p) = 'POST //here/token HTTP/1.1'* ]]
}

@test "NET-04 a document that leads to another host or port, or away from https: nothing is sent" {
	local url
	for url in 'https://git.test:PORT/token' 'https://vendor.test/token' 'https://vendor.test:1/token' 'https://vendor.test.evil.example:PORT/token' \
		'https://xvendor.test:PORT/token' 'https://127.0.0.1:PORT/token'; do
		publish "$(document "$url")"
		misled 'leads from' || { echo "$url"; return 1; }
	done
	for url in 'http://vendor.test:PORT/token' 'https://vendor.test:PORT@git.test:PORT/token' 'https://vendor.test:PORT\\@git.test/token' '/token' '' \
		'//vendor.test:PORT/token' 'file:///etc/passwd' 'https://vendor.test:PORT/token#x' 'https://vendor.test:PORT/\u0000token' \
		'https://vendor.test:PORT/to\r\nken' 'https://vendor.test:PORT/a b'; do
		publish "$(document "$url")"
		misled 'no https URL' || { echo "$url"; return 1; }
	done
}

@test "NET-04 a document of another issuer: nothing is sent" {
	local name
	for name in '"https://vendor.test:PORT/other"' '"https://vendor.test:PORT/realm/"' '"https://VENDOR.test:PORT/realm"' '"https://vendor.test:PORT/realm\u0000"' \
		'["https://vendor.test:PORT/realm"]' null 1; do
		publish "{\"issuer\":$name,\"token_endpoint\":\"https://vendor.test:PORT/token\"}"
		misled 'calls its issuer' || { echo "$name"; return 1; }
	done
	publish '{"token_endpoint":"https://vendor.test:PORT/token"}'
	misled 'calls its issuer'
}

@test "NET-04 a document without a token endpoint, or with one that is no text: nothing is sent" {
	local rest
	for rest in '' ',"token_endpoint":null' ',"token_endpoint":1' ',"token_endpoint":["https://vendor.test:PORT/token"]' ',"token_endpoint":{}'; do
		publish "{\"issuer\":\"https://vendor.test:PORT/realm\"$rest}"
		misled 'has no token_endpoint' || { echo "$rest"; return 1; }
	done
}

@test "NET-04 a document that is none: unavailable, and nothing is sent" {
	local text
	for text in '' 'no JSON' '[' '"text"' '{"issuer":"https://vendor.test:PORT/realm","token_endpoint":"https://vendor.test:PORT/token"' \
		'{"issuer":"https://vendor.test:PORT/realm","token_endpoint":"https://vendor.test:PORT/token","token_endpoint":"https://git.test:PORT/token"}' \
		'{"issuer":"https://vendor.test:PORT/realm","issuer":"x","token_endpoint":"https://vendor.test:PORT/token"}'; do
		publish "$text"
		misled 'no JSON' unavailable || { echo "$text"; return 1; }
	done
}

@test "NET-04 NET-03 a redirect, an error or a page in place of the document: nothing is sent" {
	local code
	for code in 301 302 307 401 403 500 503; do
		badidp_stop
		badidp_start --status "$code" --header "Location: https://vendor.test:1/x" --header 'Content-Type: application/json' --body '{}'
		issuer
		fetch_login alice "$CANARY_PASSWORD"
		misled "status $code" unavailable
	done
	badidp_stop
	badidp_start --status 404
	issuer
	fetch_login alice "$CANARY_PASSWORD"
	misled 'is the issuer right'
	badidp_stop
	badidp_start --status 200 --header 'Content-Type: text/html' --body '{"issuer":"x"}'
	issuer
	fetch_login alice "$CANARY_PASSWORD"
	misled 'no JSON' unavailable
}

@test "NET-04 a further host counts where the administrator names it, with its port" {
	publish "$(document 'https://git.test:PORT/token')" '[discovery]' 'hosts = registry.test git.test'
	misled 'leads from'
	badidp_stop
	badidp_start --port "$BADIDP_PORT" --script /run/script
	issuer '[discovery]' "hosts = registry.test git.test:$BADIDP_PORT"
	fetch_login alice "$CANARY_PASSWORD"
	verdict_is success
	sent_once
}

@test "a URL of the vendor file wins, and then no document is asked for" {
	badidp_start --json <(printf %s "$GOOD_ANSWER")
	issuer "token_url = https://vendor.test:$BADIDP_PORT/mine"
	fetch_login alice "$CANARY_PASSWORD"
	verdict_is success
	[ "$(badidp_connections)" = 1 ]
	[[ $(badidp_requests) = 'POST /mine '* ]]
}

@test "a slash at the issuer's end stands in the document, but not twice in its address" {
	ISSUER=/realm/ publish '{"issuer":"https://vendor.test:PORT/realm/","token_endpoint":"https://vendor.test:PORT/token"}'
	verdict_is success
	[[ $(badidp_requests | head -n 1) = 'GET /realm/.well-known/openid-configuration '* ]]
}
