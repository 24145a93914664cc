# Django, which nobody here wrote, as two vendors: OAuth Toolkit (dialect oauth2) and simplejwt (dialect simplejwt), Debian's packages over TLS.

load vendors

readonly DJANGO=$WORLD/django

setup_file()
{
	echo '127.0.0.1 django.test' >>/etc/hosts
	install -d -m 755 "$DJANGO" "$STACKS" /etc/apitoken/secrets
	printf '%s körper +&=%%;"\\9' "$(openssl rand -hex 12)" >"$WORLD/bob.password"
	printf 'se+cret %%&=%s' "$(openssl rand -hex 12)" >"$WORLD/client.password"
	chmod 644 "$WORLD/client.password"
	{
		for user in alice bob carol; do printf '%s=%s\n' "$user" "$(vendor_password "$user")"; done
		printf 'client=%s\n' "$(cat "$WORLD/client.password")"
	} >"$DJANGO/secrets"
	"$SOURCE/tests/servers/django" start "$DJANGO"
	install -m 644 "$DJANGO/ca.pem" /etc/apitoken/django-ca.pem
	pam_service
	start_sshd
}
teardown_file() { stop_sshd; "$SOURCE/tests/servers/django" stop "$DJANGO"; }

setup()
{
	clear_keys alice bob carol dave localuser
	clear_log
	printf 0 >"$AUTHENTICATIONS"
	PAMH=()
	SERVICE=acme
}

