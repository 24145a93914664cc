# What authenticate answers: the result contract, through a real libpam, fetch, stash and the test vendor over TLS.

load pam

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

# answers KEY=VALUE...: what the vendor gives next instead of the truth.
answers()
{
	local field arguments=()
	for field in "$@"; do
		arguments+=(--data-urlencode "$field")
	done
	vendor_control /answers "${arguments[@]}" >/dev/null
}

@test "PAM-16 a right password is success, one post, and the record is in the user's keyring" {
	host alice "$(password_of alice)"
	said 'prompt off Password: ' 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS'
	assert_token alice acme
	assert_no_token bob carol dave
	[ "$(password_posts alice)" -eq 1 ]
	logged notice 'authentication success; .* user=alice vendor=acme'
	[ "$(log_count)" -eq 1 ]
}

@test "a wrong password is AUTH_ERR, logged as pam_unix does, with a delay and no token" {
	PAMH=(-i rhost=192.0.2.7 -i tty=ssh -i ruser=joe)
	host alice not-the-password
	said 'auth PAM_AUTH_ERR' delay
	assert_no_token alice
	[ "$(password_posts)" -eq 1 ]
	logged notice 'authentication failure; logname=[^ ]* uid=0 euid=0 tty=ssh ruser=joe rhost=192\.0\.2\.7 user=alice vendor=acme: .+'
	[ "$(log_count)" -eq 1 ]
}

@test "an account that the vendor has disabled is AUTH_ERR; the person is told why, unless PAM_SILENT" {
	configure_acme '[error account]' 'code = account_disabled' 'means = account'
	answers count=2 status=400 'body={"error":"account_disabled","error_description":"Account disabled"}'
	host carol "$(password_of carol)" auth
	said 'auth PAM_AUTH_ERR' 'error acme does not let this account log in now (account_disabled); its administrators can help'
	logged notice 'authentication failure; .* user=carol vendor=acme: .*account_disabled'
	host carol "$(password_of carol)" auth:silent
	said 'auth:silent PAM_AUTH_ERR'
	unsaid ^error
}

@test "PAM-02 PAM-16 no 2xx without a whole, sound token is a success" {
	local body
	for body in '' '{}' '[]' 'null' '"x"' '{"Success":true}' '{"access_token":null,"token_type":"Bearer"}' '{"access_token":"","token_type":"Bearer"}' \
		'{"access_token":7,"token_type":"Bearer"}' '{"access_token":["t"],"token_type":"Bearer"}' '{"access_token":"a b","token_type":"Bearer"}' \
		'{"access_token":"t","token_type":"mac"}' '{"access_token":"t","access_token":"u","token_type":"Bearer","expires_in":60}' \
		'{"token_type":"Bearer","expires_in":3600}' '{"refresh_token":"r","token_type":"Bearer","expires_in":3600}' \
		'{"access_token":"t","token_type":"Bearer","expires_in":3600' '{"access_token":"t","token_type":"Bearer","expires_in":3600}{}' \
		'<html>access_token</html>'; do
		answers status=200 "body=$body"
		host alice "$(password_of alice)" auth
		said 'auth PAM_AUTHINFO_UNAVAIL' || { echo "body: $body"; return 1; }
	done
	for status in 201 202 204 206; do
		answers "status=$status" body=
		host alice "$(password_of alice)" auth
		said 'auth PAM_AUTHINFO_UNAVAIL' || { echo "status: $status"; return 1; }
	done
	assert_no_token alice
}

@test "PAM-16 5xx, 429, redirects, strange statuses and lost answers are AUTHINFO_UNAVAIL, and nothing is sent again" {
	local field
	for field in status=500 status=502 status=503 status=504 status=429 status=301 status=302 status=307 status=308 status=100 status=418 \
		status=404 drop=1 'when=after&drop=1'; do
		vendor_control /answers -d "$field" -d 'header=Retry-After: 1' -d 'header=Location: https://vendor.test/oauth2/token' >/dev/null
		before=$(password_posts)
		host alice "$(password_of alice)" auth
		grep -qxE 'auth PAM_(AUTHINFO_UNAVAIL|SERVICE_ERR)' <<<"$output" || { echo "$field"; return 1; }
		[ $(($(password_posts) - before)) -le 1 ]
	done
	assert_no_token alice
}

