# shellcheck disable=SC2154,SC2034 # variables of fetch.bash
# A password leaves only after the server has proved that it is the vendor.

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

# refused CERTIFICATE TEXT: the liar serves it; nothing is sent, and the message says why.
refused()
{
	badidp_stop
	badidp_start --certificate "$1" --json <(printf %s "$GOOD_ANSWER")
	fetch_liar "${@:3}"
	fetch_login alice "$CANARY_PASSWORD"
	verdict_is unavailable || { echo "$1"; return 1; }
	[ "$(value error)" = 5 ]
	message_has "$2" || { echo "$1"; return 1; }
	never_sent
}

@test "NET-01 the rig is right: with the good certificate the liar's token is taken" {
	lie --json <(printf %s "$GOOD_ANSWER")
	verdict_is success
	sent_once
}

@test "NET-01 every bad certificate: unavailable with its cause, and not one byte sent" {
	refused self-signed 'self-signed'
	refused expired 'has expired: clock? this machine says 20'
	refused not-yet-valid 'is not valid yet: clock? this machine says 20'
	refused wrong-host 'another host'
	refused cn-only 'subjectAltName'
	refused client-only 'not made for a server'
	refused weak 'too weak'
	LIAR_HOST=127.0.0.1
	refused no-ip 'another host'
}

@test "NET-01 a wildcard for a whole top-level domain, an unknown authority, SHA-1" {
	refused wildcard 'another host'
	refused unknown-ca 'authority is unknown'
	install -m 644 "$VENDOR_CERTIFICATES/other-ca.pem" /run/other-ca.pem
	refused server 'authority is unknown' 'ca_file = /run/other-ca.pem'
	refused sha1 'digest that is too weak'
}

@test "NET-01 the bad certificates again with the system's authorities" {
	mount --bind "$VENDOR_CERTIFICATES/authorities" /etc/ssl/certs
	local name failed=
	for name in self-signed expired not-yet-valid wrong-host cn-only wildcard client-only weak sha1 unknown-ca; do
		badidp_stop
		badidp_start --certificate "$name" --json <(printf %s "$GOOD_ANSWER")
		fetch_vendor "token_url = https://vendor.test:$BADIDP_PORT/token" 'client_id = apitoken'
		fetch_login alice "$CANARY_PASSWORD"
		verdict_is unavailable && never_sent || failed="$failed $name"
	done
	umount /etc/ssl/certs
	[ -z "$failed" ] || { echo "accepted:$failed"; false; }
}

@test "NET-01 a missing, empty or broken ca_file is a configuration error" {
	badidp_start --json <(printf %s "$GOOD_ANSWER")
	: >/run/empty.pem
	echo 'no certificate' >/run/text.pem
	printf -- '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' >/run/broken.pem
	local file
	for file in /run/none.pem /run/empty.pem /run/text.pem /run/broken.pem; do
		fetch_liar "ca_file = $file"
		fetch_login alice "$CANARY_PASSWORD"
		verdict_is configuration || { echo "$file"; false; }
		[ "$(value error)" = 7 ]
	done
	never_sent
}

@test "NET-01 no authorities on this machine at all is a configuration error" {
	badidp_start --json <(printf %s "$GOOD_ANSWER")
	mount -t tmpfs none /etc/ssl/certs
	fetch_vendor "token_url = https://vendor.test:$BADIDP_PORT/token" 'client_id = apitoken'
	fetch_login alice "$CANARY_PASSWORD"
	umount /etc/ssl/certs
	verdict_is configuration
	message_has 'ca-certificates'
	never_sent
}

@test "NET-05 TLS 1.1, TLS 1.0 and anonymous ciphers are refused" {
	local priority
	for priority in 'NORMAL:-VERS-ALL:+VERS-TLS1.1:%UNSAFE_RENEGOTIATION' 'NORMAL:-VERS-ALL:+VERS-TLS1.0' 'NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH'; do
		badidp_stop
		badidp_start --priority "$priority" --json <(printf %s "$GOOD_ANSWER")
		fetch_liar
		fetch_login alice "$CANARY_PASSWORD"
		verdict_is unavailable
		message_has 'TLS handshake'
		never_sent
	done
	lie --priority 'NORMAL:-VERS-ALL:+VERS-TLS1.2' --json <(printf %s "$GOOD_ANSWER")
	verdict_is success
}

@test "NET-02 no URL but https is ever called" {
	local url
	badidp_start --plain --json <(printf %s "$GOOD_ANSWER")
	for url in "http://vendor.test:$BADIDP_PORT/token" "http://127.0.0.1:$BADIDP_PORT/token" "vendor.test:$BADIDP_PORT/token" \
		"//vendor.test:$BADIDP_PORT/token" "file:///etc/passwd" "ftp://vendor.test:$BADIDP_PORT/" "https://user:pw@vendor.test:$BADIDP_PORT/" \
		"https://vendor.test:0/" "https://vendor.test:65536/" "https://vendor.test:$BADIDP_PORT/#f" "https://vendör.test:$BADIDP_PORT/" \
		"https://vendor..test:$BADIDP_PORT/" "https://vendor.test.:$BADIDP_PORT/" "HTTP://vendor.test:$BADIDP_PORT/"; do
		fetch_vendor "token_url = $url" 'client_id = apitoken' 'ca_file = /etc/hosts'
		fetch_login alice "$CANARY_PASSWORD"
		[ "$status" -ne 0 ] || { echo "$url"; false; }
	done
	# the scheme is not negotiable either: a plain server behind an https URL
	fetch_liar
	fetch_login alice "$CANARY_PASSWORD"
	verdict_is unavailable
	[ "$(badidp_canaries)" = 0 ]
}
