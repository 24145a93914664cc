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
