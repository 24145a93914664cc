# The other hosts: login, sudo, cron, public keys.

load helper
load world

setup_file() { start_world; }
teardown_file() { stop_world; }
setup() { fresh_start; }

@test "login on a terminal leaves the record, though it opens the session before setcred" {
	login_login alice "$(vendor_password alice)" 'id -un'
	assert_token alice acme
	assert_no_token bob
	[ "$(password_posts)" -eq 1 ]
}

# typist_login SCRIPT USER
typist_login() { printf "$1" | "$RIGS/typist" login "$2"; }

@test "login refuses a wrong password" {
	run typist_login 'Password: \twrong-password\nlogin: \t\004\n' alice
	[[ "$output" == *"Login incorrect"* ]]
	[ "$(password_posts)" -eq 1 ]
	assert_no_token alice
}

@test "sudo with the vendor password works, leaves no token in any keyring and logs no error" {
	login_sudo alice "$(vendor_password alice)" id -un
	[ "$(password_posts alice)" -eq 1 ]
	assert_no_token alice bob
	run log_lines 'error|cannot|without a token'
	[ -z "$output" ]
}

@test "sudo with a wrong password is refused" {
	run login_sudo alice wrong-password id -un
	[ "$status" -ne 0 ]
	[ "$(password_posts)" -eq 1 ]
}

@test "cron runs a job without a token, a request or a line in the log" {
	run_cron alice 'id -un >/tmp/cron-who'
	[ "$(cat /tmp/cron-who)" = alice ]
	assert_no_token alice
	[ "$(vendor_requests)" -eq 0 ]
	run log_lines
	[ -z "$output" ]
}

@test "a public-key login gets no token, no request and no error" {
	run login_ssh_key alice id -un
	[ "$status" -eq 0 ]
	[ "$output" = alice ]
	assert_no_token alice
	[ "$(vendor_requests)" -eq 0 ]
	run log_lines
	[ -z "$output" ]
}

@test "a token of an earlier login is there in cron and in a public-key login" {
	login_ssh alice "$(vendor_password alice)"
	token=$(record_of alice acme | sed -n 's/^access_token=//p')
	[ "$(login_ssh_key alice apitoken token --force)" = "$token" ]
	run_cron alice '/usr/local/bin/apitoken token --force >/tmp/cron-token'
	[ "$(cat /tmp/cron-token)" = "$token" ]
	rm /tmp/cron-token
}

@test "PAM-07 account sufficient apitoken lets nobody in by itself" {
	cp /etc/pam.d/common-account /run/common-account
	printf 'account sufficient /usr/local/lib/security/pam_apitoken.so\naccount required pam_deny.so\n' >/etc/pam.d/common-account
	run login_ssh alice "$(vendor_password alice)" id -un
	cp /run/common-account /etc/pam.d/common-account
	[ "$status" -ne 0 ]
	[[ "$output" != alice ]]
	login_ssh alice "$(vendor_password alice)"
}
