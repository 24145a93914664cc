# keep_password = yes: a vendor without refresh, whose tokens are got anew with the password until logout.

load helper
load world
load tools
load refresh

setup_file() { start_world; git config --system credential.helper apitoken; make_repository project 'only with a token'; }
teardown_file() { stop_world; }

# vendor_file NAME [SED SCRIPT]: the shipped example, for the hosts of this world; PAM's vendor too.
vendor_file()
{
	VENDOR=$1
	rm -f /etc/apitoken/vendors.d/*.conf
	sed -e "s/^hosts = .*/hosts = $ACME_HOSTS/" -e "${2:-}" "/usr/local/share/apitoken/examples/$1.conf" >"/etc/apitoken/vendors.d/$1.conf"
	printf '[pam]\nvendor = %s\non_last_logout = keep\n' "$1" >/etc/apitoken/apitoken.conf
}
keeping() { vendor_file "$1" "/^dialect/a keep_password = yes${2:+\\n$2}"; }

setup()
{
	fresh_start
	keeping vyopta
}

cli_login() { as "${1:-alice}" apitoken login "$VENDOR" --password-stdin < <(vendor_password "${1:-alice}"); }
password_key() { keys_of "${1:-alice}" | grep " apitoken:password:v1:$VENDOR\$"; }
no_password_key() { ! password_key "$@"; }
get() { ask alice git.test:8443 get; }
over() { aged alice 301 "$VENDOR"; }

@test "by default no password is kept anywhere, and after 300 seconds only a login helps" {
	vendor_file vyopta
	cli_login
	login_ssh bob "$(vendor_password bob)"
	no_password_key alice
	no_password_key bob
	over
	run get
	[ "$status" -eq 4 ]
	[ "$(password_posts alice)" -eq 1 ]
}

@test "a password that an earlier login kept is not sent once the file says no, and status tells of it" {
	cli_login
	vendor_file vyopta
	over
	run get
	echo "$output"
	[ "$status" -eq 4 ]
	[ "$(password_posts alice)" -eq 1 ]
	run as alice apitoken status
	[[ "$output" == *'the password is kept, too, until logout; forget both: apitoken logout vyopta'* ]]
}

@test "KEY-12 a login keeps the password as a key for its owner alone, with a timeout, and in no other place" {
	run cli_login
	echo "$output"
	[[ "$output" == *'with your password, which is kept until you log out.'* ]]
	read -r _ type owner permission timeout _ < <(password_key)
	echo "$type $owner $permission $timeout"
	[ "$type $owner $permission" = "user $(id -u alice) 0x003f0000" ]
	[[ $timeout =~ ^([0-9]+[smhd]|1d)$ ]]
	[ "$(payload_of alice vyopta | grep -cF "$(vendor_password alice)")" -eq 0 ]
	assert_no_canary "$(vendor_password alice)"
}

@test "when the token is over, git gets another with the password; docker and the command line use that one" {
	cli_login
	over
	run get
	echo "$output" | sed 's/^password=.*/password=.../'
	[ "$status" -eq 0 ]
	[ "$(answer_value password)" = "$(now_token alice vyopta)" ]
	[ "$(password_posts alice)" -eq 2 ]
	[ "$(as alice apitoken token vyopta)" = "$(now_token alice vyopta)" ]
	docker_ask alice get registry.vendor.test:5000 | grep -qF "$(now_token alice vyopta)"
	[ "$(password_posts alice)" -eq 2 ]
	over
	as alice apitoken refresh vyopta
	[ "$(password_posts alice)" -eq 3 ]
	[ "$(refresh_posts)" -eq 0 ]
}

@test "a git clone with a token that is over succeeds, and types nothing" {
	cli_login
	over
	run as alice env GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=/bin/false git clone -q https://git.test:8443/project.git work
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(cat /home/alice/work/README)" = 'only with a token' ]
	rm -rf /home/alice/work
}

