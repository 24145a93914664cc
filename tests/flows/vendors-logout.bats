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

@test "without a URL for it, without a refresh token, or with a vendor file that is gone a logout is local" {
	keycloak
	sed -i '/^\[variables\]/,$d' /etc/apitoken/vendors.d/keycloak.conf
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
