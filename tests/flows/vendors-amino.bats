# Amino's page, both revisions, way by way: the shipped examples against the test vendor. What no document shows (errors, the login
# endpoint's request, the refresh body) is the test vendor's assumption as much as the dialect's.

load vendors

readonly HERE='s#https://customer.example.com#https://vendor.test#; s#https://login.operator.example.com#https://vendor.test#'

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

# amino [LINE FOR [vendor]]: the example, for an installation at vendor.test; alice is alice@example.com there.
amino()
{
	example amino "$HERE${1:+; /^dialect/a $1}"
	vendor_user alice@example.com
}

operator()
{
	example amino-operator "$HERE; s/the-operators-client/apitoken-confidential/; s#/etc/apitoken/amino-operator.secret#$WORLD/operator-secret#"
	printf test-client-secret >"$WORLD/operator-secret"
	chmod 644 "$WORLD/operator-secret"
	vendor_control /options -d basic_encoding=raw >/dev/null
}

# refresh_now: as if the last answer were a minute old; a forced refresh happens at most twice in a minute.
refresh_now() { aged 60; as alice apitoken refresh "$VENDOR"; }

@test "AMINO-A01 AMINO-A02 AMINO-A03 AMINO-A04 the login is raw JSON under a form's type, for an e-mail address" {
	amino
	logs_in
	[ "$(sent .target)" = /api/auth/v1/access_tokens ]
	[ "$(sent_header Content-Type)" = application/x-www-form-urlencoded ]
	[ "$(sent .body | jq -c 'paths(scalars)')" = $'["grant_type"]\n["credentials","username"]\n["credentials","password"]' ]
	[ "$(sent .body | jq -r .credentials.username)" = alice@example.com ]
	[ "$(sent .body | jq -r .grant_type)" = password ]
}

@test "AMINO-A01 plain http, as the page prints it, is refused with file and line, and nothing is sent" {
	amino
	sed -i 's#https://vendor.test#http://vendor.test#' /etc/apitoken/vendors.d/amino.conf
	run as alice apitoken check
	echo "$output"
	[ "$status" -eq 6 ]
	[[ "$output" == *amino.conf:[0-9]*:*base_url*https* ]]
	no_login
	no_requests
}

@test "AMINO-A02 an installation that minds the content type" {
	amino
	option amino_content_type=json
	no_login
	added $'[step login]\ncontent_type = application/json\n[step refresh]\ncontent_type = application/json'
	logs_in
	refresh_now
	[ "$(of_record generation)" = 2 ]
}

@test "AMINO-A05 AMINO-A07 AMINO-A09 object and list, number and string, expired at birth: always the same login" {
	local data id expiry
	amino
	for data in object array; do
		for id in string number; do
			for expiry in normal birth; do
				clear_keys alice
				option "amino_data=$data" "amino_user_id=$id" "amino_expiry=$expiry"
				logs_in
				[ $(($(of_record access_expires_at) - $(of_record obtained_at))) -eq 3600 ]
				[ -n "$(of_record refresh_token)" ]
			done
		done
	done
}

@test "AMINO-A08 the page's damaged answer and tokens with blanks let nobody in" {
	local sample
	amino
	printf '{"data":{"attributes":{"access_token":"eyJ0. |\\neyJpc.x","refresh_token":"r"}}}' >"$WORLD/blanks"
	for sample in "$SOURCE"/tests/golden/documents/{amino-newer-answer,amino-newer-userstat}.txt "$WORLD/blanks"; do
		clear_log
		vendor_control /answers -d count=1 -d status=200 --data-urlencode "body@$sample" >/dev/null
		no_login
		said 'auth PAM_AUTHINFO_UNAVAIL'
		[[ "$(log_lines)" == *'vendor unavailable'* ]]
	done
	[ "$(vendor_count .requests.vendor)" = 3 ]
}

@test "AMINO-B01 AMINO-B02 AMINO-B03 the login endpoint: pairs of token and moment, the refresh life among them" {
	example amino-login "$HERE; s/%u@example.com/%u/"
	logs_in
	[ "$(sent .target)" = /api/login ]
	[ $(($(of_record access_expires_at) - $(of_record obtained_at))) -ge 3595 ]
	[ $(($(of_record refresh_expires_at) - $(of_record obtained_at))) -ge 2591990 ]
	sed -i 's#^login_path = .*#login_path = /api/elsewhere#' /etc/apitoken/vendors.d/amino-login.conf
	clear_keys alice
	no_login
	[ "$(sent .target)" = /api/elsewhere ]
	said 'auth PAM_SERVICE_ERR'
}

@test "AMINO-C01 AMINO-C02 AMINO-C03 the operator's login, then Amino: three shapes of answer, the password sent once" {
	local shape
	operator
	for shape in userstat data rfc; do
		clear_keys alice
		option "amino_exchange=$shape"
		logs_in
		[ "$(sent .target 2)" = /openam/oauth2/access_token ]
		[ "$(sent_fields 2)" = 'grant_type password realm scope username ' ]
		[ "$(sent_header Authorization 2)" = "Basic $(printf 'apitoken-confidential:test-client-secret' | base64 -w0)" ]
		[ "$(sent_header Host 2)" = vendor.test ]
		[ "$(sent .target)" = /api/oauth/login_with_token ]
		[ "$(sent_fields)" = 'access_token ' ]
		[ "$(sent_header Cache-Control)" = no-cache ]
		[ -z "$(sent_header Authorization)" ]
		[[ "$(sent .body)" != *"$(vendor_password alice)"* ]]
	done
	[ "$(password_posts)" = 3 ]
}

