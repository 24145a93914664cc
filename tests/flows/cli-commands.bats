# apitoken's commands: what they print, what they leave, and with which exit code they end.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr and stderr_lines
bats_require_minimum_version 1.5.0
load helper
load world
load tools
load refresh

setup_file() { start_world; }
teardown_file() { stop_world; }
setup() { fresh_start; }

# As if alice had logged in yesterday.
older_by_a_day() { aged alice 80000; }

# on_terminal USER COMMAND... <SCRIPT: on a terminal, answers typed as typist describes.
on_terminal() { as "$1" "$RIGS/typist" "${@:2}"; }

@test "apitoken alone says what to do next" {
	run --separate-stderr as alice apitoken
	[ "$status" -eq 0 ]
	[[ "$output" == *"apitoken login acme"* ]]
	run --separate-stderr as alice env APITOKEN_CONFIG=/home/alice/empty apitoken
	[ "$status" -eq 0 ]
	[[ "$output" == *"No vendor is configured yet"*"/home/alice/empty"* ]]
	log_in alice
	run --separate-stderr as alice apitoken
	[ "$status" -eq 0 ]
	[[ "$output" == *"git config --global credential.helper apitoken"* ]]
}

@test "help, version, and what is not understood" {
	run --separate-stderr as alice apitoken --help
	[ "$status" -eq 0 ]
	for command in login logout status token header refresh check; do
		[[ "$output" == *"apitoken $command"* ]]
		run --separate-stderr as alice apitoken "$command" --help
		[ "$status" -eq 0 ]
		[[ "$output" == "usage: apitoken $command"* ]]
		run --separate-stderr as alice apitoken --help
	done
	run --separate-stderr as alice apitoken --version
	[[ "$output" == 'apitoken '[0-9]*.[0-9]* ]]
	run --separate-stderr as alice apitoken lgoin
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = "apitoken: there is no command 'lgoin'" ]
	[[ "$stderr" == *'usage: apitoken'* ]]
	for words in 'login --json' 'status acme' 'token a b' 'login --username' 'check --login' 'logout acme --all' 'login Acme' 'token --force=1'; do
		# shellcheck disable=SC2086
		run --separate-stderr as alice apitoken $words
		[ "$status" -eq 2 ] || { echo "$words: $status $stderr"; return 1; }
		[ -z "$output" ]
		[[ "$stderr" == "apitoken: "*"usage: apitoken ${words%% *}"* ]]
	done
}

@test "login asks on the terminal with echo off" {
	run on_terminal alice apitoken login acme < <(printf "Password of alice at vendor 'acme': \t%s\n" "$(vendor_password alice)")
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"Logged in to vendor 'acme' as alice. The token is good for "*" and is renewed without your password"* ]]
	[[ "$output" != *"$(vendor_password alice)"* ]]
	assert_token alice acme
	[ "$(password_posts)" -eq 1 ]
}

@test "Ctrl-C at the prompt sends nothing, stores nothing, and leaves the terminal as it was" {
	run on_terminal alice bash -c 'trap : INT
		apitoken login acme
		echo "ended with $?, terminal: $(stty -a | grep -owE -- "-?echo")"' < <(printf "vendor 'acme': \thalf\x03\n")
	echo "$output"
	[[ "$output" == *'ended with 130, terminal: echo'* ]]
	[ "$(password_posts)" -eq 0 ]
	assert_no_token alice
}

@test "login takes the password from standard input, one line end dropped, as --username and --account say" {
	run --separate-stderr log_in alice
	[ "$status" -eq 0 ]
	assert_token alice acme
	run --separate-stderr as alice apitoken login --password-stdin < <(printf %s "$(vendor_password alice)")
	[ "$status" -eq 0 ]
	run --separate-stderr as alice apitoken login --password-stdin --username bob < <(printf '%s\r\n' "$(vendor_password bob)")
	[ "$status" -eq 0 ]
	[[ "$output" == *'as bob'* ]]
	assert_token alice acme
	vendor_control /users -d name=carol -d state=active >/dev/null
	WHO=carol run --separate-stderr log_in alice --account carol
	[ "$status" -eq 0 ]
	[ "$(token_of alice | wc -l)" -eq 2 ]
	run --separate-stderr as alice apitoken login acme --username bob --account carol --password-stdin </dev/null
	[ "$status" -eq 2 ]
}