@test "ssh logins by both methods keep it, through the hand-off, and nothing of it is left behind" {
	local method user
	user=$(unique_user)
	for method in login_ssh login_ssh_kbdint; do
		clear_keys "$user"
		"$method" "$user" "$(vendor_password "$user")"
		assert_token "$user" vyopta
		password_key "$user"
		no_handoff_of "$user"
	done
	aged "$user" 301 vyopta
	ask "$user" git.test:8443 get | grep -q ^password=
	[ "$(password_posts "$user")" -eq 3 ]
	assert_no_canary "$(vendor_password "$user")"
}

@test "forty gets at its end are one password request, and all get its token" {
	cli_login
	over
	many_gets 40 alice git.test:8443
	run tokens_got git.test:8443
	echo "$output"
	[[ "$output" == *'40 answers, 1 tokens'* ]]
	[ "$(password_posts alice)" -eq 2 ]
}

@test "a password that the vendor refuses is forgotten at once and never sent again, not by forty at once either" {
	cli_login
	vendor_control /users -d name=alice -d password=changed-since >/dev/null
	over
	many_gets 40 alice git.test:8443
	run tokens_got git.test:8443
	echo "$output"
	[[ "$output" == *'0 answers'* ]]
	[[ "$output" == *'refused the password that was kept'*'apitoken login vyopta'* ]]
	no_password_key
	[ "$(password_posts alice)" -eq 2 ]
	run get
	[ "$status" -eq 4 ]
	run as alice apitoken token vyopta
	[ "$status" -eq 4 ]
	run as alice apitoken status
	[[ "$output" == *'vyopta: it cannot be renewed: the vendor refused the password that was kept '*'; log in again: apitoken login vyopta'* ]]
	[ "$(password_posts alice)" -eq 2 ]
}

@test "while the vendor is away the password is not sent again and again, and it stays" {
	cli_login
	over
	vendor_control /answers -d count=9 -d status=503 >/dev/null
	run get
	[ "$status" -eq 5 ]
	run get
	[ "$status" -eq 5 ]
	[ "$(vendor_count .requests.vendor)" -eq 2 ]
	password_key
}

@test "nor where the vendor finds fault with the client or the request" {
	cli_login
	over
	vendor_control /answers -d count=9 -d status=400 --data-urlencode 'body={"error":"unauthorized_client"}' >/dev/null
	run get
	echo "$output"
	[ "$status" -eq 6 ]
	run get
	echo "$output"
	[ "$status" -eq 5 ]
	[ "$(vendor_count .requests.vendor)" -eq 2 ]
	password_key
}

@test "the end of the last session takes the password with the record" {
	sed -i /on_last_logout/d /etc/apitoken/apitoken.conf
	run login_ssh alice "$(vendor_password alice)" 'keyctl show @u'
	echo "$output"
	[[ "$output" == *apitoken:password:v1:vyopta* ]]
	wait_until 20 no_password_key
	wait_until 20 no_record
}
no_record() { ! token_of alice vyopta; }

@test "logout removes the password with the record; so does a login that keeps none" {
	cli_login
	as alice apitoken logout vyopta
	assert_no_token alice
	cli_login
	as alice apitoken logout --all
	assert_no_token alice
	cli_login
	vendor_file vyopta
	cli_login
	no_password_key
	assert_token alice vyopta
}

@test "a logout during the request wins: neither record nor password comes back" {
	cli_login
	over
	answer_next_slow
	get >/tmp/late 2>&1 3>&- &
	wait_until 20 asked 2
	as alice apitoken logout vyopta
	wait
	cat /tmp/late
	assert_no_token alice
}
answer_next_slow() { vendor_control /answers -d path=/auth/realms/vyopta/protocol/openid-connect/token -d delay_ms=2000 >/dev/null; }