@test "a vendor that is down is AUTHINFO_UNAVAIL, at once, with a warning that says why" {
	sed -i 's,vendor.test/,vendor.test:4/,' /etc/apitoken/vendors.d/acme.conf
	host alice "$(password_of alice)" auth
	said 'auth PAM_AUTHINFO_UNAVAIL'
	logged warning 'vendor unavailable; .* user=alice vendor=acme: .+'
	unsaid ^delay
	[ "$(log_count)" -eq 1 ]
}

@test "a vendor that is slow is AUTHINFO_UNAVAIL after its timeout" {
	configure_acme 'timeout = 1'
	answers delay_ms=5000
	host alice "$(password_of alice)" auth
	said 'auth PAM_AUTHINFO_UNAVAIL'
	[ "$(password_posts)" -eq 0 ]
	wait_until 20 one_post
}
# The vendor counts a delayed request when its delay is over.
one_post() { [ "$(password_posts)" -eq 1 ]; }

@test "a client or grant that the vendor does not know is SERVICE_ERR, logged as an error" {
	for code in invalid_client unauthorized_client unsupported_grant_type; do
		answers status=400 "body={\"error\":\"$code\"}"
		clear_log
		host alice "$(password_of alice)" auth
		said 'auth PAM_SERVICE_ERR'
		logged err 'configuration error; .* user=alice vendor=acme: .+'
	done
}

@test "configuration that is missing, unsafe or wrong is SERVICE_ERR before anybody is asked for a password" {
	local deed
	for deed in 'rm /etc/apitoken/vendors.d/acme.conf' 'chmod 666 /etc/apitoken/vendors.d/acme.conf' 'chown alice /etc/apitoken/vendors.d/acme.conf' \
		'echo nonsense >>/etc/apitoken/vendors.d/acme.conf' 'echo "dialekt = x" >>/etc/apitoken/vendors.d/acme.conf' \
		'sed -i s/^dialect.*/dialect=nobody/ /etc/apitoken/vendors.d/acme.conf' 'echo "[pam]" >/etc/apitoken/apitoken.conf' \
		'echo nonsense >>/etc/apitoken/apitoken.conf' 'chmod 622 /etc/apitoken/apitoken.conf' \
		'sed -i s/https:/http:/ /etc/apitoken/vendors.d/acme.conf' 'mkfifo -m 600 /tmp/f; mv /tmp/f /etc/apitoken/vendors.d/acme.conf'; do
		rm -rf /etc/apitoken
		configure_acme
		eval "$deed"
		clear_log
		host alice "$(password_of alice)" auth
		said 'auth PAM_SERVICE_ERR' || { echo "after: $deed"; return 1; }
		unsaid ^prompt
		logged err 'configuration error; .* user=alice.*: .+'
	done
	rm -rf /etc/apitoken
	no_requests
}