@test "a wrong, empty, over-long or impossible password: what was sent, and exit codes" {
	run --separate-stderr as alice apitoken login acme --password-stdin < <(echo wrong)
	[ "$status" -eq 4 ]
	[ -z "$output" ]
	echo "$stderr"
	[[ "$stderr" == "apitoken: "*acme* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[ "$(password_posts)" -eq 1 ]
	run --separate-stderr as alice apitoken login acme --password-stdin </dev/null
	[ "$status" -eq 2 ]
	run --separate-stderr as alice apitoken login acme --password-stdin < <(echo)
	[ "$status" -eq 2 ]
	run --separate-stderr as alice apitoken login acme --password-stdin < <(printf 'x%.0s' {1..512})
	[ "$status" -eq 2 ]
	run --separate-stderr as alice apitoken login acme --password-stdin < <(printf 'a\0b\n')
	[ "$status" -eq 2 ]
	run --separate-stderr as alice setsid -w apitoken login acme </dev/null
	[ "$status" -eq 2 ]
	[[ "$stderr" == *'--password-stdin'* ]]
	[ "$(password_posts)" -eq 1 ]
	assert_no_token alice
	run --separate-stderr as alice apitoken login acme --password-stdin < <(printf 'x%.0s' {1..511})
	[ "$status" -eq 4 ]
	[ "$(password_posts)" -eq 2 ]
}

@test "a failed login leaves the login that was there" {
	log_in alice
	local token
	token=$(now_token alice)
	run as alice apitoken login acme --password-stdin < <(echo wrong)
	[ "$status" -eq 4 ]
	[ "$(now_token alice)" = "$token" ]
}

@test "CRD-13 token and header refuse a terminal, and --force overrides" {
	log_in alice
	local token
	token=$(now_token alice)
	for command in token header; do
		run on_terminal alice apitoken "$command" acme </dev/null
		[ "$status" -eq 7 ]
		[[ "$output" != *"$token"* ]]
		[[ "$output" == *'a token does not belong on a terminal'* ]]
		run on_terminal alice apitoken "$command" acme --force </dev/null
		[ "$status" -eq 0 ]
		[[ "$output" == *"$token"* ]]
	done
}

@test "token and header print for a vendor, for a host, and for the only vendor" {
	log_in alice
	local token
	token=$(now_token alice)
	for operand in '' acme git.test:8443 GIT.test:8443 registry.vendor.test:5000; do
		run --separate-stderr as alice apitoken token $operand
		[ "$status" -eq 0 ]
		[ "$output" = "$token" ]
		[ -z "$stderr" ]
		run --separate-stderr as alice apitoken header $operand
		[ "$output" = "Authorization: Bearer $token" ]
	done
	run --separate-stderr as alice apitoken token git.test
	[ "$status" -eq 7 ]
	[ -z "$output" ]
	run --separate-stderr as alice apitoken token nobody
	[ "$status" -ne 0 ]
	[ -z "$output" ]
	run --separate-stderr as bob apitoken token acme
	[ "$status" -eq 3 ]
	[ "$stderr" = "apitoken: no token is stored for vendor 'acme'; run: apitoken login acme" ]
}

@test "token renews what is near its end, and says when only a login helps" {
	vendor_control /options -d access_seconds=2 >/dev/null
	log_in alice
	vendor_control /options -d access_seconds=0 >/dev/null
	local token
	token=$(now_token alice)
	wait_until 20 renewed alice "$token"
	[ "$(refresh_posts)" -eq 1 ]
	vendor_control /options -d access_seconds=2 -d refresh_token=absent >/dev/null
	log_in alice
	vendor_control /options -d access_seconds=0 -d refresh_token=given >/dev/null
	wait_until 20 ended alice
	run --separate-stderr as alice apitoken token acme
	[ "$status" -eq 4 ]
	[ -z "$output" ]
	[[ "$stderr" == *'apitoken login acme'* ]]
}
renewed() { [ "$(as "$1" apitoken token acme)" != "$2" ]; }
ended() { ! as "$1" apitoken token acme >/dev/null; }

@test "refresh renews once in 30 seconds" {
	run --separate-stderr as alice apitoken refresh
	[ "$status" -eq 3 ]
	vendor_control /options -d access_seconds=3600 >/dev/null
	log_in alice
	local token
	token=$(now_token alice)
	run --separate-stderr as alice apitoken refresh
	[ "$status" -eq 0 ]
	[[ "$output" == 'Kept the token'* ]]
	[ "$(refresh_posts)" -eq 0 ]
	older alice 60
	run --separate-stderr as alice apitoken refresh acme
	echo "$output $stderr"
	[ "$status" -eq 0 ]
	[[ "$output" == "Renewed the token of vendor 'acme'; it is good for "* ]]
	[ "$(now_token alice)" != "$token" ]
	run --separate-stderr as alice apitoken refresh acme
	[[ "$output" == 'Kept the token'* ]]
	[ "$(refresh_posts)" -eq 1 ]
	vendor_control /options -d access_seconds=0 >/dev/null
}

@test "logout removes the tokens of one vendor, or of all, and says where there was none" {
	log_in alice
	WHO=bob log_in alice --account bob
	[ "$(token_of alice | wc -l)" -eq 2 ]
	run --separate-stderr as alice apitoken logout acme
	[ "$status" -eq 0 ]
	assert_no_token alice
	run --separate-stderr as alice apitoken logout
	[ "$status" -eq 3 ]
	[ "$stderr" = "apitoken: nothing is stored for vendor 'acme'" ]
	log_in alice
	run --separate-stderr as alice apitoken logout --all
	[ "$status" -eq 0 ]
	[ "$output" = 'Logged out everywhere: 1 record removed.' ]
	assert_no_token alice
	run --separate-stderr as alice apitoken logout --all
	[ "$status" -eq 0 ]
}

@test "status tells account, life, renewal, hosts, what is missing, and the keyring's quota; never a secret" {
	run --separate-stderr as alice apitoken status
	[ "$status" -eq 0 ]
	[[ "$output" == *'acme: not logged in; run: apitoken login acme'* ]]
	log_in alice
	run --separate-stderr as alice apitoken status
	echo "$output"
	[[ "${lines[0]}" == VENDOR*ACCOUNT*TOKEN*RENEWABLE*HOSTS ]]
	[[ "${lines[1]}" == acme*alice*left*git.test:8443\ registry.vendor.test:5000 ]]
	[[ "$output" == *'keyring: '*' of '*' keys, '*' of '*' bytes'* ]]
	[[ "$output" != *"$(now_token alice)"* ]]
	run --separate-stderr as alice apitoken status --json
	[ "$status" -eq 0 ]
	[ "$(jq -r '.vendors[0] | .vendor, .account, .logged_in, .configured, .further, .renewable, (.hosts | length), .generation' <<<"$output" | tr '\n' ' ')" = 'acme alice true true false true 2 1 ' ]
	[ "$(jq '.vendors[0].seconds_left' <<<"$output")" -gt 0 ]
	[ "$(jq '.keyring.bytes' <<<"$output")" -gt 0 ]
	[[ "$output" != *"$(now_token alice)"* ]]
}

@test "status says why a token cannot be renewed" {
	vendor_control /options -d refresh_token=absent >/dev/null
	log_in alice
	vendor_control /options -d refresh_token=given >/dev/null
	run --separate-stderr as alice apitoken status
	[[ "$output" == *'acme: it cannot be renewed: the vendor gave no refresh token; when it ends: apitoken login acme'* ]]
	configure_acme 'refresh = none'
	run --separate-stderr as alice apitoken status
	configure_acme
	[[ "$output" == *'its vendor file says refresh = none'* ]]
}

@test "a token that is over and cannot be renewed: status and apitoken alone say 'log in again', and nothing of git or docker" {
	configure_acme 'refresh = none'
	log_in alice
	older_by_a_day
	run --separate-stderr as alice apitoken status
	echo "$output"
	configure_acme
	[[ "$output" == *'acme: it cannot be renewed: its vendor file says refresh = none; log in again: apitoken login acme'* ]]
	run --separate-stderr as alice apitoken
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"The login at vendor 'acme' is over. To log in again:  apitoken login acme"* ]]
	[[ "$output" != *'Logged in'* ]]
}

