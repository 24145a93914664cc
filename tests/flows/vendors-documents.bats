# The documents' samples, byte for byte and with all their damage, served by the raw liar and read by the real fetch.

load helper
load servers
load fetch

teardown() { badidp_stop; }

# fetched DIALECT login|refresh SAMPLE [LINE FOR THE VENDOR FILE]...: what fetch makes of it, in $output.
fetched()
{
	badidp_start --json "$SOURCE/tests/golden/documents/$3"
	fetch_liar "dialect = $1" "base_url = https://vendor.test:$BADIDP_PORT" "${@:4}"
	if [ "$2" = login ]; then fetch_login alice secret --show; else fetch_refresh token; fi
	badidp_stop
	printf '%s\n' "$output"
}

has() { local line; for line in "$@"; do grep -qxF -- "$line" <<<"$output" || { echo "missing: $line"; return 1; }; done; }
unavailable() { verdict_is unavailable && [ "$(value status)" = 200 ] && message_has vendor.test; }

@test "AMINO-A05 AMINO-A07 AMINO-A09 the older page's sample is a login of an unknown life" {
	fetched amino login amino-older-answer.json
	has result=0 lifetime=3600 lifetime_from=default \
		"access_token=$(jq -r '.data[0].attributes.access_token' "$SOURCE/tests/golden/documents/amino-older-answer.json")"
}

@test "AMINO-A05 AMINO-A07 the newer page's sample, its lines joined, is a login of 3600 seconds" {
	fetched amino login amino-newer-repaired.json
	has result=0 lifetime=3600 lifetime_from=data.attributes.expires_at_timestamp
}

@test "AMINO-A08 AMINO-B02 the newer page's samples as printed are no login" {
	fetched amino login amino-newer-answer.txt
	unavailable
	fetched amino-login login amino-newer-userstat.txt '[variables]' 'login_path = /api/login'
	unavailable
}

@test "APIAX-03 APIAX-09 the page's samples as printed are no login and no refresh" {
	fetched apiax login apiax-login-answer.txt
	unavailable
	fetched apiax refresh apiax-refresh-answer.txt
	unavailable
}

@test "VYOPTA-05 VYOPTA-09 the page's schema and its abbreviated sample are no login" {
	fetched vyopta login vyopta-schema.txt
	unavailable
	fetched vyopta login vyopta-answer.json
	unavailable
	[[ "$output" == *'characters that no token may have'* ]]
}

@test "RULE-04 a perfect answer is a login only over TLS that proves the vendor; what the token says counts for nothing" {
	local good='{"access_token":"eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IiLCJleHAiOjF9.","token_type":"Bearer","expires_in":600}'
	badidp_start --status 200 --header 'Content-Type: application/json' --body "$good"
	fetch_liar
	fetch_login alice secret --show
	verdict_is success
	[ "$(value lifetime)" = 600 ]
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=other -keyout /dev/null -out /run/other-ca.pem 2>/dev/null
	fetch_liar 'ca_file = /run/other-ca.pem'
	fetch_login alice secret --show
	verdict_is unavailable
	fetch_liar "token_url = https://elsewhere.test:$BADIDP_PORT/token" "connect_to = 127.0.0.1:$BADIDP_PORT"
	fetch_login alice secret --show
	verdict_is unavailable
}
