# Vyopta's page, sentence by sentence: the shipped example as it is, against the test vendor at the documented URL.

load vendors
load tools

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

@test "VYOPTA-01 VYOPTA-02 VYOPTA-03 VYOPTA-04 the example as shipped logs in at the documented URL with form, type and Host" {
	example vyopta
	logs_in
	[ "$(sent .target)" = /auth/realms/vyopta/protocol/openid-connect/token ]
	[ "$(sent_header Host)" = login.vyopta.com ]
	[ "$(sent_header Content-Type)" = application/x-www-form-urlencoded ]
	[ "$(sent_fields)" = 'client_id grant_type password username ' ]
	[[ "&$(sent .body)&" == *'&client_id=vyopta&'* ]]
}

@test "VYOPTA-03 connected to another address, Host and certificate are still the URL's" {
	example vyopta
	sed 's/ *login\.vyopta\.com//' /etc/hosts >"$BATS_TEST_TMPDIR/hosts"
	mount --bind "$BATS_TEST_TMPDIR/hosts" /etc/hosts
	no_login || { umount /etc/hosts; return 1; }
	sed -i '/^dialect/a connect_to = 127.0.0.1:443' /etc/apitoken/vendors.d/vyopta.conf
	logs_in || { umount /etc/hosts; return 1; }
	umount /etc/hosts
	[ "$(sent_header Host)" = login.vyopta.com ]
}

@test "VYOPTA-06 VYOPTA-07 300 seconds, the refresh token is not kept, and a refresh sends nothing" {
	example vyopta
	logs_in
	[ $(($(of_record access_expires_at) - $(of_record obtained_at))) -eq 300 ]
	[ -z "$(of_record refresh_token)" ]
	aged 60
	run as alice apitoken refresh vyopta
	echo "$output"
	[ "$status" -eq 4 ]
	[[ "$output" == *'apitoken login vyopta'* ]]
	[ "$(vendor_count '.refresh_posts // 0')" = 0 ]
}

@test "VYOPTA-08 after 300 seconds git, docker and the command line say: log in again, and how" {
	example vyopta 's/^hosts = .*/hosts = git.test registry.vendor.test/'
	logs_in
	ask alice git.test get 'capability[]=authtype' >/dev/null
	aged 301
	run as alice apitoken token vyopta
	[ "$status" -eq 4 ]
	[[ "$output" == *'apitoken login vyopta'* ]]
	run as alice apitoken status
	[[ "$output" == *'apitoken login vyopta'* ]]
	run ask alice git.test get 'capability[]=authtype'
	echo "$output"
	[ "$status" -eq 4 ]
	[[ "$output" == *'apitoken login vyopta'* ]]
	[[ "$output" != *credential=* ]]
	run docker_ask alice get registry.vendor.test
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *'apitoken login vyopta'* ]]
	[ "$(vendor_count '.refresh_posts // 0')" = 0 ]
}

@test "VYOPTA-08 the record outlives the token by a day, so that the tools can say so" {
	example vyopta
	logs_in
	local seconds serial
	serial=$(token_of alice vyopta | cut -d' ' -f1)
	seconds=$(awk -v serial="$(printf '%08x' "$serial")" '$1 == serial { print $4 }' <(as alice cat /proc/keys))
	echo "timeout $seconds"
	[[ "$seconds" =~ ^(24h|1d)$ ]]
}

@test "VYOPTA-07 refresh = try: renewed where the vendor does it, and told where it does not" {
	example vyopta
	sed -i '/^dialect/a refresh = try' /etc/apitoken/vendors.d/vyopta.conf
	option vyopta_refresh=works
	logs_in
	[ -n "$(of_record refresh_token)" ]
	aged 250
	as alice apitoken token vyopta >/dev/null
	[ "$(of_record generation)" = 2 ]
	option vyopta_refresh=refused
	aged 60
	run as alice apitoken refresh vyopta
	echo "$output"
	[ "$status" -ne 0 ]
	[ "$(of_record generation)" = 2 ]
}

@test "VYOPTA-10 Authorization: Bearer, one space, the token" {
	example vyopta
	logs_in
	[ "$(as alice apitoken header vyopta)" = "Authorization: Bearer $(of_record access_token)" ]
}

@test "VYOPTA-11 a wrong password is refused at 401 and at 400; a disabled account is told as such" {
	local number
	example vyopta
	for number in 401 400; do
		option "keycloak_status=$number"
		clear_log
		no_login 'wrong CANARY'
		said 'auth PAM_AUTH_ERR'
		log_lines
		[[ "$(log_lines)" == *"status $number, invalid_grant, rule wrong_password"* ]]
	done
	clear_log
	vendor_control /users -d name=carol -d state=disabled >/dev/null
	host carol "$(vendor_password carol)" auth
	unsaid '^auth PAM_SUCCESS'
	[[ "$(log_lines)" == *account_disabled* ]]
}
