# The test servers themselves, by curl, git, docker-registry and skopeo: what the other flows rely on.

load helper
load servers

setup_file() { vendor_start; }
teardown_file() { vendor_stop; }
setup() { vendor_control /reset -d '' >/dev/null; }

REALMS=/auth/realms

# post PATH [curl argument ...]: prints the answer's body, and its status on a last line.
post() {
	local path=$1
	shift
	curl -sS --max-time 20 --cacert "$VENDOR_CA" -w '\n%{http_code}\n' "https://vendor.test:$VENDOR_PORT$path" "$@"
}

# password_post PATH CLIENT USER [PASSWORD] [curl argument ...]
password_post() {
	local path=$1 client=$2 user=$3 password=${4:-$(vendor_password "$3")}
	post "$path" -d grant_type=password -d "client_id=$client" -d "username=$user" -d "password=$password" "${@:5}"
}

# field JQ-FILTER: of the JSON in $output's first line.
field() { head -n 1 <<<"$output" | jq -r "$1"; }
status_is() { [ "$(tail -n 1 <<<"$output")" = "$1" ] || { echo "$output"; return 1; }; }

whoami_status() { curl -sS -o /dev/null -w '%{http_code}' --cacert "$VENDOR_CA" -H "Authorization: Bearer $1" "https://vendor.test:$VENDOR_PORT/api/whoami"; }

# ---- vendor: RFC 6749 and RFC 7009 ----

@test "oauth2: a password gives a living token, and every post is counted by user" {
	run password_post /oauth2/token apitoken alice
	status_is 200
	[ "$(field .token_type)" = Bearer ]
	[ "$(field .expires_in)" = 3600 ]
	[ "$(whoami_status "$(field .access_token)")" = 200 ]
	run password_post /oauth2/token apitoken alice wrong
	status_is 400
	[ "$(field .error)" = invalid_grant ]
	[ "$(vendor_count .by_user.alice.password_posts)" = 2 ]
	[ "$(vendor_count .by_user.alice.password_refused)" = 1 ]
	[ "$(vendor_count .by_dialect.oauth2.password_posts)" = 2 ]
	[ "$(vendor_count .connections.vendor)" = 3 ]
}

@test "oauth2: RFC errors for the client, the grant and a doubled field" {
	run password_post /oauth2/token nobody alice
	status_is 401
	[ "$(field .error)" = invalid_client ]
	run post /oauth2/token -d grant_type=magic -d client_id=apitoken
	[ "$(field .error)" = unsupported_grant_type ]
	run post /oauth2/token -d grant_type=password -d client_id=apitoken -d username=a -d username=b -d password=c
	[ "$(field .error)" = invalid_request ]
	run password_post /oauth2/token apitoken carol
	[ "$(field .error)" = invalid_grant ]
	run post /oauth2/token
	status_is 405
}

@test "oauth2: a confidential client comes by Basic or in the form, by one of them only" {
	vendor_control /options --data-urlencode 'client_secret=a secret+%' >/dev/null
	run post /oauth2/token -u 'apitoken-confidential:a+secret%2B%25' -d grant_type=password -d username=bob -d "password=$(vendor_password bob)"
	status_is 200
	run post /oauth2/token -d client_id=apitoken-confidential --data-urlencode 'client_secret=a secret+%' -d grant_type=password \
		-d username=bob -d "password=$(vendor_password bob)"
	status_is 200
	run post /oauth2/token -i -u apitoken-confidential:wrong -d grant_type=password -d username=bob -d password=x
	status_is 401
	[[ $output == *'WWW-Authenticate: Basic'* ]]
	run post /oauth2/token -u 'apitoken-confidential:a+secret%2B%25' -d client_secret=x -d grant_type=password -d username=bob -d password=x
	[ "$(field .error)" = invalid_request ]
}