@test "fetch that is missing or unsafe is SERVICE_ERR" {
	service acme 'auth required MODULE libexec=/run/nothing-here'
	host alice "$(password_of alice)" auth
	said 'auth PAM_SERVICE_ERR'
	install -d /run/libexec
	cp "$LIBEXEC"/* /run/libexec/
	chmod 777 /run/libexec/fetch
	service acme 'auth required MODULE libexec=/run/libexec'
	host alice "$(password_of alice)" auth
	said 'auth PAM_SERVICE_ERR'
	no_requests
	pam_service
}

@test "PAM-10 root, another uid 0 and system accounts are USER_UNKNOWN, decided by uid, without a request" {
	printf 'toor:x:0:0::/root:/bin/sh\nlowest:x:999:999::/:/bin/sh\n' >>/etc/passwd
	for user in root toor; do
		echo nonsense >/etc/apitoken/apitoken.conf
		host "$user" whatever auth
		said 'auth PAM_USER_UNKNOWN'
		unsaid ^prompt
	done
	configure_acme
	for user in daemon nobody lowest; do
		[ "$user" != nobody ] || printf '[pam]\nvendor = acme\nminimum_uid = 70000\n' >/etc/apitoken/apitoken.conf
		host "$user" whatever auth
		said 'auth PAM_USER_UNKNOWN'
		configure_acme
	done
	no_requests
	[ "$(log_count)" -eq 0 ]
}

@test "a service with vendor = none knows no user" {
	printf '[pam]\nvendor = acme\n[pam:closed]\nvendor = none\n' >/etc/apitoken/apitoken.conf
	service closed 'auth required MODULE'
	SERVICE=closed
	host alice "$(password_of alice)" auth
	said 'auth PAM_USER_UNKNOWN'
	no_requests
	service closed 'auth required MODULE vendor=none'
	configure_acme
	host alice "$(password_of alice)" auth
	said 'auth PAM_USER_UNKNOWN'
	service closed 'auth required MODULE vendor=acme'
	host alice "$(password_of alice)" auth
	said 'auth PAM_SUCCESS'
}

@test "PAM-11 a user whom the machine does not know is USER_UNKNOWN without a request, with the delay of a wrong password" {
	host mallory whatever auth
	said 'auth PAM_USER_UNKNOWN' delay
	no_requests
}

@test "PAM-09 names are taken exactly: no folding, no realm, no control or foreign bytes" {
	local name names=(ROOT Alice ALICE aLICE 'alice@evil' 'alice@vendor.test' '@alice' 'alice@' 'EVIL\alice' 'alice\' '\alice' 'a/lice' '/alice' 'alice/'
		'../alice' 'alice:' ':alice' 'alice:x' 'alice ' ' alice' 'al ice' $'alice\n' $'\nalice' $'alice\r' $'alice\t' $'alice\001' $'alice\177' $'\033[2Jalice'
		$'alic\303\251' $'\320\260lice' $'alice\342\200\256' $'\357\275\201lice' $'ali\314\201ce' $'alice\200' $'alice\377' $'alice\302\240' alicf alic alicee 'alice.')
	[ "${#names[@]}" -eq 40 ]
	# Accounts of most of these names exist, so that it is the name alone that refuses them.
	for name in "${names[@]:4:32}"; do
		[[ $name == *[:$'\n']* ]] || printf '%s:x:%s:1::/:/bin/sh\n' "$name" "$(id -u dave)" >>/etc/passwd
	done
	for name in "${names[@]}"; do
		run_pamh acme "$name" auth getuser < <(printf 'text %s\n' "$(password_of alice)")
		said 'auth PAM_USER_UNKNOWN' || { printf 'name: %q\n' "$name"; return 1; }
		unsaid ^prompt
	done
	printf 'Alice:x:%s:1::/:/bin/sh\n' "$(id -u dave)" >>/etc/passwd
	host alice "$(password_of alice)" auth getuser
	said 'auth PAM_SUCCESS' 'user alice'
	[ "$(vendor_requests)" -eq 1 ]
}

@test "PAM-12 sshd's dummy password of each length from 1 to 600 is AUTH_ERR without a request" {
	local calls=() length
	for length in {1..600}; do
		calls+=(auth)
	done
	run_pamh acme alice "${calls[@]}" < <(dummies)
	[ "$(grep -c '^auth PAM_AUTH_ERR$' <<<"$output")" -eq 600 ]
	no_requests
}
dummies()
{
	local hex=080a0d7f494e434f5252454354 all='' length
	while [ "${#all}" -lt 1200 ]; do
		all+=$hex
	done
	for length in {1..600}; do
		printf 'hex %s\n' "${all:0:$((2 * length))}"
	done
}

@test "PAM-13 empty passwords and NULL are AUTH_ERR or CONV_ERR without a request, whatever the flags" {
	local script call
	for script in 'text ' 'fill 0' 'hex 00' 'hex 000000' null; do
		for call in auth auth:nonull auth:silent auth:silent+nonull; do
			host_script alice "$script" "$call"
			if [ "$script" = null ]; then
				said "$call PAM_CONV_ERR"
			else
				said "$call PAM_AUTH_ERR"
			fi
		done
	done
	no_requests
}

@test "PAM-14 passwords of 512 bytes and more, and names of more than 255, are refused without a request" {
	local calls=() name
	for length in {512..1025} 65536; do
		calls+=(auth)
	done
	run_pamh acme alice "${calls[@]}" < <(printf 'fill %d\n' {512..1025} 65536)
	[ "$(grep -c '^auth PAM_AUTH_ERR$' <<<"$output")" -eq 515 ]
	no_requests
	for length in 255 256 257 1024 70000; do
		name=$(printf "%${length}s" '' | tr ' ' a)
		host "$name" whatever auth
		said 'auth PAM_USER_UNKNOWN'
	done
	no_requests
	for length in 1 2 510 511; do
		host_script alice "fill $length" auth
		said 'auth PAM_AUTH_ERR'
	done
	[ "$(password_posts)" -eq 4 ]
}

@test "PAM-15 the vendor receives each password byte for byte" {
	local sent=() calls=() number
	for number in {1..255}; do
		[ "$number" -eq 8 ] || sent+=("$(printf %02x "$number")")
	done
	passwords_arrive "${sent[@]}"
	sent=("$(printf %02x {1..255})" "$(printf '&=+%% ;?#/%%41%%%%00' | od -An -v -tx1 | tr -d ' \n')")
	for number in {1..200}; do
		sent+=("$(head -c $((RANDOM % 511 + 1)) /dev/urandom | tr '\0' x | od -An -v -tx1 | tr -d ' \n')")
	done
	passwords_arrive "${sent[@]}"
}

@test "PAM-15 10,000 random passwords of 1 to 511 bytes, and each byte alone, come out of another's form parser as they went in" {
	run python3 "$SOURCE/tests/rigs/form-round-trip" "$RIGS/formwriter" 10000
	[ "$status" -eq 0 ]
	[ "$output" = '10255 passwords, 0 changed' ] || { echo "$output"; false; }
}
# passwords_arrive HEX...: each is tried, and the bodies that the vendor got decode to the very bytes.
passwords_arrive()
{
	local password calls=()
	for password in "$@"; do
		calls+=(auth)
	done
	vendor_control /reset -d '' >/dev/null
	run_pamh acme alice "${calls[@]}" < <(printf 'hex %s\n' "$@") >/dev/null
	vendor_control '/requests?n=256' | jq -r '.[] | .body // empty' | sed -nE 's/.*(^|&)password=([^&]*).*/\2/p' | while IFS= read -r password; do
		password=${password//+/ }
		printf '%b' "${password//%/\\x}" | od -An -v -tx1 | tr -d ' \n'
		echo
	done >/dev/shm/arrived
	diff <(printf '%s\n' "$@") /dev/shm/arrived
}

@test "PAM-08 a token whose subject is anybody but this very user is AUTH_ERR with an alert" {
	configure_acme '[answer]' 'subject = preferred_username'
	local subject
	for subject in bob Alice ALICE alic alicee 'alice ' ' alice' 'alice@vendor.test' 'alicе' 'alice\u0000' 'alice\u0000bob'; do
		answers status=200 "body={\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":60,\"preferred_username\":\"$subject\"}"
		clear_log
		host alice "$(password_of alice)" auth getuser
		said 'user alice'
		if grep -q u0000 <<<"$subject"; then
			grep -qxE 'auth PAM_(AUTH_ERR|AUTHINFO_UNAVAIL)' <<<"$output"
		else
			said 'auth PAM_AUTH_ERR' || { echo "subject: $subject"; return 1; }
			logged alert 'vendor=acme answered a login of user=alice with a token of another user'
		fi
		assert_no_token alice
	done
	for subject in '""' '{"name":"alice"}' '["alice"]' true; do
		answers status=200 "body={\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":60,\"preferred_username\":$subject}"
		host alice "$(password_of alice)" auth
		said 'auth PAM_AUTHINFO_UNAVAIL' || { echo "subject: $subject"; return 1; }
		assert_no_token alice
	done
	answers status=200 'body={"access_token":"t","token_type":"Bearer","expires_in":60,"preferred_username":"alice"}'
	host alice "$(password_of alice)"
	said 'auth PAM_SUCCESS'
	assert_token alice acme
}
