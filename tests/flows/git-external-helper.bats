# What git's own suite for other people's helpers (t0303) asks of a helper, in our words and order. Ours serves the hosts of its vendors and keeps nothing of
# others: what needs a general store is answered by git's next helper, here an askpass program.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr and stderr_lines
bats_require_minimum_version 1.5.0
load helper
load world
load tools

setup_file()
{
	start_world
	install -m 755 /dev/stdin /usr/local/bin/answer-prompts <<'END'
#!/bin/sh
case $1 in Username*) echo asked-username ;; *) echo asked-password ;; esac
END
}
teardown_file() { stop_world; }
setup() { fresh_start; }

# credential OPERATION [SETTING] <request: git's own front end with our helper alone.
credential()
{
	local operation=$1
	shift
	as alice env GIT_ASKPASS=/usr/local/bin/answer-prompts GIT_CONFIG_NOSYSTEM=1 git -c credential.helper=/usr/local/bin/git-credential-apitoken "$@" credential "$operation"
}
request() { printf '%s\n' "$@" ''; }

# Everything is asked of the person: our helper said nothing.
assert_asked()
{
	if [ "$status" -ne 0 ] || [ -n "$stderr" ] || ! grep -qx 'password=asked-password' <<<"$output"; then
		echo "status $status: $output $stderr"
		return 1
	fi
}

@test "there is no data at the start" {
	run --separate-stderr credential fill < <(request protocol=https host=example.com)
	assert_asked
	grep -qx 'username=asked-username' <<<"$output"
}

@test "what is not ours is accepted and not kept" {
	run --separate-stderr credential approve < <(request protocol=https host=example.com username=store-user password=store-pass)
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	run --separate-stderr credential fill < <(request protocol=https host=example.com)
	assert_asked
	assert_no_token alice
}

@test "the stored token comes back with nothing else on standard error" {
	log_in alice
	run --separate-stderr credential fill < <(request protocol=https host=git.test:8443)
	[ -z "$stderr" ]
	[ "$(grep -v ^password_expiry_utc <<<"$output")" = "protocol=https
host=git.test:8443
username=alice
password=$(now_token alice)" ]
}

@test "another protocol, another host and another username do not match" {
	log_in alice
	run --separate-stderr credential fill < <(request protocol=http host=git.test:8443)
	assert_asked
	run --separate-stderr credential fill < <(request protocol=https host=other.example.com)
	assert_asked
	run --separate-stderr credential fill < <(request protocol=https host=git.test:8443 username=other)
	assert_asked
	grep -qx 'username=other' <<<"$output"
}

@test "with useHttpPath a path does not matter: a token is good for its host" {
	log_in alice
	run --separate-stderr credential fill -c credential.useHttpPath=true < <(request protocol=https host=git.test:8443 path=foo.git)
	grep -qx "password=$(now_token alice)" <<<"$output"
	run --separate-stderr credential fill -c credential.useHttpPath=true < <(request protocol=https host=example.com path=foo.git)
	assert_asked
}

@test "approving and rejecting a foreign password touches nothing of ours" {
	log_in alice
	local before
	before=$(now_token alice)
	credential approve < <(request protocol=https host=git.test:8443 username=alice password=pass1)
	credential approve < <(request protocol=https host=git.test:8443 username=alice password=pass2)
	credential reject < <(request protocol=https host=git.test:8443 username=alice password=pass1)
	credential reject < <(request protocol=https host=git.test:8443)
	credential reject < <(request protocol=https host=example.com)
	run --separate-stderr credential fill < <(request protocol=https host=git.test:8443)
	grep -qx "password=$before" <<<"$output"
}

@test "two accounts on one host keep apart" {
	log_in alice
	WHO=bob log_in alice --account bob
	run --separate-stderr credential fill < <(request protocol=https host=git.test:8443 username=bob)
	grep -qx 'username=bob' <<<"$output"
	run --separate-stderr credential fill < <(request protocol=https host=git.test:8443 username=alice)
	grep -qx "password=$(now_token alice)" <<<"$output"
}

@test "a header of more than 1,000 bytes starts no new line" {
	log_in alice
	local long
	long=$(printf 'a%.0s' {1..1001})
	run --separate-stderr as alice git-credential-apitoken get < <(request protocol=https host=badguy.example.com "wwwauth[]=basic realm=${long}host=git.test:8443")
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
}

@test "the end of the token's life is told, a foreign one is not kept, and no refresh token is ever given" {
	log_in alice
	run --separate-stderr as alice git-credential-apitoken get < <(request protocol=https host=git.test:8443)
	[ "$(answer_value password_expiry_utc)" -gt "$(date +%s)" ]
	[[ "$output" != *refresh* ]]
	credential approve < <(request protocol=https host=example.com username=u password=p password_expiry_utc=99999999999 oauth_refresh_token=r)
	run --separate-stderr credential fill < <(request protocol=https host=example.com)
	assert_asked
	[[ "$output" != *oauth_refresh_token* ]]
}

@test "authtype and ephemeral credentials of others are not kept" {
	as alice git-credential-apitoken store < <(request 'capability[]=authtype' authtype=Bearer credential=token ephemeral=1 protocol=https host=example.com)
	run --separate-stderr as alice git-credential-apitoken get < <(request 'capability[]=authtype' protocol=https host=example.com)
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
}