teardown()
{
	wait_until 10 ours_are_gone
	assert_keys_time_out
	mapfile -t secrets < <(awk 1 "$WORLD"/*.password)
	assert_no_canary "${secrets[@]}"
}

# here [SED COMMANDS]: the example's installation is ours.
here() { printf 's#https://[a-z]*.example.com#https://django.test:%s#; %s /^dialect/a ca_file = /etc/apitoken/django-ca.pem' "$(cat "$DJANGO/port")" "${1:-}"; }

# toolkit CLIENT [basic_form|basic_raw|post]: the example; without a method a public client.
toolkit()
{
	example django-oauth-toolkit "$(here "s/^client_id = .*/client_id = $1/; s#^client_secret_file.*#${2:+client_secret_file = $WORLD/client.password}#;")"
	if [ -n "${2:-}" ]; then
		added $'[step login]\nclient_auth = '"$2"$'\n[step refresh]\nclient_auth = '"$2"
	fi
}

# is_good TOKEN USER: the server itself says whose it is.
is_good() { [ "$(owner "$1")" = "$2" ]; }
owner()
{
	printf 'Authorization: Bearer %s' "$1" | curl -sS --max-time 20 --cacert "$DJANGO/ca.pem" -H @- "https://django.test:$(cat "$DJANGO/port")/whoami" |
		jq -r .user
}

says() { log_lines; [[ "$(log_lines)" == *"$1"* ]]; }

@test "OAuth Toolkit: ssh by password, and the server knows the token" {
	toolkit public
	run login_ssh alice "$(vendor_password alice)" 'id -un'
	[ "$output" = alice ]
	assert_token alice "$VENDOR"
	is_good "$(of_record access_token)" alice
	[ $(($(of_record access_expires_at) - $(of_record obtained_at))) -eq 600 ]
}

@test "OAuth Toolkit: a password full of odd characters" {
	toolkit apitoken basic_form
	host bob "$(vendor_password bob)" auth setcred
	said 'auth PAM_SUCCESS'
	assert_token bob "$VENDOR"
}

@test "OAuth Toolkit: the secret form-encoded by Basic, and in the body" {
	local method
	for method in basic_form post; do
		clear_keys alice
		toolkit apitoken "$method"
		logs_in || { echo "$method"; return 1; }
		is_good "$(of_record access_token)" alice
	done
}

@test "OAuth Toolkit: the secret raw by Basic, a wrong secret, an unknown client and a client without the grant are the configuration's fault" {
	toolkit apitoken basic_raw
	no_login
	said 'auth PAM_SERVICE_ERR'
	says invalid_client
	toolkit nosuchclient
	no_login
	said 'auth PAM_SERVICE_ERR'
	toolkit other post
	no_login
	said 'auth PAM_SERVICE_ERR'
	says unauthorized_client
}

@test "OAuth Toolkit: wrong password, unknown and disabled user are refused" {
	toolkit public
	no_login 'wrong password'
	said 'auth PAM_AUTH_ERR'
	says 'invalid_grant'
	host dave 'some password' auth
	said 'auth PAM_AUTH_ERR'
	host carol "$(vendor_password carol)" auth
	said 'auth PAM_AUTH_ERR'
	assert_no_token alice carol dave
}

@test "OAuth Toolkit: an unknown scope is the configuration's fault" {
	toolkit public
	sed -i '/^dialect/a scope = nosuchscope' "/etc/apitoken/vendors.d/$VENDOR.conf"
	no_login
	said 'auth PAM_SERVICE_ERR'
	says invalid_scope
}

@test "OAuth Toolkit: a refresh rotates; the older refresh token is dead, and says: log in again" {
	local first record
	toolkit apitoken basic_form
	logs_in
	first=$(of_record access_token)
	record=$(of_record refresh_token)
	aged 60
	as alice apitoken refresh "$VENDOR"
	[ "$(of_record access_token)" != "$first" ]
	[ "$(of_record refresh_token)" != "$record" ]
	is_good "$(of_record access_token)" alice
	run "$RIGS/fetchcall" --libexec "$LIBEXEC" /etc/apitoken "$VENDOR" refresh < <(printf %s "$record")
	echo "$output"
	grep -qx 'verdict=login_again' <<<"$output"
}

@test "OAuth Toolkit: many refreshes at once do not end the login" {
	toolkit public
	logs_in
	aged 60
	for _ in 1 2 3 4 5 6; do as alice apitoken refresh "$VENDOR" >/dev/null 3>&- & done
	wait
	is_good "$(of_record access_token)" alice
	aged 60
	as alice apitoken refresh "$VENDOR"
}

@test "OAuth Toolkit: a revoked refresh token is dead (RFC 7009)" {
	toolkit apitoken basic_form
	added $'[step revoke]\nurl = https://django.test:'"$(cat "$DJANGO/port")"$'/o/revoke_token/\nclient_auth = basic_form\nfield.token = {refresh_token}\nfield.token_type_hint = refresh_token'
	logs_in
	run "$RIGS/fetchcall" --libexec "$LIBEXEC" /etc/apitoken "$VENDOR" revoke < <(of_record refresh_token | tr -d '\n')
	echo "$output"
	grep -qx 'result=0' <<<"$output"
	[ "$(owner "$(of_record access_token)")" = null ]
	aged 60
	run as alice apitoken refresh "$VENDOR"
	echo "$output"
	[ "$status" -eq 4 ]
}

@test "simplejwt: a login, whose answer tells no lifetime; the server knows the token" {
	example simplejwt "$(here)"
	logs_in
	is_good "$(of_record access_token)" alice
	[ $(($(of_record access_expires_at) - $(of_record obtained_at))) -eq 300 ]
	[ $(($(of_record refresh_expires_at) - $(of_record obtained_at))) -eq 86400 ]
}

@test "simplejwt: a refresh rotates, and the older token is dead" {
	local record
	example simplejwt "$(here)"
	logs_in
	record=$(of_record refresh_token)
	aged 60
	as alice apitoken refresh simplejwt
	is_good "$(of_record access_token)" alice
	[ "$(of_record refresh_token)" != "$record" ]
	run "$RIGS/fetchcall" --libexec "$LIBEXEC" /etc/apitoken simplejwt refresh < <(printf %s "$record")
	grep -qx 'verdict=login_again' <<<"$output"
	grep -qx 'code=token_not_valid' <<<"$output"
}

@test "simplejwt: wrong password, unknown and disabled user are refused; a wrong path is the configuration's fault" {
	example simplejwt "$(here)"
	no_login 'wrong password'
	said 'auth PAM_AUTH_ERR'
	host carol "$(vendor_password carol)" auth
	said 'auth PAM_AUTH_ERR'
	sed -i 's#^\(base_url = .*\)/api#\1/nowhere#' /etc/apitoken/vendors.d/simplejwt.conf
	no_login
	said 'auth PAM_SERVICE_ERR'
}

@test "Django stopped: the vendor's user is denied as unavailable" {
	toolkit public
	"$SOURCE/tests/servers/django" stop "$DJANGO"
	no_login
	said 'auth PAM_AUTHINFO_UNAVAIL'
	"$SOURCE/tests/servers/django" start "$DJANGO"
	logs_in
}
