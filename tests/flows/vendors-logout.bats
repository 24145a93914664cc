# apitoken logout, where the vendor can be told: Keycloak's logout endpoint and RFC 7009's revocation.

load vendors

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

keycloak()
{
	vendor_conf keycloak <<-'END'
		[vendor]
		dialect = keycloak
		token_url = https://vendor.test/auth/realms/test/protocol/openid-connect/token
		client_id = apitoken
		on_logout = revoke
		[variables]
		logout_url = https://vendor.test/auth/realms/test/protocol/openid-connect/logout
	END
}

oauth2()
{
	vendor_conf oauth2 <<-'END'
		[vendor]
		dialect = oauth2
		token_url = https://vendor.test/oauth2/token
		client_id = apitoken
		on_logout = revoke
		[variables]
		revoke_url = https://vendor.test/oauth2/revoke
	END
}

# lives REFRESH-TOKEN: the vendor still takes it.
lives()
{
	run "$RIGS/fetchcall" --libexec "$LIBEXEC" /etc/apitoken "$VENDOR" refresh < <(printf %s "$1")
	grep -qx 'result=0' <<<"$output"
}

@test "a logout ends the login at the vendor: Keycloak's endpoint, RFC 7009" {
	local vendor token
	for vendor in keycloak oauth2; do
		"$vendor"
		logs_in
		token=$(of_record refresh_token)
		run as alice apitoken logout
		echo "$output"
		[ "$status" -eq 0 ]
		assert_no_token alice
		[ "$(sent .body | tr '&' '\n' | grep -c -- "=$token$")" = 1 ]
		if lives "$token"; then false; fi
		clear_keys alice
	done
	[ "$(vendor_count '.revocations')" = 2 ]
}

@test "a vendor that cannot be told keeps nobody from logging out, and the person learns of it" {
	keycloak
	logs_in
	vendor_control /answers -d count=1 -d status=503 -d body=busy >/dev/null
	run as alice apitoken logout
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"could not be told"*503*"Logged out"* ]]
	assert_no_token alice
	logs_in
	sed -i 's#^logout_url = .*#logout_url = https://vendor.test:9/logout#' /etc/apitoken/vendors.d/keycloak.conf
	run as alice apitoken logout --all
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"could not be told"* ]]
	assert_no_token alice
}

@test "a vendor that hangs is waited for 3 seconds, and the tokens are gone before it is asked" {
	keycloak
	logs_in
	vendor_control /answers -d count=1 -d status=200 -d delay_ms=8000 >/dev/null
	as alice apitoken logout >/run/logout 2>&1 3>&- &
	wait_until 5 logged_out
	wait $!
	cat /run/logout
	grep -q 'could not be told.*no complete answer in time' /run/logout
}
logged_out() { assert_no_token alice && ! grep -q 'Logged out' /run/logout; }

@test "a vendor known by its issuer is told where its document says" {
	vendor_conf oauth2 <<-'END'
		[vendor]
		dialect = oauth2
		issuer = https://vendor.test
		client_id = apitoken
		on_logout = revoke
	END
	vendor_control /answers -d count=9 -d status=200 -d path=/.well-known/openid-configuration --data-urlencode \
		'body={"issuer":"https://vendor.test","token_endpoint":"https://vendor.test/oauth2/token","revocation_endpoint":"https://vendor.test/oauth2/revoke"}' >/dev/null
	logs_in
	run as alice apitoken logout
	[ "$output" = "Logged out of vendor 'oauth2'." ]
	[ "$(sent .target)" = /oauth2/revoke ]
	[ "$(vendor_count .revocations)" = 1 ]
}

@test "on_logout = revoke without anything to ask is a fault of the configuration" {
	keycloak
	sed -i '/^logout_url/d' /etc/apitoken/vendors.d/keycloak.conf
	run as alice apitoken check
	echo "$output"
	[ "$status" -eq 6 ]
	[[ "$output" == *"on_logout = revoke needs 'logout_url' in [variables], or 'issuer' in [vendor]"* ]]
	example vyopta 's#^\[vendor\]#&\non_logout = revoke#'
	run as alice apitoken check
	[[ "$output" == *'needs a [step revoke], which the dialect vyopta has not'* ]]
}

