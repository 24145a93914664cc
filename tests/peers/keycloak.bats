# A real Keycloak, with the realms of the two vendors that are Keycloaks: the same logins as against the test vendor.

load ../flows/helper

KEYCLOAK=/run/test-vendor/keycloak

# Of a realm.
password() { cat "$KEYCLOAK/$1.password"; }
odd_password() { cat "$KEYCLOAK/$1.odd-password"; }

reason() { tail -n 1 "$APITOKEN_TEST_CACHE/keycloak-$KEYCLOAK_VERSION.unavailable" 2>/dev/null; }

setup_file()
{
	[ -z "$(reason)" ] || return 0
	echo '127.0.0.1 keycloak.test' >>/etc/hosts
	"$SOURCE/tests/servers/keycloak" start "$KEYCLOAK"
	install -m 644 "$KEYCLOAK/ca.pem" /etc/apitoken/keycloak-ca.pem
	vendor_file apiax integration-api git.test
	vendor_file vyopta vyopta registry.vendor.test
	start_sshd
}

teardown_file()
{
	stop_sshd
	"$SOURCE/tests/servers/keycloak" stop "$KEYCLOAK"
}

setup()
{
	[ -z "$(reason)" ] || skip "Keycloak $KEYCLOAK_VERSION: $(reason)"
	clear_keys alice bob carol dave localuser
	clear_log
}

# vendor_file REALM CLIENT HOST: the vendor as an administrator writes it, with the vendor's own dialect.
vendor_file()
{
	cat >"/etc/apitoken/vendors.d/$1.conf" <<-END
	[vendor]
	dialect = $1
	token_url = https://keycloak.test:$(cat "$KEYCLOAK/port")/auth/realms/$1/protocol/openid-connect/token
	client_id = $2
	ca_file = /etc/apitoken/keycloak-ca.pem
	hosts = $3
	END
}

# logs_in REALM FUNCTION USER PASSWORD: PAM asks that realm; USER gets in, and USER alone has a token.
logs_in()
{
	printf '[pam]\nvendor = %s\non_last_logout = keep\n' "$1" >/etc/apitoken/apitoken.conf
	run "$2" "$3" "$4" 'id -un'
	[ "$status" -eq 0 ]
	[ "$output" = "$3" ]
	assert_token "$3" "$1"
	assert_no_token localuser
}

# is_refused REALM FUNCTION USER PASSWORD
is_refused()
{
	printf '[pam]\nvendor = %s\non_last_logout = keep\n' "$1" >/etc/apitoken/apitoken.conf
	run "$2" "$3" "$4" 'id -un'
	[ "$status" -ne 0 ]
	[[ "$output" == *"Permission denied"* ]]
	assert_no_token "$3"
}

@test "apiax: ssh by password" {
	logs_in apiax login_ssh alice "$(password apiax)"
}

@test "apiax: ssh by keyboard-interactive, with a password of odd characters" {
	logs_in apiax login_ssh_kbdint bob "$(odd_password apiax)"
}

@test "vyopta: ssh by password" {
	logs_in vyopta login_ssh alice "$(password vyopta)"
}

@test "vyopta: ssh by keyboard-interactive, with a password of odd characters" {
	logs_in vyopta login_ssh_kbdint bob "$(odd_password vyopta)"
}

@test "apiax: su to alice leaves the token with alice, not with the caller" {
	printf '[pam]\nvendor = apiax\non_last_logout = keep\n' >/etc/apitoken/apitoken.conf
	run login_su localuser alice "$(password apiax)" id -un
	[ "$status" -eq 0 ]
	assert_token alice apiax
	assert_no_token localuser
}

@test "apiax: a wrong password is refused" {
	is_refused apiax login_ssh alice wrong
	log_lines
	[[ "$(log_lines)" == *"refused the login: "*"rule wrong_password"* ]]
}

@test "vyopta: the other realm's password is refused" {
	is_refused vyopta login_ssh alice "$(password apiax)"
}

@test "apiax: a disabled user is refused" {
	is_refused apiax login_ssh carol "$(password apiax)"
	log_lines
	[[ "$(log_lines)" == *"this account cannot be used: "*"rule account_disabled"* ]]
}