@test "oauth2: refresh tokens rotate, and an old one ends the whole login" {
	run password_post /oauth2/token apitoken alice
	first=$(field .refresh_token)
	run post /oauth2/token -d grant_type=refresh_token -d client_id=apitoken -d "refresh_token=$first"
	status_is 200
	second=$(field .refresh_token) access=$(field .access_token)
	[ "$first" != "$second" ]
	[ "$(whoami_status "$access")" = 200 ]
	run post /oauth2/token -d grant_type=refresh_token -d client_id=apitoken -d "refresh_token=$first"
	status_is 400
	run post /oauth2/token -d grant_type=refresh_token -d client_id=apitoken -d "refresh_token=$second"
	status_is 400
	[ "$(whoami_status "$access")" = 401 ]
	[ "$(vendor_count .refresh_posts)" = 3 ]
	[ "$(vendor_count .refresh_refused)" = 2 ]
}

@test "oauth2: within the grace a rotated refresh token still works" {
	vendor_control /options -d reuse_grace_seconds=1000 >/dev/null
	run password_post /oauth2/token apitoken alice
	first=$(field .refresh_token)
	for _ in 1 2; do
		run post /oauth2/token -d grant_type=refresh_token -d client_id=apitoken -d "refresh_token=$first"
		status_is 200
	done
}

@test "oauth2: revoking the refresh token ends the login, and is counted" {
	run password_post /oauth2/token apitoken alice
	access=$(field .access_token)
	run post /oauth2/revoke -d client_id=apitoken -d "token=$(field .refresh_token)"
	status_is 200
	[ "$(whoami_status "$access")" = 401 ]
	[ "$(vendor_count .by_user.alice.revocations)" = 1 ]
}

# ---- vendor: Keycloak's realms ----

@test "keycloak: the words of Keycloak, and 401 or 400 for a wrong password" {
	local url=$REALMS/test/protocol/openid-connect/token
	run password_post $url apitoken alice
	status_is 200
	[ "$(field '[.expires_in, .refresh_expires_in, .["not-before-policy"]] | join(" ")')" = '300 1800 0' ]
	run password_post $url apitoken alice wrong
	status_is 401
	[ "$(field .error_description)" = 'Invalid user credentials' ]
	vendor_control /options -d keycloak_status=400 >/dev/null
	run password_post $url apitoken alice wrong
	status_is 400
	run password_post $url apitoken carol
	status_is 400
	[ "$(field .error_description)" = 'Account disabled' ]
	run password_post $url apitoken-confidential alice x -d client_secret=wrong
	status_is 401
	[ "$(field .error)" = unauthorized_client ]
	run post $url -H 'Content-Type: application/x-www-form-url-encoded' -d grant_type=password
	status_is 415
}

@test "keycloak: logout answers 204 and ends the session" {
	local url=$REALMS/test/protocol/openid-connect
	run password_post $url/token apitoken alice
	refresh=$(field .refresh_token)
	run post $url/logout -d client_id=apitoken -d "refresh_token=$refresh"
	status_is 204
	run post $url/token -d grant_type=refresh_token -d client_id=apitoken -d "refresh_token=$refresh"
	status_is 400
	[ "$(field .error_description)" = 'Session not active' ]
}

@test "apiax: the documented answers; a refresh wants the stray assertion type and says expires_at" {
	local url=$REALMS/apiax/protocol/openid-connect/token
	run password_post $url integration-api alice
	status_is 200
	[ "$(field '[.expires_in, .refresh_expires_in, .token_type] | join(" ")')" = '1800 0 bearer' ]
	refresh=$(field .refresh_token)
	run post $url -d grant_type=refresh_token -d client_id=integration-api -d "refresh_token=$refresh"
	status_is 400
	run post $url -d grant_type=refresh_token -d client_id=integration-api -d "refresh_token=$refresh" \
		--data-urlencode client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer
	status_is 200
	[ "$(field 'has("expires_in")')" = false ]
	[ "$(field '.expires_at / 1000 - now | . > 1700 and . < 1900')" = true ]
	[ "$(field .refresh_token)" != "$refresh" ]
}

@test "vyopta: 300 s, the documented Host, no refresh" {
	local url=$REALMS/vyopta/protocol/openid-connect/token
	run password_post $url vyopta alice
	status_is 421
	run password_post $url vyopta alice "$(vendor_password alice)" -H 'Host: login.vyopta.com'
	status_is 200
	[ "$(field '[.expires_in, .scope, .["not-before-policy"]] | join(" ")')" = '300 emailprofile 1533920635' ]
	run post $url -H 'Host: login.vyopta.com' -d grant_type=refresh_token -d client_id=vyopta -d "refresh_token=$(field .refresh_token)"
	status_is 400
	[ "$(vendor_count .by_dialect.vyopta.refresh_posts)" = 1 ]
}

