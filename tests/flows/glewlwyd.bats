# glewlwyd, an identity server that nobody here wrote, as the vendor: Debian's own package over TLS.

load helper

GLEWLWYD=/run/test-vendor/glewlwyd

password() { cat "$GLEWLWYD/password"; }

# Access tokens live for six seconds, so they are renewed when less than three are left.
setup_file()
{
	echo '127.0.0.1 glewlwyd.test' >>/etc/hosts
	GLEWLWYD_ACCESS_SECONDS=6 "$SOURCE/tests/servers/glewlwyd" start "$GLEWLWYD"
	configure
	start_sshd
}

teardown_file()
{
	stop_sshd
	"$SOURCE/tests/servers/glewlwyd" stop "$GLEWLWYD"
}

setup()
{
	clear_keys alice bob carol dave localuser
	clear_log
}

configure()
{
	install -m 644 "$GLEWLWYD/ca.pem" /etc/apitoken/glewlwyd-ca.pem
	printf '[pam]\nvendor = glewlwyd\non_last_logout = keep\n' >/etc/apitoken/apitoken.conf
	cat >/etc/apitoken/vendors.d/glewlwyd.conf <<-END
	[vendor]
	dialect = glewlwyd
	token_url = https://glewlwyd.test:$(cat "$GLEWLWYD/port")/api/oidc/token
	scope = login
	ca_file = /etc/apitoken/glewlwyd-ca.pem
	hosts = git.test
	END
}

is_refused()
{
	run login_ssh "$1" "$2" 'id -un'
	[ "$status" -ne 0 ]
	[[ "$output" == *"Permission denied"* ]]
	assert_no_token "$1"
}

@test "glewlwyd: ssh by password" {
	run login_ssh alice "$(password)" 'id -un'
	[ "$output" = alice ]
	assert_token alice glewlwyd
	assert_no_token localuser
}

@test "glewlwyd: ssh by keyboard-interactive, with a password of odd characters" {
	run login_ssh_kbdint bob "$(cat "$GLEWLWYD/odd-password")" 'id -un'
	[ "$output" = bob ]
	assert_token bob glewlwyd
	assert_no_token localuser
}

@test "glewlwyd: su to alice leaves the token with alice, not with the caller" {
	run login_su localuser alice "$(password)" id -un
	[ "$status" -eq 0 ]
	assert_token alice glewlwyd
	assert_no_token localuser
}

@test "glewlwyd: a wrong password is refused" {
	is_refused alice wrong
	log_lines
	[[ "$(log_lines)" == *refused* ]]
}

@test "glewlwyd: a disabled user is refused" {
	is_refused carol "$(password)"
}

@test "glewlwyd: a user whom it does not know is refused" {
	is_refused dave "$(password)"
}

# Its document's URLs have two slashes behind the host, and no password among the grants.
@test "NET-04 glewlwyd by its issuer: login, refresh, and a wrong password" {
	sed -i 's#^token_url = .*#issuer = https://glewlwyd.test:'"$(cat "$GLEWLWYD/port")"'/api/oidc#' /etc/apitoken/vendors.d/glewlwyd.conf
	run login_ssh alice "$(password)" 'id -un'
	[ "$output" = alice ]
	assert_token alice glewlwyd
	local old
	old=$(token)
	wait_until 20 token_changed "$old"
	token_is_good "$(token)"
	clear_keys alice
	is_refused alice wrong
	configure
}

token() { as alice apitoken token glewlwyd; }
token_changed() { [ "$(token)" != "$1" ]; }

@test "glewlwyd: six at once renew the token, again and again, and the login lives on" {
	login_ssh alice "$(password)"
	local old
	for _ in 1 2 3; do
		old=$(token)
		for number in 1 2 3 4 5 6; do
			{ wait_until 20 token_changed "$old" && token >"/tmp/token$number"; } 3>&- &
		done
		wait
		[ "$(cat /tmp/token[1-6] | sort -u | wc -l)" -eq 1 ]
		token_is_good "$(cat /tmp/token1)"
		rm /tmp/token[1-6]
	done
}

# Its own profile endpoint judges the token.
token_is_good()
{
	printf 'Authorization: Bearer %s' "$1" | curl -sS --fail -o /dev/null --cacert "$GLEWLWYD/ca.pem" -H @- \
		"https://glewlwyd.test:$(cat "$GLEWLWYD/port")/api/oidc/userinfo"
}

