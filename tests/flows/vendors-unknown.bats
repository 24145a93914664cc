# A vendor in none of the files: a dialect and a vendor file written from the manual pages alone, and no line of C.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr
bats_require_minimum_version 1.5.0
load helper
load servers

readonly CONFIG=/run/unknown-vendor
readonly SECRET='s3cret Öl{} CANARY'

setup() { clear_keys alice; }
teardown() { badidp_stop; clear_keys alice; }

# What the vendor answers: refusals come with status 200, too.
readonly LOGIN_ANSWER='{"result":{"keys":[{"kind":"refresh","value":"r-1"},{"kind":"access","value":"a-1","ttl_ms":900000}]},"status":"ok"}'
readonly SHORT_ANSWER=${LOGIN_ANSWER/900000/1000}
readonly REFRESH_ANSWER='{"result":{"keys":[{"kind":"refresh","value":"r-2"},{"kind":"access","value":"a-2","ttl_ms":600000}]},"status":"ok"}'
readonly BAD_SECRET='{"status":"denied","reason":"bad_secret"}'
readonly KEY_ENDED='{"status":"denied","reason":"key_ended"}'

# vendor_answers [STATUS BODY]...: one for each connection, in their order.
vendor_answers()
{
	badidp_start --script - < <(printf 'connection\nread\nrespond %s %s\n' "$@")
	install -d -m 755 "$CONFIG/vendors.d" "$CONFIG/dialects"
	install -m 644 "$BADIDP_CA" "$CONFIG/ca.pem"
	cat >"$CONFIG/dialects/sessions.conf" <<-'END'
		[dialect]
		description = Sessions with keys
		requires = base_url client_id

		[step login]
		url = {base_url}/v3/sessions
		body = json
		success = 201
		header.X-App-Id = {client_id}
		field.session.login = {username}
		field.session.secret = {password}
		field.session.app = {client_id}

		[step refresh]
		url = {base_url}/v3/sessions/renew
		header.X-App-Id = {client_id}
		field.key = {refresh_token}

		[step revoke]
		url = {base_url}/v3/sessions/end
		header.X-App-Id = {client_id}
		field.key = {refresh_token}

		[answer]
		access_token = result.keys[kind=access].value
		refresh_token = result.keys[kind=refresh].value
		lifetime = result.keys[kind=access].ttl_ms
		lifetime_is = milliseconds
		error = reason

		[error wrong_password]
		step = login
		code = bad_secret
		means = refused

		[error ended]
		step = refresh
		code = key_ended
		means = login_again

		[use]
		header = X-Session-Key
		scheme =
	END
	cat >"$CONFIG/vendors.d/desk.conf" <<-END
		[vendor]
		dialect = sessions
		base_url = https://vendor.test
		connect_to = 127.0.0.1:$BADIDP_PORT
		client_id = desk-7
		ca_file = $CONFIG/ca.pem
		username = %u@b.example
		hosts = api.vendor.test
		on_logout = revoke
	END
	chmod 644 "$CONFIG"/*/*.conf
}

# apitoken_of COMMAND...: alice's apitoken with that folder.
apitoken_of() { as alice env APITOKEN_CONFIG="$CONFIG" apitoken "$@"; }
logs_in() { run --separate-stderr apitoken_of login desk --password-stdin <<<"${1:-$SECRET}"; echo "$output$stderr"; }
token_is() { [ "$(apitoken_of token)" = "$1" ]; }
token_ends() { run --separate-stderr apitoken_of token; [ "$status" -eq "$1" ]; }
was_sent() { badidp_requests | grep -qF -- "$1" || { echo "not sent: $1"; badidp_requests; return 1; }; }

@test "an unknown vendor's files pass the check, which shows each request with secrets masked" {
	vendor_answers 201 "$LOGIN_ANSWER"
	run --separate-stderr apitoken_of check
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[[ "$output" == *"ok     $CONFIG/vendors.d/desk.conf: vendor 'desk', dialect sessions, 1 host"* ]]
	run --separate-stderr apitoken_of check --vendor desk
	[ "$status" -eq 0 ]
	[[ "$output" == *'login: POST https://vendor.test/v3/sessions with JSON'*'header X-App-Id = desk-7'*'field session.secret = ***'* ]]
	[[ "$output" == *'refresh: POST https://vendor.test/v3/sessions/renew with form'*'field key = ***'* ]]
	[ "$(badidp_connections)" = 0 ]
}

@test "an unknown vendor's login, token, header and logout need its files alone" {
	vendor_answers 201 "$LOGIN_ANSWER" 200 '{"status":"ok"}'
	logs_in
	[ "$status" -eq 0 ]
	[[ "$output" == *"Logged in to vendor 'desk' as alice@b.example. The token is good for 15 min and is renewed without your password"* ]]
	was_sent 'POST /v3/sessions HTTP/1.1'
	was_sent 'X-App-Id: desk-7'
	badidp_requests | grep -F '"session"' | grep -F 'alice@b.example' | grep -F 'desk-7'
	[ "$(badidp_canaries)" = 1 ]
	[ "$(apitoken_of token)" = a-1 ]
	[ "$(apitoken_of header api.vendor.test)" = 'X-Session-Key: a-1' ]
	run --separate-stderr apitoken_of status
	[[ "$output" == *desk*alice@b.example*yes*api.vendor.test* ]]
	run --separate-stderr apitoken_of logout
	[ "$status" -eq 0 ]
	was_sent 'POST /v3/sessions/end HTTP/1.1'
	was_sent 'key=r-1'
	run --separate-stderr apitoken_of token
	[ "$status" -eq 3 ]
}

@test "an unknown vendor's token is renewed with its refresh token, until its rule says that the login has ended" {
	vendor_answers 201 "$SHORT_ANSWER" 200 "$REFRESH_ANSWER"
	logs_in
	[ "$status" -eq 0 ]
	wait_until 10 token_is a-2
	was_sent 'POST /v3/sessions/renew HTTP/1.1'
	was_sent 'key=r-1'
	badidp_stop
	vendor_answers 201 "$SHORT_ANSWER" 200 "$KEY_ENDED"
	logs_in
	[ "$status" -eq 0 ]
	wait_until 10 token_ends 4
	echo "$output$stderr"
	[[ "$stderr" == *'key_ended, rule ended'*'apitoken login desk'* ]]
	[[ "$output" != *a-[0-9]* ]]
}

@test "an unknown vendor's refusal with status 200 is a refusal by its rule, and leaves no token" {
	vendor_answers 200 "$BAD_SECRET"
	logs_in wrong
	[ "$status" -eq 4 ]
	[[ "$stderr" == *'refused the login: status 200, bad_secret, rule wrong_password'* ]]
	run --separate-stderr apitoken_of token
	[ "$status" -eq 3 ]
}

@test "a path that is spelt wrongly is named: there is no access token at it" {
	vendor_answers 201 "$LOGIN_ANSWER" 201 "$LOGIN_ANSWER" 200 "$BAD_SECRET"
	sed -i 's/^access_token = .*/access_token = result.kyes/' "$CONFIG/dialects/sessions.conf"
	logs_in
	[ "$status" -eq 5 ]
	[[ "$stderr" == *'gave no verdict: status 201; there is no access token at result.kyes'* ]]
}

