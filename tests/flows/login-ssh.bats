# Logins through Debian's sshd, by both methods that take a password.

load helper
load world

setup_file() { start_world; }
teardown_file() { stop_world; }
setup() { fresh_start; }

@test "PAM-05 ssh by password: the record is in the user's keyring and in nobody else's, and no hand-off is left" {
	user=$(unique_user)
	login_ssh "$user" "$(vendor_password "$user")"
	assert_token "$user" acme
	assert_no_token alice bob carol localuser
	no_handoff_of "$user"
	[ "$(password_posts)" -eq 1 ]
}

@test "PAM-05 ssh by keyboard-interactive: the record is in the user's keyring and in nobody else's, and no hand-off is left" {
	user=$(unique_user)
	login_ssh_kbdint "$user" "$(vendor_password "$user")"
	assert_token "$user" acme
	assert_no_token alice bob carol localuser
	no_handoff_of "$user"
	[ "$(password_posts)" -eq 1 ]
}

@test "PAM-05 with keyboard-interactive as the only method the record is there too" {
	start_sshd 'PasswordAuthentication no'
	login_ssh_kbdint bob "$(vendor_password bob)"
	start_sshd
	assert_token bob acme
	assert_no_token alice
}

@test "PAM-05 each user gets the token of the own login, and a second login replaces it" {
	login_ssh alice "$(vendor_password alice)"
	first=$(record_of alice acme)
	login_ssh bob "$(vendor_password bob)"
	grep -qx account=alice <<<"$first"
	grep -qx account=bob <<<"$(record_of bob acme)"
	login_ssh_kbdint alice "$(vendor_password alice)"
	second=$(record_of alice acme)
	grep -qx account=alice <<<"$second"
	[ "$(grep ^access_token= <<<"$first")" != "$(grep ^access_token= <<<"$second")" ]
	[ "$(token_of alice | wc -l)" -eq 1 ]
}

@test "no variable of the hand-off is left in the person's shell" {
	for method in login_ssh login_ssh_kbdint; do
		run "$method" alice "$(vendor_password alice)" env
		[ "$status" -eq 0 ]
		[[ "$output" == *HOME=/home/alice* ]]
		[[ "$output" != *APITOKEN* ]]
	done
}

@test "a wrong password is refused, sent once, and leaves no token" {
	run login_ssh alice wrong-password
	[ "$status" -ne 0 ]
	[ "$(password_posts)" -eq 1 ]
	assert_no_token alice
	log_lines alice
}

@test "a user whom the vendor disabled, and one it does not know, are refused" {
	for user in carol dave; do
		run login_ssh "$user" "$(vendor_password "$user")"
		[ "$status" -ne 0 ]
		assert_no_token "$user"
	done
	[ "$(password_posts)" -eq 2 ]
}

@test "a local password never reaches the vendor" {
	login_ssh localuser "$LOCAL_PASSWORD"
	login_ssh_kbdint localuser "$LOCAL_PASSWORD"
	[ "$(vendor_requests)" -eq 0 ]
	assert_no_token localuser
}

@test "PAM-06 a full keyring does not fail the login: no token, one warning that says why" {
	for method in login_ssh login_ssh_kbdint; do
		fresh_start
		fill_keyring alice
		run "$method" alice "$(vendor_password alice)" id -un
		[ "$output" = alice ]
		assert_no_token alice
		log_lines 'alice.*(quota|full|room)'
	done
}

@test "PAM-06 store = required in a stack that requires the module's session: a full keyring fails the login" {
	printf '[pam]\nvendor = acme\non_last_logout = keep\nstore = required\n' >/etc/apitoken/apitoken.conf
	sed -i '/pam_apitoken/s/optional/required/' /etc/pam.d/common-session
	fill_keyring alice
	run login_su bob alice "$(vendor_password alice)" id -un
	full=$status
	clear_keys alice
	run login_su bob alice "$(vendor_password alice)" id -un
	sed -i '/pam_apitoken/s/required/optional/' /etc/pam.d/common-session
	configure_acme
	[ "$full" -ne 0 ]
	[ "$status" -eq 0 ]
	assert_token alice acme
}

@test "PAM-12 users whom sshd will not let in: its dummy password is not sent" {
	start_sshd 'DenyUsers bob' 'PermitRootLogin no'
	for method in login_ssh login_ssh_kbdint; do
		for user in bob root nosuchuser; do
			run "$method" "$user" "$(vendor_password bob)"
			[ "$status" -ne 0 ]
		done
	done
	start_sshd
	[ "$(password_posts)" -eq 0 ]
	[ "$(vendor_requests)" -eq 0 ]
	login_ssh bob "$(vendor_password bob)"
	[ "$(password_posts)" -eq 1 ]
}

@test "PAM-10 root and system accounts never reach the vendor" {
	usermod -p '*' -s /bin/bash daemon
	useradd -o -u 0 -g 0 -M -d /root -s /bin/bash toor
	for user in root toor daemon; do
		run login_ssh "$user" "$(vendor_password alice)"
		[ "$status" -ne 0 ]
	done
	[ "$(vendor_requests)" -eq 0 ]
}

@test "PAM-16 one login is one password request, also when the vendor drops or answers 503" {
	for script in drop=1 status=503 status=500 status=429; do
		fresh_start
		vendor_control /answers -d count=5 -d "$script" >/dev/null
		run login_ssh alice "$(vendor_password alice)"
		[ "$status" -ne 0 ]
		[ "$(vendor_count .requests.vendor)" -eq 1 ]
		assert_no_token alice
	done
}
