# A confidential client whose secret only root can read: its tokens come with logins to this machine alone, and every tool says so, in place of
# a command that cannot work.

bats_require_minimum_version 1.5.0
load helper
load world
load tools

setup_file()
{
	start_world
	printf '[pam]\nvendor = conf\non_last_logout = keep\n' >/etc/apitoken/apitoken.conf
	sed 's/^hosts = .*/hosts = conf.test/' /etc/apitoken/vendors.d/acme.conf >/etc/apitoken/vendors.d/conf.conf
	printf 'client_secret_file = /etc/apitoken/conf.secret\n' >>/etc/apitoken/vendors.d/conf.conf
	(umask 077; printf 'secret-CANARY' >/etc/apitoken/conf.secret)
}
teardown_file() { stop_world; }
setup() { fresh_start; }

# The advice that works, and not the one that does not.
advises()
{
	echo "$output"
	[[ "$output" == *'log in to this machine'* || "$output" == *'login to this machine'* ]]
	[[ "$output" != *'apitoken login conf'* ]]
}

@test "SEC-06 without a token: status, apitoken alone, token, git and docker name the login that brings one" {
	run as alice apitoken status
	[ "$status" -eq 0 ]
	advises
	run as alice apitoken
	[[ "$output" == *"Not logged in to vendor 'acme'. To log in:  apitoken login acme"* ]]
	advises
	run as alice apitoken token conf
	[ "$status" -eq 3 ]
	advises
	run as alice apitoken header conf.test
	[ "$status" -eq 3 ]
	advises
	run ask alice conf.test get
	[ "$status" -eq 3 ]
	advises
	run docker_ask alice get conf.test
	[ "$status" -eq 1 ]
	advises
}

@test "SEC-06 apitoken login says that it cannot, and why, before it asks for a password" {
	run as alice apitoken login conf </dev/null
	[ "$status" -eq 6 ]
	[[ "$output" == *'/etc/apitoken/conf.secret'*'an administrator may make the file readable'* ]]
	[[ "$output" != *Password* ]]
	advises
	[ "$(vendor_requests)" = 0 ]
}

@test "SEC-06 with a token: it is served, status and check say why it cannot be renewed, and its end names the login to this machine" {
	login_ssh alice "$(password_of alice)" true
	assert_token alice conf
	run ask alice conf.test get
	[ "$status" -eq 0 ]
	run as alice apitoken status
	[[ "$output" == *"it cannot be renewed: the client's secret is readable for root only"* ]]
	advises
	[ "$(as alice apitoken status --json | jq '.vendors[] | select(.vendor == "conf") | .renewable')" = false ]
	run as alice apitoken check
	[ "$status" -eq 0 ]
	[[ "$output" == *'hint'*'conf.conf:6: client_secret_file: '*"so only logins to this machine bring a token, and a user's programs cannot renew it"* ]]
	run as alice apitoken check --vendor conf
	[[ "$output" == *'/etc/apitoken/conf.secret: it cannot be opened: Permission denied'*'so only logins'* ]]
}

@test "SEC-06 the token's end: each tool says to log in to this machine again, and nothing is sent" {
	vendor_control /options -d access_seconds=1 >/dev/null
	login_ssh alice "$(password_of alice)" true
	local before
	before=$(vendor_requests)
	ended() { ! as alice apitoken token conf >/dev/null 2>&1; }
	wait_until 20 ended
	run as alice apitoken token conf
	[ "$status" -eq 4 ]
	advises
	run ask alice conf.test get
	[ "$status" -eq 4 ]
	advises
	run docker_ask alice get conf.test
	advises
	run as alice apitoken status
	advises
	[ "$(vendor_requests)" = "$before" ]
}

@test "check tells the line of a ca_file and a suffix that cannot be read" {
	install -m 600 /dev/null /etc/apitoken/suffix
	sed -e 's/^hosts = .*/hosts = other.test/' -e '$a ca_file = /etc/apitoken/nothing.pem\npassword_suffix_file = /etc/apitoken/suffix\n[step login]\nfield.password = {password}{password_suffix}' \
		/etc/apitoken/vendors.d/acme.conf >/etc/apitoken/vendors.d/other.conf
	run as alice apitoken check
	echo "$output"
	[ "$status" -eq 6 ]
	[[ "$output" == *'wrong '*'other.conf:6: ca_file: '*'nothing.pem'*'other.conf:7: password_suffix_file: '*'/etc/apitoken/suffix'* ]]
	rm /etc/apitoken/vendors.d/other.conf
}
