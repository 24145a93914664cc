# A company's own Keycloak: "revoke refresh token" on, a person with a one-time code, confidential clients, offline tokens, the end of a session.

load ../flows/helper
load ../flows/tools
load ../flows/refresh

KEYCLOAK=/run/test-vendor/keycloak
readonly TOKEN_LIFE=600 # of the realm
readonly GIT_PORT=8444

reason() { tail -n 1 "$APITOKEN_TEST_CACHE/keycloak-$KEYCLOAK_VERSION.unavailable" 2>/dev/null; }

setup_file()
{
	[ -z "$(reason)" ] || return 0
	echo '127.0.0.1 keycloak.test' >>/etc/hosts
	"$SOURCE/tests/servers/keycloak" start "$KEYCLOAK"
	install -m 644 "$KEYCLOAK/ca.pem" /etc/apitoken/keycloak-ca.pem
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
	clear_keys alice bob carol dave
	clear_log
	printf '[pam]\nvendor = staff\non_last_logout = keep\n' >/etc/apitoken/apitoken.conf
}

staff_password() { cat "$KEYCLOAK/staff.password"; }
issuer() { echo "https://keycloak.test:$(cat "$KEYCLOAK/port")/auth/realms/staff"; }
token_url() { echo "$(issuer)/protocol/openid-connect/token"; }

# staff_vendor CLIENT [LINE]...: the vendor's file; LINEs end it, and may begin further sections.
staff_vendor()
{
	local client=$1
	shift
	printf '%s\n' '[vendor]' 'dialect = keycloak' "issuer = $(issuer)" "client_id = $client" 'ca_file = /etc/apitoken/keycloak-ca.pem' \
		'hosts = git.test' "$@" >/etc/apitoken/vendors.d/staff.conf
	chmod 644 /etc/apitoken/vendors.d/staff.conf
}

cli_login() { as alice apitoken login staff --password-stdin "$@" < <(staff_password; echo); }
generation() { value_of alice staff generation; }
# at_keycloak FIELD=VALUE...: what the token endpoint itself says.
at_keycloak()
{
	local field fields=()
	for field; do fields+=(--data-urlencode "$field"); done
	curl -sS --cacert "$KEYCLOAK/ca.pem" "$(token_url)" "${fields[@]}"
}
# renews TOKEN: whether Keycloak takes that refresh token.
renews() { "$RIGS/fetchcall" --libexec /usr/local/libexec/apitoken /etc/apitoken staff refresh < <(printf %s "$1"); }

# ---- "revoke refresh token" -------------------------------------------------------------------------------------------------

@test "Keycloak ends a session whose old refresh token comes back" {
	local old
	staff_vendor apitoken
	cli_login
	old=$(value_of alice staff refresh_token)
	aged alice "$TOKEN_LIFE" staff
	ask alice git.test get | grep -q '^password='
	run at_keycloak grant_type=refresh_token client_id=apitoken "refresh_token=$old"
	echo "$output"
	[[ "$output" == *'Maximum allowed refresh token reuse exceeded'* ]]
	aged alice "$TOKEN_LIFE" staff
	run ask alice git.test get
	echo "$output"
	[ "$status" -eq 4 ]
	[[ "$output" == *'log in again: apitoken login staff'* ]]
}

@test "REF-01 Keycloak: 200 gets at the token's end get one token by one refresh, and the login lives on" {
	local generation
	staff_vendor apitoken
	cli_login
	for generation in 2 4; do
		no_run_folder
		[ "$generation" = 2 ] || run_folder alice
		aged alice "$TOKEN_LIFE" staff
		many_gets 200 alice git.test
		tokens_got git.test
		[ "$(tokens_got git.test)" = '200 answers, 1 tokens' ]
		[ "$(generation)" = "$generation" ]
		lives alice git.test staff
	done
}

# repositories FOLDER: whole.git with one.git and two.git as its submodules.
repositories()
{
	local name work git=(git -c user.name=test -c user.email=test@keycloak.test -c init.defaultBranch=main)
	for name in one two whole; do
		work=$(mktemp -d)
		"${git[@]}" init -q "$work"
		echo "$name" >"$work/README"
		[ "$name" != whole ] || submodules "$1" "$work"
		"${git[@]}" -C "$work" add README
		"${git[@]}" -C "$work" commit -qm "$name"
		git clone -q --bare "$work" "$1/$name.git"
	done
}
submodules()
{
	local name
	for name in one two; do
		printf '[submodule "%s"]\n\tpath = %s\n\turl = ../%s.git\n' "$name" "$name" "$name" >>"$2/.gitmodules"
		git -C "$2" update-index --add --cacheinfo "160000,$(git -C "$1/$name.git" rev-parse HEAD),$name"
	done
	git -C "$2" add .gitmodules
}