@test "without on_logout, without a refresh token, or with a vendor file that is gone a logout is local" {
	keycloak
	sed -i '/^on_logout/d' /etc/apitoken/vendors.d/keycloak.conf
	logs_in
	run as alice apitoken logout
	[ "$output" = "Logged out of vendor 'keycloak'." ]
	keycloak
	option refresh_token=absent
	logs_in
	run as alice apitoken logout
	[ "$output" = "Logged out of vendor 'keycloak'." ]
	[ "$(vendor_count '.revocations // 0')" = 0 ]
	[ "$(vendor_count .requests.vendor)" = 2 ]
	option refresh_token=given
	logs_in
	rm /etc/apitoken/vendors.d/keycloak.conf
	run as alice apitoken logout --all
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"could not be told"* ]]
	assert_no_token alice
}

# logs_in_by_hand [VENDOR]
logs_in_by_hand()
{
	printf %d $(($(cat "$AUTHENTICATIONS") + 1)) >"$AUTHENTICATIONS"
	as alice apitoken login "${1:-$VENDOR}" --password-stdin < <(vendor_password alice)
}

# two_vendors: keycloak and oauth2, both with a login of alice's and both told of a logout.
two_vendors()
{
	oauth2
	cp /etc/apitoken/vendors.d/oauth2.conf /run/oauth2.conf
	keycloak
	mv /run/oauth2.conf /etc/apitoken/vendors.d/
	logs_in_by_hand keycloak
	logs_in_by_hand oauth2
}

@test "logout --all tells all vendors at once: two that hang are waited for as long as one" {
	two_vendors
	vendor_control /answers -d count=9 -d status=200 -d delay_ms=60000 -d path=/oauth2/revoke >/dev/null
	vendor_control /answers -d count=9 -d status=200 -d delay_ms=60000 -d path=/auth/realms/test/protocol/openid-connect/logout >/dev/null
	as alice apitoken logout --all >/run/logout 2>&1 3>&- &
	wait_until 20 both_asked
	assert_no_token alice
	wait $!
	cat /run/logout
	grep -q "vendor 'keycloak' could not be told.*no complete answer in time" /run/logout
	grep -q "vendor 'oauth2' could not be told.*no complete answer in time" /run/logout
	grep -qx 'Logged out everywhere: 2 records removed.' /run/logout
}
# both_asked: two fetches wait for their vendors at the same time.
both_asked() { [ "$(pgrep -c -u alice -x fetch)" -eq 2 ]; }

@test "a logout that is killed while it tells the vendor is a logout here, and the next login works" {
	keycloak
	logs_in
	vendor_control /answers -d count=1 -d status=200 -d delay_ms=60000 -d path=/auth/realms/test/protocol/openid-connect/logout >/dev/null
	as alice apitoken logout >/run/logout 2>&1 3>&- &
	wait_until 20 pgrep -u alice -x fetch
	pkill -KILL -u alice -x apitoken # the process between dies with the first one, perhaps before its turn
	wait $! || true
	assert_no_token alice
	logs_in
	run as alice apitoken logout
	[ "$output" = "Logged out of vendor 'keycloak'." ]
}


@test "a login that replaces another ends it at the vendor where the vendor file says so" {
	local vendor old new
	for vendor in keycloak oauth2; do
		"$vendor"
		logs_in
		old=$(of_record refresh_token)
		logs_in_by_hand
		lives "$old"
		sed -i 's/^on_logout.*/revoke_displaced = yes/' "/etc/apitoken/vendors.d/$vendor.conf"
		old=$(of_record refresh_token)
		run logs_in_by_hand
		[ "$status" -eq 0 ]
		[ "${#lines[@]}" -eq 1 ]
		new=$(of_record refresh_token)
		[ "$new" != "$old" ]
		if lives "$old"; then false; fi
		lives "$new"
		clear_keys alice
	done
	[ "$(vendor_count .revocations)" = 2 ]
}

@test "the displaced login is ended after the new one is stored, and a vendor that cannot be told fails no login" {
	local old before
	keycloak
	sed -i 's/^on_logout.*/revoke_displaced = yes/' /etc/apitoken/vendors.d/keycloak.conf
	logs_in
	old=$(of_record refresh_token)
	vendor_control /answers -d count=1 -d status=200 -d delay_ms=60000 -d path=/auth/realms/test/protocol/openid-connect/logout >/dev/null
	before=$(vendor_requests)
	logs_in_by_hand >/run/login 2>&1 3>&- &
	wait_until 20 asked_twice_since "$before" # for the login, and to end the one before
	[ "$(of_record refresh_token)" != "$old" ]
	wait $!
	cat /run/login
	grep -q "^Logged in to vendor 'keycloak'" /run/login
	grep -q "could not be told that the login before this one is over.*no complete answer in time" /run/login
	lives "$old"
}
asked_twice_since() { [ "$(vendor_requests)" -eq $(($1 + 2)) ]; }