@test "apiax: a user who must change the password first is refused, and the log says why" {
	is_refused apiax login_ssh dave "$(password apiax)"
	log_lines
	[[ "$(log_lines)" == *"this account cannot be used: "*"rule account_not_set_up"* ]]
}

token() { as alice apitoken token apiax; }
token_changed() { as alice apitoken refresh apiax; [ "$(token)" != "$1" ]; }

# Keycloak ends the login when an old refresh token comes back. Half a minute passes, as a refresh is not forced more often than that.
@test "apiax: six at once refresh the token, twice, and the login lives on" {
	logs_in apiax login_ssh alice "$(password apiax)"
	local old
	for _ in 1 2; do
		old=$(token)
		for number in 1 2 3 4 5 6; do
			{ wait_until 60 token_changed "$old" && token >"/tmp/token$number"; } 3>&- &
		done
		wait
		[ "$(cat /tmp/token[1-6] | sort -u | wc -l)" -eq 1 ]
		rm /tmp/token[1-6]
	done
}

@test "vyopta: no refresh token is kept, and status says: log in again" {
	logs_in vyopta login_ssh alice "$(password vyopta)"
	run as alice apitoken status --json
	[ "$(jq -c '.vendors[] | select(.vendor == "vyopta") | [.renewable, .refresh_expires_at, .seconds_left > 200, .seconds_left <= 300]' <<<"$output")" = \
		'[false,0,true,true]' ]
	[[ "$output" == *"apitoken login vyopta"* ]]
}

# userinfo SED-SCRIPT: the status of Keycloak's own judgement on alice's token, after a change to the header.
userinfo()
{
	as alice apitoken header apiax | sed "$1" | curl -sS --cacert "$KEYCLOAK/ca.pem" -H @- -o /dev/null -w '%{http_code}' \
		"https://keycloak.test:$(cat "$KEYCLOAK/port")/auth/realms/apiax/protocol/openid-connect/userinfo"
}

# 403 is "insufficient scope": a token without the scope openid, but a good one. 401 is "token verification failed".
@test "Keycloak takes the token, and no other" {
	logs_in apiax login_ssh alice "$(password apiax)"
	[ "$(userinfo '')" = 403 ]
	[ "$(userinfo 's/..$/xx/')" = 401 ]
}

@test "no secret in a log, a file or a process" {
	logs_in apiax login_ssh alice "$(password apiax)"
	assert_no_canary "$(password apiax)" "$(as alice apitoken token apiax)"
}

# The realm apiax by the dialect keycloak, found by its issuer.
realm_vendor()
{
	cat >/etc/apitoken/vendors.d/realm.conf <<-END
		[vendor]
		dialect = keycloak
		issuer = https://keycloak.test:$(cat "$KEYCLOAK/port")/auth/realms/apiax
		client_id = integration-api
		on_logout = revoke
		ca_file = /etc/apitoken/keycloak-ca.pem
	END
}

# refreshed TOKEN: what Keycloak says to it.
refreshed() { "$RIGS/fetchcall" --libexec /usr/local/libexec/apitoken /etc/apitoken realm refresh < <(printf %s "$1"); }

@test "NET-04 keycloak: login, refresh and logout by the issuer's document; after the logout the refresh token is dead" {
	local token
	realm_vendor
	logs_in realm login_ssh alice "$(password apiax)"
	token=$(record_of alice realm | sed -n 's/^refresh_token=//p')
	run refreshed "$token"
	grep -qx result=0 <<<"$output"
	run as alice apitoken logout realm
	echo "$output"
	[ "$output" = "Logged out of vendor 'realm'." ]
	run refreshed "$token"
	echo "$output"
	grep -qx verdict=login_again <<<"$output"
	rm /etc/apitoken/vendors.d/realm.conf
}

@test "with Keycloak stopped the vendor's user is denied as unavailable, and the local user gets in" {
	"$SOURCE/tests/servers/keycloak" stop "$KEYCLOAK"
	is_refused apiax login_ssh alice "$(password apiax)"
	log_lines
	[[ "$(log_lines)" == *unavailable* ]]
	run login_ssh localuser "$LOCAL_PASSWORD" 'id -un'
	[ "$output" = localuser ]
}