git_server()
{
	"$SOURCE/tests/servers/git-userinfo" "$GIT_PORT" "$KEYCLOAK/server.pem" "$KEYCLOAK/server.key" "$KEYCLOAK/ca.pem" \
		"$(issuer)/protocol/openid-connect/userinfo" "$KEYCLOAK/git" "$1" </dev/null >"$KEYCLOAK/git.log" 2>&1 3>&- &
	GIT_SERVER=$!
	wait_until 30 port_open "$GIT_PORT"
}

# Each of the three gits asks its helper seven seconds after the token of the one before was got, and a token lives for twelve.
@test "a clone with two submodules over three refreshes: the git server asks Keycloak about each token" {
	staff_vendor apitoken-short 'scope = openid' '[host keycloak.test:8444]' 'git_auth = basic'
	sed -i "s/^hosts = .*/hosts = keycloak.test:$GIT_PORT/" /etc/apitoken/vendors.d/staff.conf
	mkdir "$KEYCLOAK/git"
	repositories "$KEYCLOAK/git"
	git_server 7
	cli_login
	run as alice env GIT_TERMINAL_PROMPT=0 git -c credential.helper=apitoken -c "http.sslCAInfo=/etc/apitoken/keycloak-ca.pem" \
		clone -q --recurse-submodules "https://keycloak.test:$GIT_PORT/whole.git" /tmp/clone
	kill "$GIT_SERVER"
	echo "$output"
	cat "$KEYCLOAK/git.log"
	[ "$status" -eq 0 ]
	[ "$(cat /tmp/clone/README /tmp/clone/one/README /tmp/clone/two/README)" = $'whole\none\ntwo' ]
	[ "$(generation)" -ge 4 ]
	[ "$(sort -u "$KEYCLOAK/git.log")" = alice ]
}

# ---- one-time codes ---------------------------------------------------------------------------------------------------------

code_of() { "$SOURCE/tests/servers/keycloak" code "$KEYCLOAK" "code-$1"; }

# The code is typed behind the password, as otp_digits says. Keycloak takes a code once.
@test "a person with a one-time code: ssh with password and code; a used, a wrong and no code are refused" {
	local typed
	staff_vendor apitoken 'username = code-%u' 'otp_digits = 6'
	typed=$(staff_password)$(code_of alice)
	run login_ssh alice "$typed" 'id -un'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = alice ]
	assert_token alice staff
	[ "$(value_of alice staff account)" = code-alice ]
	assert_no_canary "$(staff_password)"
	clear_keys alice
	for typed in "$typed" "$(staff_password)000000" "$(staff_password)"; do
		run login_ssh alice "$typed" 'id -un'
		[ "$status" -ne 0 ]
		[[ "$(log_lines)" == *'rule wrong_password'* ]]
		assert_no_token alice
		clear_log
	done
}

@test "a person with a one-time code: keyboard-interactive by the dialect apiax, and apitoken login by vyopta" {
	staff_vendor apitoken "token_url = $(token_url)" 'username = code-%u' 'otp_digits = 6'
	sed -i '/^issuer/d; s/^dialect = .*/dialect = apiax/' /etc/apitoken/vendors.d/staff.conf
	run login_ssh_kbdint bob "$(staff_password)$(code_of bob)" 'id -un'
	echo "$output"
	[ "$output" = bob ]
	assert_token bob staff
	sed -i 's/^dialect = .*/dialect = vyopta/' /etc/apitoken/vendors.d/staff.conf
	as carol apitoken login staff --password-stdin < <(printf '%s%s\n' "$(staff_password)" "$(code_of carol)")
	assert_token carol staff
}

@test "without otp_digits a person with a one-time code is refused, and one without a code gets in with it" {
	staff_vendor apitoken 'username = code-%u'
	run login_ssh alice "$(staff_password)$(code_of alice)" 'id -un'
	[ "$status" -ne 0 ]
	assert_no_token alice
	staff_vendor apitoken 'otp_digits = 6'
	run login_ssh alice "$(staff_password)" 'id -un'
	[ "$output" = alice ]
}

# ---- confidential clients ---------------------------------------------------------------------------------------------------

# secret_vendor FILE CLIENT [LINE]...: FILE, readable for alice, is the client's secret.
secret_vendor()
{
	local file=$1
	shift
	install -m 644 "$file" /etc/apitoken/staff.secret
	staff_vendor "$1" 'client_secret_file = /etc/apitoken/staff.secret' 'on_logout = revoke' "${@:2}"
}