@test "several vendors: which one must be said, and the choice is listed" {
	sed 's/^hosts = .*/hosts = two.test/' /etc/apitoken/vendors.d/acme.conf >/etc/apitoken/vendors.d/two.conf
	run --separate-stderr as alice apitoken token
	rm /etc/apitoken/vendors.d/two.conf
	[ "$status" -eq 2 ]
	[[ "${stderr_lines[0]}" == 'apitoken: which vendor? Configured are: acme, two' ]]
}

@test "a file of the user's own replaces the system's, and APITOKEN_CONFIG replaces both" {
	as alice mkdir -p .config/apitoken/vendors.d other/vendors.d
	sed 's/^hosts = .*/hosts = mine.test/' /etc/apitoken/vendors.d/acme.conf | as alice tee .config/apitoken/vendors.d/acme.conf other/vendors.d/acme.conf >/dev/null
	log_in alice
	run --separate-stderr as alice apitoken status --json
	[ "$(jq -r '.vendors[0].hosts[0]' <<<"$output")" = mine.test ]
	run --separate-stderr ask alice git.test:8443 get
	[ -z "$output$stderr" ]
	run --separate-stderr ask alice mine.test get
	[ "$(answer_value username)" = alice ]
	rm -r /home/alice/.config
	as alice mv other/vendors.d/acme.conf other/vendors.d/second.conf
	run --separate-stderr as alice env APITOKEN_CONFIG=/home/alice/other apitoken status --json
	[ "$(jq -r '[.vendors[].vendor] | join(" ")' <<<"$output")" = 'acme second' ]
	[ "$(jq -r '.vendors[0].configured' <<<"$output")" = false ]
	rm -r /home/alice/other
}