@test "the password of another account, or one that another user planted, is not sent" {
	local serial
	cli_login
	over
	as alice sh -c 'printf "version=1\naccount=bob\nchecksum=0123456789abcdef\nsecret" | keyctl padd user apitoken:password:v1:vyopta @u' >/dev/null
	run get
	[ "$status" -eq 4 ]
	[ "$(password_posts alice)" -eq 1 ]
	cli_login
	over
	serial=$(password_key | cut -d' ' -f1)
	as alice keyctl setperm "$serial" 0x3f3f0000
	run get
	[ "$status" -eq 4 ]
	[ "$(password_posts alice)" -eq 2 ]
}

@test "a living refresh token is used and the password is not; when it has died, the same get uses the password" {
	keeping keycloak "connect_to = 127.0.0.1:443"
	sed -i 's,^token_url = .*,token_url = https://vendor.test/auth/realms/test/protocol/openid-connect/token,' /etc/apitoken/vendors.d/keycloak.conf
	cli_login
	password_key
	# Longer than its refresh token lives, or nothing would be left to log in again for.
	read -r _ _ _ _ timeout _ < <(token_of alice keycloak)
	echo "timeout $timeout"
	[[ $timeout =~ ^(24h|1d)$ ]]
	aged alice 301 keycloak
	run get
	echo "$output" | sed 's/^password=.*/password=.../'
	[ "$status" -eq 0 ]
	[ "$(password_posts alice)" -eq 1 ]
	[ "$(refresh_posts)" -eq 1 ]
	vendor_control /expire -d user=alice -d kind=refresh >/dev/null
	aged alice 301 keycloak
	run get
	echo "$output" | sed 's/^password=.*/password=.../'
	[ "$status" -eq 0 ]
	[ "$(refresh_posts)" -eq 2 ]
	[ "$(password_posts alice)" -eq 2 ]
	aged alice 3600 keycloak # also its refresh token's known end is past
	get | grep -q ^password=
	[ "$(refresh_posts)" -eq 2 ]
	[ "$(password_posts alice)" -eq 3 ]
}

@test "status says that a password is kept, and how to forget it" {
	cli_login
	run as alice apitoken status
	echo "$output"
	[[ "$output" == *'the password is kept, too, until logout, and gets the next token; forget both: apitoken logout vyopta'* ]]
	[ "$(as alice apitoken status --json | jq '.vendors[0] | .password_kept, .renewable' | tr '\n' ' ')" = 'true true ' ]
	vendor_file vyopta
	cli_login
	[ "$(as alice apitoken status --json | jq '.vendors[0] | .password_kept, .renewable' | tr '\n' ' ')" = 'false false ' ]
}

@test "keep_password beside otp_digits is refused with the file's name: a one-time code cannot be sent again" {
	keeping vyopta 'otp_digits = 6'
	run cli_login
	echo "$output"
	[ "$status" -eq 6 ]
	[[ "$output" == *vyopta.conf*keep_password*otp_digits* ]]
	[ "$(password_posts alice)" -eq 0 ]
}

@test "a refresh token that is found dead days after its access token: the password is sent in time, and neither is lost meanwhile" {
	VENDOR=acme
	rm -f /etc/apitoken/vendors.d/*.conf
	configure_acme 'keep_password = yes'
	cli_login
	aged alice $((3 * 86400)) acme
	vendor_control /answers -d status=400 --data-urlencode 'body={"error":"invalid_grant"}' >/dev/null
	vendor_control /answers -d delay_ms=3000 >/dev/null
	run get
	echo "$output" | sed 's/^password=.*/password=.../'
	[ "$status" -eq 0 ]
	[ "$(password_posts alice)" -eq 2 ]
	[ "$(answer_value password)" = "$(now_token alice acme)" ]
	password_key
}

@test "apitoken refresh says 'renewed' where the password got the new token" {
	cli_login
	over
	run as alice apitoken refresh vyopta
	echo "$output"
	[[ "$output" == "Renewed the token of vendor 'vyopta';"* ]]
}