# revoking: a client with a secret, which alone may revoke, and both settings that make use of it. The secret is not what form-encoding leaves alone.
revoking()
{
	local secret=/etc/apitoken/glewlwyd.secret base
	base=https://glewlwyd.test:$(cat "$GLEWLWYD/port")/api
	if [ ! -e "$secret" ]; then
		printf '%s+%%' "$(openssl rand -hex 12)" >"$secret"
		chmod 644 "$secret"
		jq -n --rawfile secret "$secret" '{client_id: "tools", name: "tools", confidential: true, client_secret: $secret, enabled: true, scope: [],
			token_endpoint_auth_method: ["client_secret_basic"], authorization_type: ["password", "refresh_token"], redirect_uri: ["https://127.0.0.1/"]}' |
			curl -sS --fail -o /dev/null --cacert "$GLEWLWYD/ca.pem" -b "$GLEWLWYD/cookies" -H Content-Type:application/json -d @- "$base/client/"
	fi
	configure
	printf '%s\n' 'client_id = tools' "client_secret_file = $secret" 'on_logout = revoke' 'revoke_displaced = yes' \
		'[variables]' "revoke_url = $base/oidc/revoke" >>/etc/apitoken/vendors.d/glewlwyd.conf
}

# lives, ended REFRESH-TOKEN: what the server says of it.
refreshed() { "$RIGS/fetchcall" --libexec /usr/local/libexec/apitoken /etc/apitoken glewlwyd refresh < <(printf %s "$1"); }
lives() { refreshed "$1" | grep -qx 'result=0'; }
ended() { refreshed "$1" | grep -qx 'rule=refresh_ended'; }
refresh_token() { as alice keyctl pipe "$(token_of alice glewlwyd | cut -d' ' -f1)" | sed -n 's/^refresh_token=//p'; }
logs_in_by_hand() { as alice apitoken login --password-stdin < <(password); }

@test "glewlwyd: a logout ends the login at the server, by URL and by issuer, and one that is not told of lives on" {
	local old way
	for way in url issuer; do
		revoking
		[ "$way" = url ] || sed -i -e '/^\[variables\]/,$d' -e 's#^token_url = .*#issuer = https://glewlwyd.test:'"$(cat "$GLEWLWYD/port")"'/api/oidc#' \
			/etc/apitoken/vendors.d/glewlwyd.conf
		logs_in_by_hand
		old=$(refresh_token)
		run as alice apitoken logout
		echo "$output"
		[ "$output" = "Logged out of vendor 'glewlwyd'." ]
		ended "$old"
		logs_in_by_hand
		old=$(refresh_token)
		sed -i 's/^on_logout.*/on_logout = delete/' /etc/apitoken/vendors.d/glewlwyd.conf
		as alice apitoken logout
		lives "$old"
	done
	configure
}

@test "glewlwyd: a login that replaces another ends that one, and is not ended with it" {
	revoking
	logs_in_by_hand
	local old
	old=$(refresh_token)
	run logs_in_by_hand
	echo "$output"
	[ "${#lines[@]}" -eq 1 ]
	ended "$old"
	lives "$(refresh_token)"
	configure
}

@test "glewlwyd: a trial leaves no session, and a client without a secret is told why it cannot end one" {
	revoking
	run as alice apitoken check --vendor glewlwyd --login --password-stdin < <(password)
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *'session: ended at the vendor'* ]]
	sed -i '/^client_/d' /etc/apitoken/vendors.d/glewlwyd.conf
	logs_in_by_hand
	local old
	old=$(refresh_token)
	run as alice apitoken logout
	echo "$output"
	configure
	[ "$status" -eq 0 ]
	[[ "$output" == *"vendor 'glewlwyd' could not be told"*401* ]]
	assert_no_token alice
	lives "$old"
}

@test "glewlwyd: no secret in a log, a file or a process" {
	login_ssh alice "$(password)"
	assert_no_canary "$(password)" "$(as alice apitoken token glewlwyd)"
}

@test "glewlwyd stopped: the vendor's user is denied as unavailable, and the local user gets in" {
	"$SOURCE/tests/servers/glewlwyd" stop "$GLEWLWYD"
	is_refused alice "$(password)"
	log_lines
	[[ "$(log_lines)" == *unavailable* ]]
	run login_ssh localuser "$LOCAL_PASSWORD" 'id -un'
	[ "$output" = localuser ]
	"$SOURCE/tests/servers/glewlwyd" start "$GLEWLWYD"
}