# ---- vendor: Amino ----

amino_post() { post /api/auth/v1/access_tokens -H 'Content-Type: application/x-www-form-urlencoded' --data-raw "$1"; }

amino_login() {
	amino_post "{\"grant_type\":\"password\",\"credentials\":{\"username\":\"$1\",\"password\":\"${2:-$(vendor_password "$1")}\"}}"
}

@test "amino: raw JSON under a form type; data as object or array, user_id as string or number" {
	run amino_login alice
	status_is 200
	[ "$(field .data.type)" = AuthenticationTokens ]
	[ "$(field '.data.attributes.user_id | type')" = string ]
	[ "$(field '.data.attributes | .expires_at_timestamp - .login_timestamp')" = 3600 ]
	[ "$(whoami_status "$(field .data.attributes.access_token)")" = 200 ]
	vendor_control /options -d amino_data=array -d amino_user_id=number >/dev/null
	run amino_login alice
	[ "$(field '.data[0].attributes.user_id | type')" = number ]
	run amino_login alice wrong
	status_is 401
	run post /api/auth/v1/access_tokens -H 'Content-Type: application/json' --data-raw '{}'
	status_is 415
}

@test "amino: refresh in the top-level form, or as switched" {
	run amino_login alice
	refresh=$(field .data.attributes.refresh_token)
	run amino_post "{\"grant_type\":\"refresh_token\",\"refresh_token\":\"$refresh\"}"
	status_is 200
	refresh=$(field .data.attributes.refresh_token)
	vendor_control /options -d amino_refresh=nested >/dev/null
	run amino_post "{\"grant_type\":\"refresh_token\",\"credentials\":{\"refresh_token\":\"$refresh\"}}"
	status_is 200
	vendor_control /options -d amino_refresh=refused >/dev/null
	run amino_post "{\"grant_type\":\"refresh_token\",\"refresh_token\":\"$refresh\"}"
	status_is 400
}

@test "amino: the login endpoint's pairs, and the operator's two steps" {
	run post /api/login -d username=alice -d "password=$(vendor_password alice)"
	status_is 200
	[ "$(field '.userStat.accessToken | map(type) | join(" ")')" = 'string number' ]
	run post /openam/oauth2/access_token -u apitoken-confidential:test-client-secret -d realm=caiway -d grant_type=password \
		-d username=alice -d "password=$(vendor_password alice)" -d scope=aminoid
	status_is 200
	[ "$(field '.access_token | length')" = 36 ]
	[ "$(field .expires_in)" = 3599 ]
	run post /api/oauth/login_with_token -d "access_token=$(field .access_token)" -d service=x
	status_is 200
	[ "$(whoami_status "$(field '.userStat.accessToken[0]')")" = 200 ]
	run post /api/oauth/login_with_token -d access_token=3efb85fa-905a-4cbe-9495-f15221fbff96
	status_is 401
}

# ---- control ----

@test "control: lifetimes, kills and expiry reach the living tokens" {
	vendor_control /options -d access_seconds=3 >/dev/null
	run password_post /oauth2/token apitoken alice
	[ "$(field .expires_in)" = 3 ]
	vendor_control /options -d access_seconds=0 >/dev/null
	run password_post /oauth2/token apitoken alice
	[ "$(vendor_control /tokens | jq 'map(select(.kind == "access")) | length')" -ge 1 ]
	[ "$(vendor_control /expire -d user=alice -d kind=access | jq .expired)" -ge 1 ]
	[ "$(whoami_status "$(field .access_token)")" = 401 ]
	[ "$(vendor_control /kill -d user=alice | jq .ended)" = 2 ]
	[ "$(vendor_control /tokens | jq length)" = 0 ]
	run vendor_control /options -d access_seconds=soon
	[ "$status" -ne 0 ]
}