@test "a word that good answers have, too, is no error word: the token is not taken; as error_description a rule finds it" {
	vendor_answers 201 "$LOGIN_ANSWER" 201 "$LOGIN_ANSWER" 200 "$BAD_SECRET"
	sed -i 's/^error = reason/error = status/' "$CONFIG/dialects/sessions.conf"
	logs_in
	[ "$status" -eq 5 ]
	[[ "$stderr" == *'gave no verdict: status 201, ok; there is an error word at status'* ]]
	sed -i 's/^error = status/error_description = status/; s/^code = bad_secret/text = denied/' "$CONFIG/dialects/sessions.conf"
	logs_in
	[ "$status" -eq 0 ]
	logs_in wrong
	[ "$status" -eq 4 ]
	[[ "$stderr" == *'rule wrong_password'* ]]
}

@test "a selector in quotes is refused with file and line, and what was expected" {
	local value
	vendor_answers 201 "$LOGIN_ANSWER"
	for value in '"access"' "'access'" '"access' "access'"; do
		sed -i "s/^access_token = .*/access_token = result.keys[kind=$value].value/" "$CONFIG/dialects/sessions.conf"
		run --separate-stderr apitoken_of check
		echo "$output$stderr"
		[ "$status" -eq 6 ]
		[[ "$output" == *"$CONFIG/dialects/sessions.conf:25: bad value of 'access_token'; expected paths like a.b[0].c or a[name=value].b, without quotes"* ]]
	done
}
