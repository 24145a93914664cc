# shellcheck disable=SC2154,SC2034 # variables of fetch.bash
# NET-05 by OpenSSL's own server, which shows what it was offered and can be told to agree to anything.

load helper
load servers
load fetch

readonly PORT=5599 TRACE=/run/s_server

setup_file()
{
	CERTIFICATES=$(mktemp -d)
	export VENDOR_CERTIFICATES=$CERTIFICATES/made
	# shellcheck disable=SC2086
	"$SERVERS_TESTS/vendor/make-ca" "$VENDOR_CERTIFICATES" $VENDOR_NAMES
	install -m 644 "$VENDOR_CERTIFICATES/ca.pem" /run/server-ca.pem
	openssl dhparam -dsaparam -out /run/dh.pem 2048 2>/dev/null
	mkfifo /run/silence # s_server sends what it reads
	install -d /run/documents/realm/.well-known
	printf 'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"issuer":"https://vendor.test:%s/realm","token_endpoint":"https://vendor.test:%s/realm/token"}' \
		"$PORT" "$PORT" >/run/documents/realm/.well-known/openid-configuration
}
teardown_file() { rm -rf "${VENDOR_CERTIFICATES%/made}"; }
teardown() { server_stop; }

# server [OPTION OF s_server]...: with everything allowed that this OpenSSL can do at all. What it was sent is in $TRACE.
server()
{
	server_stop
	(cd /run/documents && exec openssl s_server -accept "127.0.0.1:$PORT" -cert "$VENDOR_CERTIFICATES/server.pem" -key "$VENDOR_CERTIFICATES/server.key" \
		-dhparam /run/dh.pem -trace "$@") <>/run/silence >"$TRACE" 2>&1 3>&- 4>&- &
	SERVER=$!
	wait_until 10 grep -q ACCEPT "$TRACE" || { cat "$TRACE"; return 1; }
}
server_stop()
{
	[ -z "${SERVER:-}" ] || { kill "$SERVER" && wait "$SERVER"; } 2>/dev/null || true
	SERVER=
}

ask_server()
{
	fetch_vendor "token_url = https://vendor.test:$PORT/token" 'client_id = apitoken' 'ca_file = /run/server-ca.pem' 'timeout = 1' "$@"
	fetch_login alice "$CANARY_PASSWORD"
	verdict_is unavailable
}

# refused_before_sending [OPTION OF s_server]...: the server would take it, our own client of the same library too; fetch does not, and sends nothing.
refused_before_sending()
{
	server "$@"
	ask_server
	message_has 'TLS handshake' || { echo "$*"; return 1; }
	grep -q 'ClientHello' "$TRACE" || { echo "$*: nobody asked"; cat "$TRACE"; return 1; }
	! grep -aE 'CANARY|POST /' "$TRACE" || { echo "$*: something was sent"; return 1; }
}

# willing [OPTION OF s_client]...: the server of the last call does agree with somebody: what fetch was refused is refused by fetch.
willing()
{
	printf 'hello-from-a-willing-client\n' | timeout 10 openssl s_client -connect "127.0.0.1:$PORT" "$@" >/run/s_client 2>&1 || true
	grep -qE 'Cipher is [A-Z]' /run/s_client || { echo "the server agrees with nobody: $*"; cat /run/s_client; return 1; }
}

@test "NET-05 the rig is right: with TLS 1.2 and with TLS 1.3 the password reaches that server" {
	local version
	for version in -tls1_2 -tls1_3; do
		server "$version"
		ask_server
		wait_until 10 grep -qa "password=$CANARY_PASSWORD" "$TRACE"
	done
}

@test "NET-05 TLS 1.0 and TLS 1.1 are refused, whatever the server's ciphers" {
	local version
	for version in -tls1 -tls1_1; do
		refused_before_sending "$version" -cipher 'ALL:@SECLEVEL=0'
		willing "$version" -cipher 'ALL:@SECLEVEL=0'
	done
}

@test "NET-05 ciphers without a certificate (anonymous) and without encryption (NULL) are refused" {
	local cipher
	for cipher in ADH-AES256-GCM-SHA384 AECDH-AES256-SHA ECDHE-ECDSA-NULL-SHA; do
		refused_before_sending -tls1_2 -cipher "$cipher:@SECLEVEL=0"
		willing -tls1_2 -cipher "$cipher:@SECLEVEL=0"
	done
}

@test "NET-05 no old version, no anonymous, NULL, export, RC4, DES or MD5 cipher is offered, and nothing but HTTP/1.1 by ALPN" {
	server
	ask_server
	sed -n '/ClientHello/,/compression_methods/p' "$TRACE" | grep -oE 'TLS_[A-Z0-9_]+' >/run/offered
	[ "$(wc -l </run/offered)" -ge 5 ]
	! grep -E '_anon_|NULL|EXPORT|RC4|_DES_|3DES|MD5|RC2|IDEA|SEED|SRP|PSK' /run/offered || false
	[ "$(sed -n '/ClientHello/,/ServerHello/p' "$TRACE" | grep -A2 'extension_type=supported_versions' | grep -oE 'TLS 1\.[0-9]' | sort -u | tr '\n' ' ')" = 'TLS 1.2 TLS 1.3 ' ]
	[ "$(sed -n '/ClientHello/,/ServerHello/p' "$TRACE" | grep -A1 'extension_type=application_layer_protocol_negotiation' | tail -n 1 | tr -d ' ')" = http/1.1 ]
	[ "$(sed -n '/ClientHello/,/ServerHello/p' "$TRACE" | grep -A2 'extension_type=application_layer_protocol_negotiation' | grep -c extension_type)" -eq 2 ]
}

# handshakes: "full" or "resumed" for each connection that the server got.
handshakes()
{
	awk '/ClientHello,/ { hello++; kind[hello] = "full" }
		/ServerHello,/ { from_server = 1 }
		/ClientHello,/ { from_server = 0 }
		!from_server && /extension_type=psk\(/ { kind[hello] = "resumed" }
		!from_server && /extension_type=session_ticket\(/ && $0 !~ /length=0$/ { kind[hello] = "resumed" }
		END { for (i = 1; i <= hello; i++) printf "%s ", kind[i] }' "$TRACE"
}

@test "NET-05 no session is resumed: two exchanges of one login at one server are two whole handshakes, each with its certificate" {
	local version
	for version in -tls1_2 -tls1_3; do
		server "$version" -HTTP
		fetch_vendor "issuer = https://vendor.test:$PORT/realm" 'client_id = apitoken' 'ca_file = /run/server-ca.pem' 'timeout = 2'
		fetch_login alice "$CANARY_PASSWORD"
		verdict_is unavailable # that server knows no POST
		[ "$(handshakes)" = 'full full ' ] || { echo "$version: $(handshakes)"; cat "$TRACE"; return 1; }
		[ "$(grep -c '  Certificate, Length' "$TRACE")" -eq 2 ]
		# The same server does resume where a client wants to.
		server "$version"
		wait_until 10 grep -q NewSessionTicket "$TRACE" | timeout 10 openssl s_client -connect "127.0.0.1:$PORT" -sess_out /run/session >/dev/null 2>&1 || true
		timeout 10 openssl s_client -connect "127.0.0.1:$PORT" -sess_in /run/session </dev/null >/dev/null 2>&1 || true
		[ "$(handshakes)" = 'full resumed ' ] || { echo "$version, s_client: $(handshakes)"; return 1; }
	done
}
