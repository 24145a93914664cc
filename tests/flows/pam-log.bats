# What the log has, and what it never has.

load pam

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

@test "SEC-01 no password, token, client secret or answer is in the log at any level, whatever happens" {
	local answer secret=client-secret-0123456789abcdef
	install -d -m 755 /etc/apitoken/secrets
	(umask 077; printf %s "$secret" >/dev/shm/secret; mv /dev/shm/secret /etc/apitoken/secrets/acme)
	configure_acme 'client_secret_file = /etc/apitoken/secrets/acme'
	vendor_control /options -d "client_secret=$secret" >/dev/null
	host alice "$(password_of alice)" auth setcred open
	host alice "$(password_of alice)x" auth setcred open
	for answer in "{\"error\":\"invalid_grant\",\"error_description\":\"wrong password $(password_of alice)\"}" \
		"{\"error\":\"$(password_of alice)\"}" "$(password_of alice)" "{\"access_token\":\"$(password_of alice) body-canary\"}" \
		"{\"access_token\":\"token-canary-0123456789\",\"token_type\":\"$(password_of alice)\",\"expires_in\":60}"; do
		for status in 200 400 401 403 500; do
			vendor_control /answers -d "status=$status" --data-urlencode body@- < <(printf %s "$answer") >/dev/null
			host alice "$(password_of alice)" auth setcred >/run/said
			[ "$(grep -cF -e "$(password_of alice)" -e "$secret" /run/said)" -eq 0 ]
		done
	done
	rm -f /run/said
	grep -q pam_apitoken "$LOG"
	[ "$(grep -cF -e "$(password_of alice)" -e "$(password_of alice | head -c 16)" -e "$secret" -e body-canary -e token-canary "$LOG")" -eq 0 ]
	rm -r /etc/apitoken/secrets
}

@test "one line an event: nothing more without debug" {
	service plain 'auth required MODULE' 'session required MODULE'
	SERVICE=plain
	for user in root mallory; do
		host "$user" x auth
	done
	[ "$(grep -c pam_apitoken "$LOG")" -eq 0 ]
	host alice "$(password_of alice)" auth setcred open close
	[ "$(grep -c pam_apitoken "$LOG")" -eq 1 ]
	host alice wrong auth
	[ "$(grep -c pam_apitoken "$LOG")" -eq 2 ]
}

@test "SEC-03 what others wrote into user, rhost, tty and answers cannot forge or tear a line" {
	local evil=$'x\n<83>forged: y\033[31m\r\302\205\342\200\256z'
	PAMH=(-i "rhost=$evil" -i "tty=$evil" -i "ruser=$evil")
	host alice wrong auth
	[ "$(grep -c pam_apitoken "$LOG")" -eq 1 ]
	[ "$(grep -c '^<83>forged' "$LOG")" -eq 0 ]
	[ "$(tr -d '\n -~' <"$LOG" | wc -c)" -eq 0 ]
	logged notice 'rhost=x\\x0a<83>forged: y\\x1b\[31m\\x0d'
	PAMH=(-i "rhost=$(printf '%5000s' '' | tr ' ' r)")
	clear_log
	host alice wrong auth
	[ "$(wc -c <"$LOG")" -lt 1400 ]
	logged notice 'user=alice'
}

@test "fail2ban's rule for PAM finds the host in our failure line" {
	PAMH=(-i rhost=192.0.2.77 -i tty=ssh)
	host alice wrong auth
	# filter.d/pam-generic.conf of fail2ban 1.0.2, its expression as it matches after the service prefix.
	grep -E 'pam_[a-z]+\([^)]*\): +authentication failure;( +((logname|e?uid)=[^ ]*)){0,3} tty=[^ ]* ruser=([^ ]*|.*) rhost=192\.0\.2\.77( +user=([^ ]*|.*))? *$' "$LOG"
}

@test "BOD-16 a scope narrower than the vendor file's is logged as a warning, and the login goes on; or it does not, where the file says so" {
	configure_acme 'scope = api more'
	local answer='{"access_token":"a-token","token_type":"Bearer","expires_in":60,"scope":"api"}'
	vendor_control /answers -d count=2 -d status=200 --data-urlencode "body=$answer" >/dev/null
	host alice "$(password_of alice)" auth setcred
	said 'auth PAM_SUCCESS'
	log_lines
	[[ "$(log_lines)" == *"user=alice: vendor.test granted less than the scope of the vendor file: 'more' is missing"* ]]
	assert_token alice acme
	clear_keys alice
	configure_acme 'scope = api more' '[answer]' 'scope_narrower = refused'
	host alice "$(password_of alice)" auth setcred
	unsaid '^auth PAM_SUCCESS'
	assert_no_token alice
}