@test "control: scripted answers come in order, before or after the real work" {
	vendor_control /answers -d count=2 -d status=503 -d body=busy -d 'header=Retry-After: 7' >/dev/null
	vendor_control /answers -d when=after -d drop=1 >/dev/null
	run password_post /oauth2/token apitoken alice "$(vendor_password alice)" -i
	status_is 503
	[[ $output == *'Retry-After: 7'* ]]
	run password_post /oauth2/token apitoken alice
	status_is 503
	[ "$(vendor_count .password_posts)" = 0 ]
	run password_post /oauth2/token apitoken alice
	[ "$status" -ne 0 ]
	[ "$(vendor_count .password_posts)" = 1 ]
	run password_post /oauth2/token apitoken alice
	status_is 200
}

@test "control: the last requests are there with headers and body" {
	password_post /oauth2/token apitoken alice 'grün &=+%' -H 'X-Test: seen' >/dev/null
	run vendor_control '/requests?n=1&service=vendor'
	[ "$(jq -r '.[0].headers[] | select(.[0] == "X-Test")[1]' <<<"$output")" = seen ]
	[ "$(jq -r '.[0].method + " " + .[0].target' <<<"$output")" = 'POST /oauth2/token' ]
	[[ "$(jq -r '.[0].body' <<<"$output")" == *'username=alice'* ]]
}

@test "control: users are added, disabled and reset" {
	vendor_control /users -d name=erin -d password=new >/dev/null
	run password_post /oauth2/token apitoken erin new
	status_is 200
	vendor_control /users -d name=erin -d state=disabled >/dev/null
	[ "$(whoami_status "$(field .access_token)")" = 401 ]
	vendor_control /reset -d '' >/dev/null
	[ "$(vendor_control /users | jq -r 'has("erin")')" = false ]
}

@test "control: what is kept outlives a reset" {
	vendor_control /options -d keycloak_status=400 >/dev/null
	vendor_control /keep -d '' >/dev/null
	vendor_control /reset -d '' >/dev/null
	[ "$(vendor_control /options | jq .keycloak_status)" = 400 ]
	vendor_control /options -d keycloak_status=401 >/dev/null
	vendor_control /keep -d '' >/dev/null
}

@test "make-ca: bad certificates are refused by curl, and the good one taken" {
	local name pid status
	for name in server expired not-yet-valid wrong-host self-signed unknown-ca client-only weak sha1; do
		"$SERVERS_BUILD/tests/testvendor" --certificates "$VENDOR_CERTIFICATES" --certificate "$name" --ready "$BATS_TEST_TMPDIR/$name" \
			>"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
		pid=$!
		servers_wait "$BATS_TEST_TMPDIR/$name" "$pid" "$BATS_TEST_TMPDIR/log"
		status=0
		(. "$BATS_TEST_TMPDIR/$name"; curl -sS --cacert "$VENDOR_CA" "https://vendor.test:$VENDOR_PORT/") || status=$?
		servers_end "$pid" "$BATS_TEST_TMPDIR/log"
		echo "$name: curl said $status"
		case $name in
		server) [ "$status" -eq 0 ] ;;
		*) [ "$status" -eq 60 ] ;;
		esac
	done
}

@test "vendor: dies with its parent where that was asked, and only then" {
	local alone bound
	start_orphan() { # NAME [argument]
		bash -c '"$1" --certificates "$2" --ready "$3" "${@:4}" >/dev/null 2>&1 3>&- & echo $!; until [ -e "$3" ]; do sleep 0.05; done' - \
			"$SERVERS_BUILD/tests/testvendor" "$VENDOR_CERTIFICATES" "$BATS_TEST_TMPDIR/$1" "${@:2}"
	}
	gone() { ! kill -0 "$1" 2>/dev/null; }
	alone=$(start_orphan alone)
	bound=$(start_orphan bound --die-with-parent)
	wait_until 20 gone "$bound"
	kill "$alone"
	wait_until 20 gone "$alone"
}

# ---- git ----

git_url() { printf 'https://%sgit.test:%s/project.git' "$1" "$GIT_PORT"; }

new_repository() {
	rm -rf "$VENDOR_REPOSITORIES/project.git"
	git init -q --bare -b main "$VENDOR_REPOSITORIES/project.git"
	export GIT_SSL_CAINFO=$VENDOR_CA GIT_TERMINAL_PROMPT=0 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@a
}

