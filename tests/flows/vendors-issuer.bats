# issuer in place of token_url: the endpoint from the issuer's own document, and every way in which that document can be wrong.

load vendors

readonly GLEWLWYD=$WORLD/glewlwyd

setup_file() { pam_world; }
teardown_file() { "$SOURCE/tests/servers/glewlwyd" stop "$GLEWLWYD"; pam_world_end; }

oauth2()
{
	vendor_conf oauth2 <<-END
		[vendor]
		dialect = oauth2
		issuer = ${1:-https://vendor.test}
		client_id = apitoken
	END
}

# document JSON [STATUS] [PATH]: what the issuer answers, for as many requests as a test makes.
document()
{
	vendor_control /answers -d count=9 -d status="${2:-200}" -d path="${3:-/.well-known/openid-configuration}" --data-urlencode "body=$1" >/dev/null
}

@test "discovery: the login goes to the token endpoint of the issuer's document; so does a refresh" {
	oauth2
	document '{"issuer":"https://vendor.test","token_endpoint":"https://vendor.test/oauth2/token","grant_types_supported":["authorization_code"]}'
	logs_in
	[ "$(sent .method 2) $(sent .target 2)" = 'GET /.well-known/openid-configuration' ]
	[ -z "$(sent .body 2)" ] || [ "$(sent .body 2)" = null ]
	[ "$(sent .target)" = /oauth2/token ]
	aged 60
	as alice apitoken refresh oauth2
	[ "$(of_record generation)" = 2 ]
	[ "$(password_posts)" = 1 ]
}

@test "discovery: a terminating slash of the issuer is removed for the address and kept for the comparison" {
	oauth2 https://vendor.test/tenant/
	document '{"issuer":"https://vendor.test/tenant/","token_endpoint":"https://vendor.test/oauth2/token"}' 200 /tenant/.well-known/openid-configuration
	logs_in
	[ "$(sent .target 2)" = /tenant/.well-known/openid-configuration ]
}

@test "discovery: another issuer, another host, plain http, a missing endpoint: no password is sent" {
	local json
	oauth2
	for json in '{"issuer":"https://vendor.test/","token_endpoint":"https://vendor.test/oauth2/token"}' \
		'{"issuer":"https://evil.test","token_endpoint":"https://vendor.test/oauth2/token"}' \
		'{"issuer":["https://vendor.test"],"token_endpoint":"https://vendor.test/oauth2/token"}' \
		'{"token_endpoint":"https://vendor.test/oauth2/token"}' \
		'{"issuer":"https://vendor.test"}' \
		'{"issuer":"https://vendor.test","token_endpoint":"http://vendor.test/oauth2/token"}' \
		'{"issuer":"https://vendor.test","token_endpoint":"https://git.test/oauth2/token"}' \
		'{"issuer":"https://vendor.test","token_endpoint":"https://vendor.test:8443/oauth2/token"}' \
		'{"issuer":"https://vendor.test","token_endpoint":"/oauth2/token"}'; do
		vendor_control /reset -d '' >/dev/null
		document "$json"
		no_login
		said 'auth PAM_SERVICE_ERR' || { echo "$json"; return 1; }
		[ "$(password_posts)" = 0 ]
		[ "$(vendor_count .requests.vendor)" = 1 ]
	done
}

@test "discovery: no document, HTML, broken JSON, a redirect, a failing server: no password is sent, and no verdict on it" {
	oauth2
	no_login
	said 'auth PAM_SERVICE_ERR'
	[[ "$(log_lines)" == *'no discovery document (status 404)'* ]]
	local status body
	while read -r status body; do
		vendor_control /reset -d '' >/dev/null
		document "$body" "$status"
		no_login
		said 'auth PAM_AUTHINFO_UNAVAIL' || { echo "$status $body"; return 1; }
		[ "$(password_posts)" = 0 ]
	done <<-'END'
		200 <html>sign in</html>
		200 {"issuer":"https://vendor.test","token_endpoint":
		200 {"issuer":"https://vendor.test","issuer":"https://vendor.test","token_endpoint":"https://vendor.test/oauth2/token"}
		302 {}
		503 {"issuer":"https://vendor.test","token_endpoint":"https://vendor.test/oauth2/token"}
	END
}

@test "discovery: neither token_url nor issuer is a fault of the configuration, and token_url needs no document" {
	oauth2
	sed -i '/^issuer/d' /etc/apitoken/vendors.d/oauth2.conf
	run as alice apitoken check
	echo "$output"
	[ "$status" -eq 6 ]
	[[ "$output" == *token_url* ]]
	oauth2
	sed -i '/^issuer/a token_url = https://vendor.test/oauth2/token' /etc/apitoken/vendors.d/oauth2.conf
	logs_in
	[ "$(vendor_count .requests.vendor)" = 1 ]
}

@test "discovery: a real server's document (glewlwyd)" {
	grep -q glewlwyd.test /etc/hosts || echo '127.0.0.1 glewlwyd.test' >>/etc/hosts
	"$SOURCE/tests/servers/glewlwyd" start "$GLEWLWYD"
	vendor_conf glewlwyd <<-END
		[vendor]
		dialect = glewlwyd
		issuer = https://glewlwyd.test:$(cat "$GLEWLWYD/port")/api/oidc
		scope = login
		ca_file = /etc/apitoken/glewlwyd-ca.pem
	END
	install -m 644 "$GLEWLWYD/ca.pem" /etc/apitoken/glewlwyd-ca.pem
	printf 0 >"$AUTHENTICATIONS"
	host alice "$(cat "$GLEWLWYD/password")" auth setcred
	said 'auth PAM_SUCCESS'
	assert_token alice glewlwyd
}

# The document is asked for the assertion's audience alone; the logout URL is known, and leads to another port.
@test "discovery: an assertion's audience is the document's token endpoint, and a known URL on another port is still reached" {
	local assertion
	openssl genrsa -out "$WORLD/issuer-client.key" 2048 2>/dev/null
	chmod 644 "$WORLD/issuer-client.key"
	vendor_conf keycloak <<-END
		[vendor]
		dialect = keycloak
		issuer = https://vendor.test
		client_id = apitoken
		client_secret_file = $WORLD/issuer-client.key
		[variables]
		logout_url = https://vendor.test:8443/logout
		[step revoke]
		client_auth = assertion
	END
	document '{"issuer":"https://vendor.test","token_endpoint":"https://vendor.test/oauth2/token"}'
	run "$RIGS/fetchcall" --libexec /usr/local/libexec/apitoken /etc/apitoken keycloak revoke < <(printf r)
	echo "$output"
	[[ "$output" =~ status=[1-5][0-9][0-9] ]]
	[ "$(vendor_count .requests.vendor)" = 1 ]
	assertion=$(vendor_control '/requests?service=git&n=1' | jq -r '.[0].body' | tr '&' '\n' | sed -n 's/^client_assertion=//p')
	[ "$(cut -d. -f2 <<<"$assertion" | tr '_-' '/+' | awk '{ while (length($0) % 4) $0 = $0 "="; print }' | base64 -d | jq -r .aud)" = https://vendor.test/oauth2/token ]
}