@test "AMINO-C02 a service user where one is set" {
	operator
	sed -i 's/^# service = .*/service = tv-user/' /etc/apitoken/vendors.d/amino-operator.conf
	logs_in
	[ "$(sent_fields)" = 'access_token service ' ]
	[[ "&$(sent .body)&" == *'&service=tv-user&'* ]]
}

@test "AMINO-C04 the operator's tokens are nowhere after the exchange, and a refresh goes to Amino" {
	local operators_token
	operator
	logs_in
	operators_token=$(sent .body | sed 's/^access_token=//')
	[[ "$operators_token" =~ ^[0-9a-f-]{36}$ ]]
	[[ "$(record_of alice amino-operator)" != *"$operators_token"* ]]
	assert_no_canary "$operators_token"
	refresh_now
	[ "$(sent .target)" = /api/auth/v1/access_tokens ]
	[ -z "$(sent_header Authorization)" ]
	[ "$(of_record generation)" = 2 ]
}

@test "AMINO-C01 AMINO-C02 a wrong password ends at the operator; an operator's token that Amino does not take is no wrong password" {
	operator
	no_login "$(vendor_password bob)"
	said 'auth PAM_AUTH_ERR'
	[ "$(sent .target)" = /openam/oauth2/access_token ]
	vendor_control /answers -d path=/api/oauth/login_with_token -d count=1 -d status=401 -d 'body={"errors":[{"status":"401"}]}' >/dev/null
	no_login
	said 'auth PAM_SERVICE_ERR'
}

@test "AMINO-D02 the profile's token in place of the login's" {
	example amino-profile "$HERE; s/%u@example.com/%u/"
	vendor_control /answers -d path=/api/auth/v1/profile_tokens -d count=1 -d status=200 \
		--data-urlencode "body@$SOURCE/tests/golden/documents/amino-older-answer.json" >/dev/null
	logs_in
	[ "$(sent .target 2)" = /api/auth/v1/access_tokens ]
	[ "$(sent .target)" = /api/auth/v1/profile_tokens ]
	[[ "$(sent_header Authorization)" == "Bearer eyJ"* ]]
	[ "$(of_record access_token)" = "$(jq -r '.data[0].attributes.access_token' "$SOURCE/tests/golden/documents/amino-older-answer.json")" ]
}

@test "AMINO-E01 AMINO-E03 a refresh goes to the same endpoint with the newest token, and replaces it" {
	local first second
	amino
	logs_in
	first=$(of_record refresh_token)
	refresh_now
	[ "$(sent .target)" = /api/auth/v1/access_tokens ]
	[ "$(sent .body | jq -r .refresh_token)" = "$first" ]
	second=$(of_record refresh_token)
	[ "$second" != "$first" ]
	refresh_now
	[ "$(sent .body | jq -r .refresh_token)" = "$second" ]
	[ "$(of_record generation)" = 3 ]
}

@test "AMINO-E01 an installation that wants the refresh token nested" {
	amino
	option amino_refresh=nested
	logs_in
	added $'[step refresh]\nfield.refresh_token =\nfield.credentials.refresh_token = {refresh_token}'
	refresh_now
	[ "$(of_record generation)" = 2 ]
}

@test "AMINO-E02 a grant that the installation does not know is a fault of the configuration, and nothing is lost" {
	amino
	option amino_refresh=refused
	logs_in
	aged 60
	vendor_control /answers -d count=1 -d status=400 -d 'body={"error":"unsupported_grant_type"}' >/dev/null
	run as alice apitoken refresh amino
	echo "$output"
	[ "$status" -eq 6 ]
	[ -n "$(of_record refresh_token)" ]
	clear_keys alice
	vendor_control /answers -d count=1 -d status=400 -d 'body={"error":"unsupported_grant_type"}' >/dev/null
	no_login
	said 'auth PAM_SERVICE_ERR'
}

@test "AMINO-E04 a refresh token that has ended: log in again, with the command" {
	amino
	logs_in
	aged 60
	vendor_control /expire -d user=alice@example.com -d kind=refresh >/dev/null
	run as alice apitoken refresh amino
	echo "$output"
	[ "$status" -eq 4 ]
	[[ "$output" == *'apitoken login amino'* ]]
}

@test "AMINO-F01 tokens are used as Authorization: Bearer" {
	amino
	logs_in
	[ "$(as alice apitoken header amino)" = "Authorization: Bearer $(of_record access_token)" ]
}

@test "AMINO-F02 a logout is local: the token is gone, and no request went out" {
	local before
	amino
	logs_in
	before=$(vendor_requests)
	as alice apitoken logout amino
	assert_no_token alice
	[ "$(vendor_requests)" = "$before" ]
}

@test "AMINO-A06 AMINO-F03 what stands in tokens, type and id decides nothing" {
	amino
	vendor_control /answers -d count=1 -d status=200 \
		-d 'body={"data":{"type":"x","id":null,"attributes":{"access_token":"eyJhbGciOiJub25lIn0.eyJleHAiOjEsInN1YiI6ImJvYiJ9.","refresh_token":"r"}}}' >/dev/null
	logs_in
	[ "$(of_record account)" = alice@example.com ]
	[ $(($(of_record access_expires_at) - $(of_record obtained_at))) -eq 3600 ]
}

@test "AMINO-F04 the same installation by OAuth 2.0: the vendor file alone changes" {
	amino
	logs_in
	clear_keys alice
	vendor_conf amino <<-'END'
		[vendor]
		dialect = oauth2
		token_url = https://vendor.test/oauth2/token
		client_id = apitoken
		username = %u@example.com
		hosts = api.customer.example.com
	END
	logs_in
	[ "$(sent .target)" = /oauth2/token ]
}