# The whole life: login, renewal, logout at the vendor.
lives_and_ends()
{
	local token
	cli_login
	lives alice git.test staff
	token=$(value_of alice staff refresh_token)
	run as alice apitoken logout staff
	echo "$output"
	[ "$output" = "Logged out of vendor 'staff'." ]
	run renews "$token"
	echo "$output"
	grep -qx verdict=login_again <<<"$output"
}

@test "a client secret of odd characters by Basic, form-encoded, and in the body; raw it is refused as the client's fault" {
	secret_vendor "$KEYCLOAK/client.secret" apitoken-secret
	lives_and_ends
	secret_vendor "$KEYCLOAK/client.secret" apitoken-secret '[step login]' 'client_auth = post' '[step refresh]' 'client_auth = post' \
		'[step revoke]' 'client_auth = post'
	lives_and_ends
	secret_vendor "$KEYCLOAK/client.secret" apitoken-secret '[step login]' 'client_auth = basic_raw'
	run cli_login
	echo "$output"
	[ "$status" -eq 6 ]
	[[ "$output" == *'rule client_or_request'* ]]
}

signed() { printf '[step %s]\nclient_auth = assertion\n' login refresh revoke; }

@test "a client that signs assertions with RS256: login, refresh and logout are verified by Keycloak" {
	secret_vendor "$KEYCLOAK/client.key" apitoken-signed "$(signed)"
	lives_and_ends
}

@test "another key than the client's is refused as the client's fault" {
	openssl genrsa -out /tmp/other.key 2048 2>/dev/null
	secret_vendor /tmp/other.key apitoken-signed "$(signed)"
	run cli_login
	echo "$output"
	[ "$status" -eq 6 ]
	[[ "$output" == *'rule client_or_request'* ]]
	assert_no_token alice
}

# example NAME SED-SCRIPT: the shipped file with this Keycloak's address.
example()
{
	sed -e "s|^\\(client_secret_file = \\).*|\\1/etc/apitoken/staff.secret\nca_file = /etc/apitoken/keycloak-ca.pem|; s/^hosts = .*/hosts = git.test/" \
		-e "$2" "/usr/local/share/apitoken/examples/$1.conf" >/etc/apitoken/vendors.d/staff.conf
	cat /etc/apitoken/vendors.d/staff.conf
}

@test "the shipped keycloak-secret, and the same for a person with a one-time code" {
	install -m 644 "$KEYCLOAK/client.secret" /etc/apitoken/staff.secret
	example keycloak-secret "s|^token_url = .*|token_url = $(token_url)|; s/^client_id = .*/client_id = apitoken-secret/"
	cli_login
	lives alice git.test staff
	sed -i 's/^hosts = .*/&\nusername = code-%u\notp_digits = 6/' /etc/apitoken/vendors.d/staff.conf
	as dave apitoken login staff --password-stdin < <(printf '%s%s\n' "$(staff_password)" "$(code_of dave)")
	assert_token dave staff
}

# The client is known by the assertion alone: no client_id is sent. The vendor's issuer differs from its subject; a Keycloak takes one name for both.
@test "the shipped apiax-2fa: a signed assertion in place of client_id" {
	install -m 644 "$KEYCLOAK/client.key" /etc/apitoken/staff.secret
	example apiax-2fa "s|^\\[vendor\\]|&\ntoken_url = $(token_url)|; s/^\\(assertion_[a-z]* = \\).*/\\1apitoken-signed/"
	cli_login
	lives alice git.test staff
}

# ---- offline tokens, and the end --------------------------------------------------------------------------------------------

@test "scope offline_access: a refresh token without an end is renewed, and logout ends it" {
	staff_vendor apitoken 'scope = offline_access' 'on_logout = revoke'
	cli_login
	[ "$(value_of alice staff refresh_token | cut -d. -f2 | tr _- /+ | base64 -d 2>/dev/null | grep -o '"typ":"[^"]*"')" = '"typ":"Offline"' ]
	run value_of alice staff refresh_expires_at
	[[ "$output" =~ ^0?$ ]]
	as alice apitoken logout staff
	lives_and_ends
}

@test "RFC 7009 by the dialect oauth2: the revocation endpoint of Keycloak's document ends the session" {
	staff_vendor apitoken 'on_logout = revoke'
	sed -i 's/^dialect = .*/dialect = oauth2/' /etc/apitoken/vendors.d/staff.conf
	lives_and_ends
}
