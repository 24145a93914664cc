# Apiax's page, sentence by sentence: the shipped example as it is, against the test vendor at the documented URL.

load vendors

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

@test "APIAX-01 APIAX-02 APIAX-03 the example as shipped logs in at the documented URL with the documented form" {
	example apiax
	logs_in
	[ "$(sent .target)" = /auth/realms/apiax/protocol/openid-connect/token ]
	[ "$(sent .method)" = POST ]
	[ "$(sent_header Host)" = auth.apiax.io ]
	[ "$(sent_header Content-Type)" = application/x-www-form-urlencoded ]
	[ "$(sent_fields)" = 'client_id grant_type password username ' ]
	[[ "&$(sent .body)&" == *'&client_id=integration-api&'* ]]
	[ -z "$(sent_header Authorization)" ]
}

@test "APIAX-01 the page's no-break space behind the URL is refused, with file and line" {
	example apiax
	vendor_conf apiax < <(printf '[vendor]\ndialect = apiax\ntoken_url = https://auth.apiax.io/auth/realms/apiax/protocol/openid-connect/token\xc2\xa0\n')
	run as alice apitoken check
	echo "$output"
	[ "$status" -eq 6 ]
	[[ "$output" == *apiax.conf:3:*token_url* ]]
	no_login
	no_requests
}

@test "APIAX-04 every spelling of the expiry gives the same login" {
	local kind life expected
	example apiax
	option access_seconds=900
	for kind in normal string java_timestamp absent; do
		clear_keys alice
		option "expiry=$kind"
		logs_in
		life=$(($(of_record access_expires_at) - $(of_record obtained_at)))
		[ "$kind" = absent ] && expected=1800 || expected=900
		[ "$life" -ge $((expected - 5)) ] && [ "$life" -le "$expected" ] || { echo "$kind: $life"; return 1; }
	done
}

@test "APIAX-08 APIAX-09 a refresh sends the documented form and keeps the new refresh token" {
	example apiax
	logs_in
	local first
	first=$(of_record refresh_token)
	aged 60
	as alice apitoken refresh apiax
	[[ "&$(sent .body)&" == *'&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&'* ]]
	[[ "&$(sent .body)&" == *"&refresh_token=$first&"* ]]
	[[ "&$(sent .body)&" != *'client_assertion='* ]]
	[ "$(of_record refresh_token)" != "$first" ]
	[ "$(of_record generation)" = 2 ]
}

@test "APIAX-08 the stray field can be left out" {
	example apiax
	added $'[step refresh]\nfield.client_assertion_type ='
	logs_in
	aged 60
	run as alice apitoken refresh apiax # the test vendor insists on what the page documents
	echo "$output"
	[ "$status" -eq 6 ]
	[[ "$(sent .body)" == *grant_type=refresh_token* ]]
	[[ "$(sent .body)" != *client_assertion* ]]
	[ -n "$(of_record refresh_token)" ]
}

@test "APIAX-05 APIAX-06 refreshes are good for 14 days from the login, and refreshing does not extend that" {
	example apiax
	logs_in
	[ $(($(of_record refresh_expires_at) - $(of_record login_at))) -eq 1209600 ]
	aged 86400
	as alice apitoken token apiax >/dev/null
	[ "$(of_record generation)" = 2 ]
	[ $(($(of_record refresh_expires_at) - $(of_record login_at))) -eq 1209600 ]
	[ $(($(of_record refresh_expires_at) - $(of_record obtained_at))) -lt $((1209600 - 86000)) ]
}

@test "APIAX-06 after 14 days nothing is sent any more, and the tools say: log in again" {
	example apiax
	logs_in
	aged 1209601
	run as alice apitoken refresh apiax
	echo "$output"
	[ "$status" -eq 4 ]
	[[ "$output" == *'apitoken login apiax'* ]]
	run as alice apitoken token apiax
	[ "$status" -eq 4 ]
	[ "$(vendor_count '.refresh_posts // 0')" = 0 ]
}

@test "APIAX-10 header: Authorization as it is, Authentication and Apikey where set" {
	example apiax
	logs_in
	[ "$(as alice apitoken header apiax)" = "Authorization: Bearer $(of_record access_token)" ]
	added $'[use]\nheader = Authentication\nheader.Apikey = 0123{abcd}'
	[ "$(as alice apitoken header apiax)" = "Authentication: Bearer $(of_record access_token)"$'\n''Apikey: 0123{abcd}' ]
}

@test "APIAX-11 after a login, a refresh and a failure no token and no password is in logs, files or processes" {
	example apiax
	logs_in
	local secrets=("$(of_record access_token)" "$(of_record refresh_token)")
	aged 60
	as alice apitoken refresh apiax
	secrets+=("$(of_record access_token)" "$(of_record refresh_token)" "$(vendor_password alice)")
	host alice "$(vendor_password bob)" auth
	as alice apitoken status >/dev/null
	assert_no_canary "${secrets[@]}" "$(vendor_password bob)"
}