@test "check finds nothing wrong, then finds every fault with file and line" {
	run --separate-stderr as alice apitoken check
	echo "$output $stderr"
	[ "$status" -eq 0 ]
	[[ "$output" == *"ok     /etc/apitoken/vendors.d/acme.conf: vendor 'acme', dialect oauth2, 2 hosts"* ]]
	[[ "$output" == *'hint   git version 2.39'* ]]
	sed 's/^hosts = .*/hosts = git.test:8443/' /etc/apitoken/vendors.d/acme.conf >/etc/apitoken/vendors.d/two.conf
	run --separate-stderr as alice apitoken check
	[ "$status" -eq 6 ]
	[[ "$output" == *'acme.conf:5'*'two.conf:5'* ]]
	echo 'nonsense = 1' >>/etc/apitoken/vendors.d/two.conf
	run --separate-stderr as alice apitoken check
	[ "$status" -eq 6 ]
	[[ "$output" == *'wrong  /etc/apitoken/vendors.d/two.conf:6: '* ]]
	chmod o+w /etc/apitoken/vendors.d/two.conf
	run --separate-stderr as alice apitoken check --json
	rm /etc/apitoken/vendors.d/two.conf
	[ "$status" -eq 6 ]
	[ "$(jq -r .good <<<"$output")" = false ]
	[[ "$(jq -r '.findings[] | select(.level == "wrong") | .text' <<<"$output")" == *two.conf*written\ by\ others* ]]
}

# dialect_line TEXT: the line of oauth2.conf that the output names behind TEXT.
dialect_line()
{
	local number
	number=$(grep -F "$1" <<<"$output" | sed -n 's/.*oauth2\.conf:\([0-9]*\)).*/\1/p')
	sed -n "${number}p" /usr/local/share/apitoken/dialects/oauth2.conf
}

@test "check of one vendor shows what would be sent, secrets masked, and tries a login that it throws away" {
	run --separate-stderr as alice apitoken check --vendor acme
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *'POST https://vendor.test/oauth2/token'* ]]
	[[ "$output" == *'field username = alice'* ]]
	[[ "$output" == *'field password = ***'* ]]
	[ "$(vendor_requests)" -eq 0 ]
	run on_terminal alice apitoken check --vendor acme --login < <(printf "vendor 'acme': \t%s\n" "$(vendor_password alice)")
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *'login: success, HTTP status 200 from 127.0.0.1'* ]]
	[[ $(dialect_line '(from expires_in)') == 'lifetime = '* ]]
	[[ "$output" == *"fetch's sandbox: landlock="* ]]
	[[ "$output" != *"$(vendor_password alice)"* ]]
	assert_no_token alice
	run on_terminal alice apitoken check --vendor acme --login < <(printf "vendor 'acme': \twrong\n")
	[ "$status" -eq 4 ]
	[[ "$output" == *'login: refused, HTTP status 400'*'code invalid_grant'* ]]
	[[ $(dialect_line 'rule [error wrong_password]') == 'means = refused' ]]
	vendor_control /answers -d count=1 -d status=418 -d body=tea >/dev/null
	run on_terminal alice apitoken check --vendor acme --login < <(printf "vendor 'acme': \twrong\n")
	[ "$status" -eq 5 ]
	[[ "$output" == *'login: unavailable, HTTP status 418'*'no [error] rule'* ]]
}

