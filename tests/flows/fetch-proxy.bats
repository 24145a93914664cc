# shellcheck disable=SC2154,SC2034 # variables of fetch.bash
# A proxy from the vendor file sees a CONNECT and TLS, never a password; no other proxy is ever asked.

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

# by_proxy SCRIPT: a proxy that plays it; one login through it.
by_proxy()
{
	badidp_stop
	badidp_start --plain --script - <<<"$1"
	BADIDP_CA=$VENDOR_CERTIFICATES/ca.pem fetch_liar 'token_url = https://vendor.test/token' "proxy = http://127.0.0.1:$BADIDP_PORT" 'timeout = 2'
	fetch_login alice "$CANARY_PASSWORD"
}

@test "NET-17 a proxy that refuses, or answers in the vendor's place, gets no password" {
	local answer
	for answer in 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n' \
		'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n' 'HTTP/1.1 302 Found\r\nLocation: http://other.test/\r\n\r\n' \
		'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 67\r\n\r\n{"access_token":"liar-token","token_type":"Bearer","expires_in":60}'; do
		by_proxy "read-head
send $answer"
		verdict_is unavailable || { echo "$answer"; false; }
		[ "$(badidp_canaries)" = 0 ]
		badidp_requests | grep -q '^CONNECT vendor.test:443 HTTP/1.1' || { badidp_requests; false; }
		[ "$(badidp_connections)" = 1 ]
		! badidp_requests | grep -i authorization || false
	done
}

@test "NET-17 a proxy that hangs ends at the deadline" {
	by_proxy $'read-head\nhang'
	verdict_is unavailable
	[ "$milliseconds" -le 2600 ]
}

@test "ENV-02 proxies named in the environment are not asked" {
	badidp_start --plain --json <(printf %s "$GOOD_ANSWER")
	local trap_log=$BADIDP_LOG trap_port=$BADIDP_PORT name
	badidp_start --json <(printf %s "$GOOD_ANSWER") # before the export: it has a TLS library too
	for name in http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY; do
		export "$name=http://127.0.0.1:$trap_port"
	done
	export no_proxy='' NO_PROXY='' SSLKEYLOGFILE=/tmp/keys SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/tmp OPENSSL_CONF=/tmp/none CURL_HOME=/tmp
	fetch_liar
	fetch_login alice "$CANARY_PASSWORD"
	verdict_is success
	# and if fetch itself ever got this environment: it is started with it here
	run "$RIGS/framecut" "$LIBEXEC" "$FETCH_CONFIG" try
	[[ $output = *' 0 wrong' ]] || { echo "$output"; false; }
	[ "$(badidp_canaries)" = 2 ]
	[ ! -e /tmp/keys ]
	[ "$(grep -c accepted "$trap_log")" = 0 ]
}