@test "git: nothing without a living token, and both challenges" {
	new_repository
	run git clone -q "$(git_url '')" "$BATS_TEST_TMPDIR/none"
	[ "$status" -ne 0 ]
	run git clone -q "$(git_url 'x:wrong@')" "$BATS_TEST_TMPDIR/none"
	[ "$status" -ne 0 ]
	run curl -sSi --cacert "$VENDOR_CA" "$(git_url '')/info/refs?service=git-upload-pack"
	[[ $output == *'WWW-Authenticate: Basic'* && $output == *'WWW-Authenticate: Bearer'* ]]
	vendor_control /options -d git_challenge=bearer >/dev/null
	run curl -sSi --cacert "$VENDOR_CA" "$(git_url '')/info/refs?service=git-upload-pack"
	[[ $output != *'WWW-Authenticate: Basic'* && $output == *'WWW-Authenticate: Bearer'* ]]
}

@test "git: a large chunked push, a fetch and a clone, by Basic and by Bearer" {
	new_repository
	local work=$BATS_TEST_TMPDIR/work token
	token=$(vendor_login alice | jq -r .access_token)
	git clone -q "$(git_url "any:$token@")" "$work"
	head -c 12000000 /dev/urandom >"$work/large"
	git -C "$work" add large
	git -C "$work" commit -qm large
	git -C "$work" push -q origin HEAD:main
	[ "$(vendor_control '/requests?service=git' | jq '[.[] | .body_length] | max')" -gt 12000000 ]
	git -c "http.extraHeader=Authorization: Bearer $token" clone -q "$(git_url '')" "$BATS_TEST_TMPDIR/copy"
	cmp "$work/large" "$BATS_TEST_TMPDIR/copy/large"
	vendor_control /options -d git_accept=bearer >/dev/null
	run git clone -q "$(git_url "any:$token@")" "$BATS_TEST_TMPDIR/refused"
	[ "$status" -ne 0 ]
	vendor_control /options -d git_accept=basic >/dev/null
	run git -c "http.extraHeader=Authorization: Bearer $token" clone -q "$(git_url '')" "$BATS_TEST_TMPDIR/refused"
	[ "$status" -ne 0 ]
	vendor_control /options -d git_accept=both >/dev/null
	vendor_control /kill -d user=alice >/dev/null
	run git -C "$work" fetch -q
	[ "$status" -ne 0 ]
}

# ---- registry tokens ----

@test "registry: docker-registry and skopeo take the service's tokens, for a living vendor token only" {
	local dir=$BATS_TEST_TMPDIR/registry image token
	token=$(vendor_login alice | jq -r .access_token)
	REGISTRY_REALM=https://registry.test:$REGISTRY_TOKEN_PORT/token REGISTRY_BUNDLE=$VENDOR_CERTIFICATES/registry-signing.pem \
		"$SOURCE/tests/servers/registry" start "$dir"
	cat "$VENDOR_CA" >>"$dir/trust/ca.crt"
	image=docker://registry.vendor.test:$(cat "$dir/port")/apitoken/hello:1
	run skopeo --insecure-policy copy -q --src-cert-dir "$dir/trust" "$image" "dir:$BATS_TEST_TMPDIR/anonymous"
	[ "$status" -ne 0 ]
	run skopeo --insecure-policy copy -q --src-cert-dir "$dir/trust" --src-creds alice:wrong "$image" "dir:$BATS_TEST_TMPDIR/wrong"
	[ "$status" -ne 0 ]
	skopeo --insecure-policy copy -q --src-cert-dir "$dir/trust" --src-creds "alice:$token" "$image" "dir:$BATS_TEST_TMPDIR/pulled"
	[ -s "$BATS_TEST_TMPDIR/pulled/manifest.json" ]
	skopeo --insecure-policy copy -q --dest-cert-dir "$dir/trust" --dest-creds "alice:$token" "dir:$BATS_TEST_TMPDIR/pulled" "${image%:1}:2"
	"$SOURCE/tests/servers/registry" stop "$dir"
	[ "$(vendor_control '/requests?service=registry' | jq '[.[] | select(.status == 200 and .user == "alice")] | length')" -ge 2 ]
}