@test "check of a vendor known by its issuer, that is told of a logout, shows these requests too" {
	sed -i 's#^token_url = .*#issuer = https://vendor.test/\non_logout = revoke#' /etc/apitoken/vendors.d/acme.conf
	run --separate-stderr as alice apitoken check --vendor acme
	configure_acme
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *'GET https://vendor.test/.well-known/openid-configuration with nothing'*'login: POST {token_url}'*'revoke: POST {revoke_url}'* ]]
	[[ "$output" == *'field token = ***'* ]]
}

# client_secret_mode MODE: a confidential client, its secret in a file of that mode.
client_secret_mode()
{
	printf '%s\n' "$CLIENT_SECRET" >/etc/apitoken/acme.secret
	chmod "$1" /etc/apitoken/acme.secret
	configure_acme 'client_secret_file = /etc/apitoken/acme.secret'
	sed -i 's/^client_id = .*/client_id = apitoken-confidential/' /etc/apitoken/vendors.d/acme.conf
}

@test "SEC-06 a client secret that root alone may read: no program of the user shows it, and each says what that means" {
	CLIENT_SECRET=client-$(openssl rand -hex 8)
	vendor_control /options -d "client_secret=$CLIENT_SECRET" >/dev/null
	client_secret_mode 600
	login_ssh alice "$(vendor_password alice)" true
	assert_token alice acme
	local words
	for words in 'status' 'status --json' 'check' 'check --json' 'check --vendor acme' 'check --vendor acme --json' 'login acme --password-stdin' 'refresh acme'; do
		# shellcheck disable=SC2086
		run as alice apitoken $words <<<"$(vendor_password alice)"
		[[ "$output" != *"$CLIENT_SECRET"* ]] || { echo "$words: $output"; return 1; }
		[[ "$output" == *acme.secret* || "$output" == *"secret is readable for root only"* || "$output" == *client_secret_file* || $words = refresh* ]] || { echo "$words says nothing: $output"; return 1; }
	done
	run as alice apitoken check --vendor acme
	[[ "$output" == *'Authorization: Basic ***'*'only logins through PAM'* ]]
	run as alice cat /etc/apitoken/acme.secret
	[ "$status" -ne 0 ]
	for words in 'status' 'check' 'check --vendor acme'; do
		# shellcheck disable=SC2086
		run apitoken $words
		[[ "$output" != *"$CLIENT_SECRET"* ]] || { echo "root, $words: $output"; return 1; }
	done
	clear_keys alice
}

@test "SEC-06 a client secret that others may write is used by nobody; one that they may read is the administrator's choice" {
	CLIENT_SECRET=client-$(openssl rand -hex 8)
	vendor_control /options -d "client_secret=$CLIENT_SECRET" >/dev/null
	local mode
	for mode in 602 620 666; do
		client_secret_mode "$mode"
		vendor_control /reset -d '' >/dev/null
		vendor_control /options -d "client_secret=$CLIENT_SECRET" >/dev/null
		run login_ssh alice "$(vendor_password alice)" true
		[ "$status" -ne 0 ]
		[ "$(vendor_requests)" -eq 0 ]
		assert_no_token alice
		run apitoken check
		[ "$status" -eq 6 ]
		[[ "$output" == *'wrong  '*client_secret_file*acme.secret* ]] || { echo "$mode $output"; return 1; }
	done
	client_secret_mode 644
	run log_in alice
	[ "$status" -eq 0 ]
	clear_keys alice
	configure_acme
}

@test "check names the line of a PAM service whose vendor has no file" {
	printf '[pam]\nvendor = acme\n[pam:sudo]\nvendor = none\n[pam:sshd]\nvendor = amce\n' >/etc/apitoken/apitoken.conf
	run --separate-stderr as alice apitoken check
	configure_acme
	[ "$status" -eq 6 ]
	[ "$(grep -c '^wrong' <<<"$output")" -eq 1 ]
	[[ "$output" == *"wrong  /etc/apitoken/apitoken.conf:6: logins by [pam:sshd] use vendor 'amce', which has no file in /etc/apitoken/vendors.d"* ]]
}

@test "root's own check of a login works too: fetch becomes nobody" {
	{ printf 'name=root&password='; vendor_password root; } | vendor_control /users -d @- >/dev/null
	run on_terminal root apitoken check --vendor acme --login < <(printf "vendor 'acme': \t%s\n" "$(vendor_password root)")
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *'login: success, HTTP status 200'* ]]
}

