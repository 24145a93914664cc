# Renewal with glewlwyd, which ends a login when an old refresh token comes back ("refresh-token-one-use: always").

bats_require_minimum_version 1.5.0
load helper
load tools
load refresh

GLEWLWYD=/run/test-vendor/glewlwyd

setup_file()
{
	echo '127.0.0.1 glewlwyd.test' >>/etc/hosts
	GLEWLWYD_ACCESS_SECONDS=$LIFE "$SOURCE/tests/servers/glewlwyd" start "$GLEWLWYD"
	install -m 644 "$GLEWLWYD/ca.pem" /etc/apitoken/glewlwyd-ca.pem
	printf '[pam]\nvendor = glewlwyd\non_last_logout = keep\n' >/etc/apitoken/apitoken.conf
	cat >/etc/apitoken/vendors.d/glewlwyd.conf <<-END
	[vendor]
	dialect = glewlwyd
	token_url = https://glewlwyd.test:$(cat "$GLEWLWYD/port")/api/oidc/token
	scope = login
	ca_file = /etc/apitoken/glewlwyd-ca.pem
	hosts = git.test
	END
}
teardown_file() { "$SOURCE/tests/servers/glewlwyd" stop "$GLEWLWYD"; }

setup()
{
	clear_keys alice
	no_run_folder
	as alice apitoken login glewlwyd --password-stdin <"$GLEWLWYD/password"
}

@test "glewlwyd ends a login whose old refresh token comes back" {
	local old
	old=$(value_of alice glewlwyd refresh_token)
	ended alice glewlwyd
	ask alice git.test get
	printf 'grant_type=refresh_token&refresh_token=%s' "$old" |
		curl -sS --cacert "$GLEWLWYD/ca.pem" "https://glewlwyd.test:$(cat "$GLEWLWYD/port")/api/oidc/token" -d @-
	! lives alice git.test glewlwyd
}

@test "REF-01 glewlwyd: 200 gets at the token's end get one token by one refresh, and the login lives on" {
	local generation
	for generation in 2 4; do
		[ "$generation" = 2 ] || run_folder alice
		ended alice glewlwyd
		many_gets 200 alice git.test
		tokens_got git.test
		[ "$(tokens_got git.test)" = '200 answers, 1 tokens' ]
		[ "$(value_of alice glewlwyd generation)" = "$generation" ]
		lives alice git.test glewlwyd
	done
}