@test "APIAX-12 an account that is not fully set up is told as such, not as a wrong password" {
	example apiax
	vendor_user alice not_set_up
	no_login
	log_lines
	[[ "$(log_lines)" == *'account cannot be used'*'account_not_set_up'* ]]
	clear_log
	vendor_user alice
	no_login 'wrong CANARY'
	[[ "$(log_lines)" == *'refused the login'* ]]
	[[ "$(log_lines)" != *account_not_set_up* ]]
}

@test "a one-time code typed behind the password goes into a field of its own" {
	example apiax
	sed -i '/^dialect/a otp_digits = 6' /etc/apitoken/vendors.d/apiax.conf
	host alice "$(vendor_password alice)x" auth
	unsaid '^auth PAM_SUCCESS'
	[ "$(sent_fields)" = 'client_id grant_type password username ' ]
	host alice "$(vendor_password alice)246810" auth setcred
	said 'auth PAM_SUCCESS'
	[ "$(sent_fields)" = 'client_id grant_type otp password username ' ]
	[[ "&$(sent .body)&" == *'&otp=246810&'* ]]
	# A password of six digits or less is never taken for a code.
	host alice 123456 auth
	[ "$(sent_fields)" = 'client_id grant_type password username ' ]
}

@test "otp_digits with a dialect that sends no code is told at once" {
	vendor_conf acme <<-'END'
		[vendor]
		dialect = oauth2
		token_url = https://vendor.test/oauth2/token
		client_id = apitoken
		otp_digits = 6
	END
	run as alice apitoken check
	echo "$output"
	[ "$status" -eq 6 ]
	[[ "$output" == *"acme.conf"*"otp_digits"*"field.otp"* ]]
	no_login
	no_requests
}

# claims_of JWT: its middle part as JSON.
claims_of() { cut -d. -f2 <<<"$1" | tr '_-' '/+' | awk '{ while (length($0) % 4) $0 = $0 "="; print }' | base64 -d; }

@test "APIAX-08 the second factor's variant signs an assertion with the client's key, at login and refresh" {
	local assertion
	openssl genrsa -out "$WORLD/client.key" 2048 2>/dev/null
	openssl rsa -in "$WORLD/client.key" -pubout -out "$WORLD/client.pub" 2>/dev/null
	chmod 644 "$WORLD/client.key"
	# The test vendor's realm knows its client by client_id alone, so that this field stays here.
	example apiax-2fa "s#/etc/apitoken/apiax.key#$WORLD/client.key#; /^field.client_id =/d"
	logs_in
	[ "$(sent_fields)" = 'client_assertion client_assertion_type client_id grant_type password username ' ]
	assertion=$(sent .body | tr '&' '\n' | sed -n 's/^client_assertion=//p')
	[ "$(claims_of "$assertion" | jq -r .aud)" = https://auth.apiax.io/auth/realms/apiax/protocol/openid-connect/token ]
	[ "$(claims_of "$assertion" | jq -r '"\(.iss) \(.sub)"')" = 'value-from-support technical-user@example.com' ]
	[ "$(claims_of "$assertion" | jq '.exp - .iat')" = 60 ]
	cut -d. -f3 <<<"$assertion" | tr '_-' '/+' | awk '{ while (length($0) % 4) $0 = $0 "="; print }' | base64 -d >"$WORLD/signature"
	printf %s "${assertion%.*}" | openssl dgst -sha256 -verify "$WORLD/client.pub" -signature "$WORLD/signature"
	aged 60
	as alice apitoken refresh apiax-2fa
	[[ "&$(sent .body)&" == *'&client_assertion=eyJ'* ]]
	assert_no_canary "$(sed -n 5p "$WORLD/client.key")"
}

@test "RULE-03 kept are vendor, account, tokens, the moment of the login and absolute ends, and nothing else of the answer" {
	local before
	example apiax
	before=$(date +%s)
	logs_in
	[ "$(record_of alice apiax | sed 's/=.*//' | sort | tr '\n' ' ')" = \
		'access_expires_at access_token account checksum generation login_at obtained_at obtained_uptime refresh_expires_at refresh_token vendor version ' ]
	[ "$(of_record vendor) $(of_record account) $(of_record generation)" = 'apiax alice 1' ]
	[ "$(of_record login_at)" -ge "$before" ]
	[ "$(of_record login_at)" -le "$(date +%s)" ]
	[ "$(of_record access_expires_at)" -ge $((before + 1795)) ]
	[ "$(of_record refresh_expires_at)" -ge $((before + 1209600)) ]
}
