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
