# apitoken check --login: what becomes of the session that a trial begins, and where the password comes from.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr
bats_require_minimum_version 1.5.0
load helper
load world
load tools

setup_file() { start_world; }
teardown_file() { stop_world; }

setup()
{
	fresh_start
	configure_acme
}

revoke_url() { printf '[variables]\nrevoke_url = https://vendor.test/oauth2/revoke\n' >>/etc/apitoken/vendors.d/acme.conf; }
tries() { run --separate-stderr as alice apitoken check --vendor acme --login --password-stdin < <(vendor_password alice); }

@test "a trial's session is ended at the vendor, with a password from standard input" {
	revoke_url
	tries
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *'revoke: POST https://vendor.test/oauth2/revoke'*'login: success'*'session: ended at the vendor'* ]]
	[ "$(vendor_count .revocations)" = 1 ]
	[ "$(vendor_count .requests.vendor)" = 2 ]
	assert_no_token alice
	[[ "$output" != *"$(vendor_password alice)"* ]]
}

@test "where the vendor has nothing to end it with, that is said" {
	tries
	[ "$status" -eq 0 ]
	[[ "$output" != *'revoke: POST'* ]]
	[[ "$output" == *'session: the vendor keeps it until it ends by itself; its dialect and file name nothing to end it with'* ]]
	revoke_url
	vendor_control /options -d refresh_token=absent >/dev/null
	tries
	[[ "$output" == *'session: the vendor keeps it until it ends by itself; there is no refresh token to end it with'* ]]
	[ "$(vendor_count '.revocations // 0')" = 0 ]
}

@test "a vendor that cannot be told to end it does not change the verdict" {
	revoke_url
	vendor_control /answers -d count=1 -d status=503 -d body=busy -d path=/oauth2/revoke >/dev/null
	tries
	[ "$status" -eq 0 ]
	[[ "$output" == *'login: success'*'session: the vendor could not be told to end it: '*503* ]]
}

@test "after a refusal there is no session to end" {
	revoke_url
	run --separate-stderr as alice apitoken check --vendor acme --login --password-stdin < <(echo wrong)
	[ "$status" -eq 4 ]
	[[ "$output" == *'login: refused'* ]]
	[[ "$output" != *session:* ]]
	[ "$(vendor_count .requests.vendor)" = 1 ]
}

@test "without a terminal the hint names an option that check has, and it goes with --login alone" {
	run --separate-stderr as alice setsid -w apitoken check --vendor acme --login </dev/null
	[ "$status" -eq 2 ]
	[[ "${stderr_lines[0]}" == *'there is no terminal'*'--password-stdin' ]]
	[[ "$stderr" == *'usage: apitoken check [--vendor NAME [--login [--password-stdin]]]'* ]]
	run --separate-stderr as alice apitoken check --vendor acme --password-stdin </dev/null
	[ "$status" -eq 2 ]
	[ "$(vendor_requests)" -eq 0 ]
}
