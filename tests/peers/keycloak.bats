# A real Keycloak, with the realms of the two vendors that are Keycloaks: the same logins as against the test vendor.

load ../flows/helper

KEYCLOAK=/tmp/canary-allowed/keycloak

setup_file()
{
	local reason=$APITOKEN_TEST_CACHE/keycloak-$KEYCLOAK_VERSION.unavailable
	if [ -s "$reason" ]; then
		skip "Keycloak $KEYCLOAK_VERSION: $(tail -n 1 "$reason")"
	fi
	echo '127.0.0.1 keycloak.test' >>/etc/hosts
	"$SOURCE/tests/servers/keycloak" start "$KEYCLOAK"
	cp "$KEYCLOAK/ca.pem" /etc/apitoken/keycloak-ca.pem
	vendor apiax integration-api git.vendor.test
	vendor vyopta vyopta git2.vendor.test
	start_sshd
}

teardown_file()
{
	stop_sshd
	[ ! -s "$KEYCLOAK/pid" ] || "$SOURCE/tests/servers/keycloak" stop "$KEYCLOAK"
}

setup() { clear_keys alice bob carol dave localuser; clear_log; }

# vendor REALM CLIENT HOST: the vendor's file, with the vendor's own dialect.
vendor()
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

# The vendor that PAM asks.
pam_vendor() { printf '[pam]\nvendor = %s\n' "$1" >/etc/apitoken/apitoken.conf; }

password() { printf '%s CANARY pass' "$1"; }
odd_password() { printf '%s CANARY körper +&=%%;"\\ 9' "$1"; }

# good_login REALM FUNCTION USER PASSWORD: lets USER in, and leaves the token with USER and with nobody else.
good_login()
{
	pam_vendor "$1"
	run "$2" "$3" "$4" 'id -un'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"$3"* ]]
	assert_token "$3" "$1"
	assert_no_token localuser root
}

# refused_login REALM FUNCTION USER PASSWORD
refused_login()
{
	pam_vendor "$1"
	run "$2" "$3" "$4" 'id -un'
	[ "$status" -ne 0 ]
	assert_no_token "$3" root
}

# seconds_left USER VENDOR
seconds_left() { as "$1" apitoken status --json | json_seconds "$2"; }

@test "apiax: ssh by password" { good_login apiax login_ssh alice "$(password apiax)"; }
@test "apiax: ssh by keyboard-interactive, a password of odd characters" { good_login apiax login_ssh_kbdint bob "$(odd_password apiax)"; }
@test "vyopta: ssh by password" { good_login vyopta login_ssh alice "$(password vyopta)"; }
@test "vyopta: ssh by keyboard-interactive, a password of odd characters" { good_login vyopta login_ssh_kbdint bob "$(odd_password vyopta)"; }

@test "apiax: su to alice" {
	pam_vendor apiax
	run login_su localuser alice "$(password apiax)" id -un
	[ "$status" -eq 0 ]
	assert_token alice apiax
	assert_no_token localuser root
}

@test "apiax: a wrong password is refused as such" {
	refused_login apiax login_ssh alice wrong
	[[ "$(log_lines)" == *refused* ]]
}

@test "vyopta: the other realm's password is refused" { refused_login vyopta login_ssh alice "$(password apiax)"; }

@test "apiax: a disabled user is refused" { refused_login apiax login_ssh carol "$(password apiax)"; }

@test "apiax: a user who must change the password first is refused, and the log says why" {
	refused_login apiax login_ssh dave "$(password apiax)"
	[[ "$(log_lines)" == *"not fully set up"* ]]
}

@test "apiax: refresh tokens rotate, and each refresh gives another token" {
	good_login apiax login_ssh alice "$(password apiax)"
	first=$(as alice apiax_token)
}

@test "no secret in a log, a file or a process" { assert_no_canary; }

@test "with Keycloak stopped: the vendor's user is denied, the log says unavailable, the local user is let in" {
	pam_vendor apiax
	"$SOURCE/tests/servers/keycloak" stop "$KEYCLOAK"
	run login_ssh alice "$(password apiax)" 'id -un'
	[ "$status" -ne 0 ]
	[[ "$(log_lines)" == *"keycloak.test"* ]]
	run login_ssh localuser "$LOCAL_PASSWORD" 'id -un'
	[ "$output" = localuser ]
}
