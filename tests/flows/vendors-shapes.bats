# Logins of other shapes than a form with username and password, each by a shipped example alone, with the whole chain of programs.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr
bats_require_minimum_version 1.5.0
load helper
load servers

readonly CONFIG=/run/shapes EXAMPLES=/usr/local/share/apitoken/examples
PASSWORD="p:w Öl CANARY $(openssl rand -hex 8)" SUFFIX=$(openssl rand -hex 12)

setup() { clear_keys alice; rm -rf "$CONFIG"; install -d -m 755 "$CONFIG/vendors.d"; }
teardown() { badidp_stop; clear_keys alice; }

# vendor_answers EXAMPLE [STATUS BODY]...: the shipped file, whose vendor gives these answers. SED changes it further.
vendor_answers()
{
	local example=$1
	shift
	badidp_start --script - < <(printf 'connection\nread\nrespond %s %s\n' "$@")
	install -m 644 "$BADIDP_CA" "$CONFIG/ca.pem"
	sed -e "s|^hosts = .*|&\nca_file = $CONFIG/ca.pem\nconnect_to = 127.0.0.1:$BADIDP_PORT|" -e 's|https://[a-z.]*\.com|https://vendor.test|' \
		-e 's|https://example.jfrog.io|https://vendor.test|' -e "${SED:-}" "$EXAMPLES/$example.conf" >"$CONFIG/vendors.d/$example.conf"
	chmod 644 "$CONFIG/vendors.d/$example.conf"
}
cli() { as alice env APITOKEN_CONFIG="$CONFIG" apitoken "$@"; }
logs_in() { run --separate-stderr cli login --password-stdin <<<"$PASSWORD"; echo "$output$stderr"; }
was_sent() { badidp_requests | grep -qF -- "$1" || { echo "not sent: $1"; badidp_requests; return 1; }; }
basic() { printf %s "$1" | base64 -w 0; }

@test "harbor: a GET with the person's own Basic, no password in the URL; the token is shown as a header" {
	vendor_answers harbor 200 '{"token":"h.1","access_token":"","expires_in":1800,"issued_at":"2026-11-21T20:00:00Z"}'
	logs_in
	[ "$status" -eq 0 ]
	was_sent 'GET /service/token?service=harbor-registry&client_id=apitoken&scope=repository%3Ateam%2Fapp%3Apull HTTP/1.1'
	was_sent "Authorization: Basic $(basic "alice:$PASSWORD")"
	[ "$(badidp_connections)" = 1 ]
	[ "$(cli header harbor.example.com)" = 'Authorization: Bearer h.1' ]
	run --separate-stderr cli status
	[[ "$output" == *harbor*alice*no*harbor.example.com* ]]
	assert_no_canary "$PASSWORD" "$(basic "alice:$PASSWORD")"
}

@test "harbor: a wrong password is a refusal, and check shows the request without it" {
	vendor_answers harbor 401 '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}'
	logs_in
	[ "$status" -eq 4 ]
	[[ "$stderr" == *'UNAUTHORIZED, rule wrong_password'* ]]
	run --separate-stderr cli check --vendor harbor
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"login: GET https://vendor.test/service/token with the URL's query"*'user: Authorization: Basic *** (alice and the password)'* ]]
}

@test "jfrog: a form with the person's own Basic" {
	vendor_answers jfrog 201 '{"access_token":"j.1","expires_in":"28800","scope":"applied-permissions/user","token_type":"access_token"}'
	logs_in
	[ "$status" -eq 0 ]
	[[ "$output" == *'good for 8 h'* ]]
	was_sent 'POST /access/api/v1/tokens HTTP/1.1'
	was_sent "Authorization: Basic $(basic "alice:$PASSWORD")"
	was_sent 'grant_type=client_credentials&scope=applied-permissions%2Fuser&expires_in=28800'
	[ "$(cli token)" = j.1 ]
}

@test "strapi: one token of 30 days" {
	vendor_answers strapi 200 '{"jwt":"s.1","user":{"id":1}}'
	logs_in
	[ "$status" -eq 0 ]
	was_sent '"identifier":"alice@example.com"'
	[ "$(cli token)" = s.1 ]
}

# The suffix lies in a file of the person's own.
suffix_file() { install -m 600 -o alice /dev/stdin "$CONFIG/suffix" <<<"$SUFFIX"; }

@test "salesforce: the security token from a file is put behind the password, and is nowhere else" {
	suffix_file
	printf secret >"$CONFIG/secret"
	SED="s|^# password_suffix_file = .*|password_suffix_file = $CONFIG/suffix|; s|^client_secret_file = .*|client_secret_file = $CONFIG/secret|" \
		vendor_answers salesforce 200 '{"access_token":"00Dx!1","instance_url":"https://x.my.salesforce.com","token_type":"Bearer","issued_at":"1700000000000"}'
	logs_in
	[ "$status" -eq 0 ]
	was_sent "$(sed 's/:/%3A/; s/Ö/%C3%96/; s/ /+/g' <<<"password=$PASSWORD")$SUFFIX"
	[ "$(cli token)" = '00Dx!1' ]
	run --separate-stderr cli check --vendor salesforce
	[[ "$output" == *'field password = ******'* && "$output" != *"$SUFFIX"* ]]
	rm "$CONFIG/suffix"
	assert_no_canary "$SUFFIX"
}

@test "a suffix that cannot be read, is empty, or that no step sends: told with the file, and nothing is sent" {
	suffix_file
	printf secret >"$CONFIG/secret"
	SED="s|^# password_suffix_file = .*|password_suffix_file = $CONFIG/suffix|; s|^client_secret_file = .*|client_secret_file = $CONFIG/secret|" \
		vendor_answers salesforce 200 '{"access_token":"1","token_type":"Bearer"}'
	chown root "$CONFIG/suffix"
	logs_in
	[ "$status" -eq 6 ]
	[[ "$stderr" == *"$CONFIG/suffix"* ]]
	run --separate-stderr cli check
	[[ "$output" == *"hint"*"password_suffix_file"*"$CONFIG/suffix"* ]]
	install -m 600 -o alice /dev/null "$CONFIG/suffix"
	logs_in
	[ "$status" -eq 6 ]
	[[ "$stderr" == *"$CONFIG/suffix is empty: it should hold what is put behind the password"* ]]
	sed -i 's/^field.password = .*/field.password = {password}/' "$CONFIG/vendors.d/salesforce.conf"
	run --separate-stderr cli check
	[ "$status" -eq 6 ]
	[[ "$output" == *"salesforce.conf: 'password_suffix_file' is set, but the dialect oauth2 sends no {password_suffix}"* ]]
	[ "$(badidp_connections)" = 0 ]
}