@test "an unreachable vendor, and a full keyring, are exit 5 with the cause" {
	sed -i 's#https://vendor.test/#https://vendor.test:444/#' /etc/apitoken/vendors.d/acme.conf
	run --separate-stderr log_in alice
	configure_acme
	[ "$status" -eq 5 ]
	[[ "$stderr" == 'apitoken: '* ]]
	fill_keyring alice
	run --separate-stderr log_in alice
	clear_keys alice
	echo "$stderr"
	[ "$status" -eq 5 ]
	[[ "$stderr" == *keyring* || "$stderr" == *quota* ]]
	[ "$(password_posts)" -eq 0 ]
}

# Until nothing of 1,900 bytes fits any more; some of the quota may be taken by keys that the kernel has yet to sweep.
fill_keyring()
{
	local number=0
	while as "$1" sh -c "head -c 1900 /dev/zero | keyctl padd user filler$number @u" >/dev/null 2>&1; do
		number=$((number + 1))
		[ "$number" -lt 20 ]
	done
}

@test "output that cannot be written is exit 71" {
	log_in alice
	run --separate-stderr as alice sh -c 'apitoken status >/dev/full'
	[ "$status" -eq 71 ]
	run --separate-stderr as alice sh -c 'apitoken token >/dev/full'
	[ "$status" -eq 71 ]
	[[ "$stderr" == *'cannot write'* ]]
}

@test "raised privileges are refused" {
	run --separate-stderr setpriv --ruid "$(id -u alice)" --euid "$(id -u bob)" --clear-groups apitoken status
	[ "$status" -eq 7 ]
	[ -z "$output" ]
}

@test "CRD-17 each exit code of the manual page has its cause, its one line, and nothing on standard output" {
	log_in bob
	local -A causes=(
		[2]='as alice apitoken login --nonsense'
		[3]='as alice apitoken token acme'
		[4]='wrong_password alice'
		[5]='while_down log_in alice'
		[6]='as alice env APITOKEN_CONFIG=/nowhere apitoken login'
		[7]='as alice apitoken token unknown.test'
		[71]='no_room'
	)
	local code page=/usr/local/share/man/man1/apitoken.1
	for code in 2 3 4 5 6 7 71; do
		grep -qx ".It $code" "$page"
		# shellcheck disable=SC2086
		run --separate-stderr ${causes[$code]}
		[ "$status" -eq "$code" ] || { echo "$code: ${causes[$code]}: $status $output $stderr"; return 1; }
		[ -z "$output" ]
		[[ "${stderr_lines[0]}" == 'apitoken: '* ]]
		[ "$code" -eq 2 ] || [ "${#stderr_lines[@]}" -eq 1 ]
	done
	grep -qx '.It 0' "$page"
	run --separate-stderr as bob apitoken token acme
	[ "$status" -eq 0 ]
	[ "$(grep -c '^\.It [0-9]*$' "$page")" -eq 8 ]
}
wrong_password() { as "$1" apitoken login acme --password-stdin < <(echo wrong); }
while_down()
{
	local result=0
	sed -i 's#https://vendor.test/#https://vendor.test:444/#' /etc/apitoken/vendors.d/acme.conf
	"$@" || result=$?
	configure_acme
	return "$result"
}
no_room() { as bob sh -c 'apitoken token acme >/dev/full'; }

@test "BOD-16 a scope smaller than the vendor file's is told at the login and by status, also after a refresh that says nothing" {
	configure_acme 'scope = api more'
	vendor_control /answers -d status=200 --data-urlencode 'body={"access_token":"a-token","refresh_token":"r","token_type":"Bearer","expires_in":600,"scope":"api"}' >/dev/null
	run --separate-stderr log_in alice
	echo "$stderr"
	[ "$status" -eq 0 ]
	[ "$stderr" = "apitoken: warning: vendor.test granted less than the scope of the vendor file: 'more' is missing" ]
	vendor_control /answers -d status=200 --data-urlencode 'body={"access_token":"b-token","token_type":"Bearer","expires_in":600}' >/dev/null
	older alice 60
	as alice apitoken refresh acme
	[ "$(now_token alice)" = b-token ]
	run as alice apitoken status
	echo "$output"
	[[ "$output" == *"acme: vendor.test granted less than the scope of the vendor file: 'more' is missing"* ]]
	[[ "$(as alice apitoken status --json | jq -r '.vendors[0].warning')" == *"'more' is missing" ]]
	# A login that is granted all has nothing to tell.
	configure_acme
	log_in alice
	[ "$(as alice apitoken status --json | jq '.vendors[0].warning')" = null ]
}
