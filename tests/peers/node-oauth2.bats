# @node-oauth/oauth2-server, which nobody here wrote, as a vendor: it takes client id and secret by Basic as they are, and not form-encoded.

# The flows' libraries load each other from their own folder.
BATS_TEST_DIRNAME=$BATS_TEST_DIRNAME/../flows load vendors

readonly NODE=$WORLD/node

reason() { tail -n 1 "$APITOKEN_TEST_CACHE/node-oauth2.unavailable" 2>/dev/null; }

setup_file()
{
	[ -z "$(reason)" ] || return 0
	echo '127.0.0.1 node.test' >>/etc/hosts
	install -d -m 755 "$NODE" "$STACKS"
	printf '%s körper +&=%%;"\\9' "$(openssl rand -hex 12)" >"$WORLD/bob.password"
	printf 'se+cret %%&=%s' "$(openssl rand -hex 12)" >"$WORLD/client.password"
	chmod 644 "$WORLD/client.password"
	{
		for name in alice bob; do printf '%s=%s\n' "$name" "$(vendor_password "$name")"; done
		printf 'client=%s\n' "$(cat "$WORLD/client.password")"
	} >"$NODE/secrets"
	"$SOURCE/tests/servers/node-oauth2" start "$NODE"
	install -m 644 "$NODE/ca.pem" /etc/apitoken/node-ca.pem
	pam_service
}
teardown_file() { [ -n "$(reason)" ] || "$SOURCE/tests/servers/node-oauth2" stop "$NODE"; }

setup()
{
	[ -z "$(reason)" ] || skip "@node-oauth/oauth2-server: $(reason)"
	clear_keys alice bob carol dave localuser
	clear_log
	printf 0 >"$AUTHENTICATIONS"
	PAMH=()
	SERVICE=acme
}

teardown()
{
	[ -z "$(reason)" ] || return 0
	wait_until 10 ours_are_gone
	assert_keys_time_out
	mapfile -t secrets < <(awk 1 "$WORLD"/*.password)
	assert_no_canary "${secrets[@]}"
}

# node [CLIENT]: the example
node()
{
	example oauth2-server "s#https://node.example.com#https://node.test:$(cat "$NODE/port")#; s/^client_id = .*/client_id = ${1:-apitoken}/
		s#^client_secret_file.*#client_secret_file = $WORLD/client.password#; /^dialect/a ca_file = /etc/apitoken/node-ca.pem"
}

owner()
{
	printf 'Authorization: Bearer %s' "$1" | curl -sS --max-time 20 --cacert "$NODE/ca.pem" -H @- "https://node.test:$(cat "$NODE/port")/whoami" | jq -r .user
}

@test "@node-oauth/oauth2-server: a login with the secret raw by Basic, and the server knows the token" {
	node
	logs_in
	[ "$(owner "$(of_record access_token)")" = alice ]
	[ $(($(of_record access_expires_at) - $(of_record obtained_at))) -ge 598 ]
	host bob "$(vendor_password bob)" auth setcred
	said 'auth PAM_SUCCESS'
}

@test "@node-oauth/oauth2-server: the secret form-encoded, or a client without the grant, is the configuration's fault" {
	node
	sed -i 's/basic_raw/basic_form/' /etc/apitoken/vendors.d/oauth2-server.conf
	no_login
	said 'auth PAM_SERVICE_ERR'
	[[ "$(log_lines)" == *invalid_client* ]]
	node weak
	no_login
	said 'auth PAM_SERVICE_ERR'
}

@test "@node-oauth/oauth2-server: the secret in the body" {
	node
	sed -i 's/basic_raw/post/' /etc/apitoken/vendors.d/oauth2-server.conf
	logs_in
}

@test "@node-oauth/oauth2-server: a wrong password and an unknown user are refused; an unknown scope is the configuration's fault" {
	node
	no_login 'wrong password'
	said 'auth PAM_AUTH_ERR'
	host dave 'some password' auth
	said 'auth PAM_AUTH_ERR'
	sed -i '/^dialect/a scope = nosuchscope' /etc/apitoken/vendors.d/oauth2-server.conf
	no_login
	said 'auth PAM_SERVICE_ERR'
}

@test "@node-oauth/oauth2-server: a refresh rotates, and the older refresh token is dead" {
	local older
	node
	logs_in
	older=$(of_record refresh_token)
	aged 60
	as alice apitoken refresh oauth2-server
	[ "$(of_record refresh_token)" != "$older" ]
	[ "$(owner "$(of_record access_token)")" = alice ]
	run "$RIGS/fetchcall" --libexec "$LIBEXEC" /etc/apitoken oauth2-server refresh < <(printf %s "$older")
	grep -qx 'verdict=login_again' <<<"$output"
}

@test "@node-oauth/oauth2-server: a public client, which names itself in the form alone" {
	"$SOURCE/tests/servers/node-oauth2" stop "$NODE"
	PUBLIC=1 "$SOURCE/tests/servers/node-oauth2" start "$NODE"
	node
	sed -i '/^client_secret_file/d' /etc/apitoken/vendors.d/oauth2-server.conf
	logs_in
	aged 60
	as alice apitoken refresh oauth2-server
	[ "$(owner "$(of_record access_token)")" = alice ]
}
