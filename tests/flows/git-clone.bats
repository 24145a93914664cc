# Debian's git against a git server that takes nothing but the vendor's tokens.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr and stderr_lines
bats_require_minimum_version 1.5.0
load helper
load world
load tools

setup_file()
{
	start_world
	git config --system credential.helper apitoken
	git init -q --bare -b main "$VENDOR_REPOSITORIES/project.git"
	git clone -q "$VENDOR_REPOSITORIES/project.git" /tmp/seed
	echo 'only for those who have a token' >/tmp/seed/README
	head -c 3000000 /dev/urandom >/tmp/seed/blob
	git -C /tmp/seed add .
	git -C /tmp/seed -c user.name=test -c user.email=test@example.com commit -q -m one
	git -C /tmp/seed push -q origin HEAD:main
	git -C "$VENDOR_REPOSITORIES/project.git" config http.receivepack true
}
teardown_file() { stop_world; }

setup()
{
	fresh_start
	rm -rf /home/alice/*
	log_in alice
}

as_git() { local user=$1; shift; as "$user" env GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=/bin/false git -c user.name=test -c user.email=test@example.com "$@"; }
readonly URL=https://git.test:8443/project.git

@test "clone, commit, push and fetch with the token alone, and nothing typed" {
	run as_git alice clone -q "$URL" work
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(cat /home/alice/work/README)" = 'only for those who have a token' ]
	as alice sh -c 'echo more >work/MORE'
	as_git alice -C work add MORE
	as_git alice -C work commit -q -m two
	run as_git alice -C work push -q origin HEAD:main
	echo "$output"
	[ "$status" -eq 0 ]
	as_git alice clone -q "$URL" again
	[ "$(cat /home/alice/again/MORE)" = more ]
	run as_git alice -C work fetch -q
	[ "$status" -eq 0 ]
	[ "$(password_posts)" -eq 1 ]
}

@test "without a login git is refused, and the hint says what to type" {
	run as_git bob clone -q "$URL" work
	[ "$status" -ne 0 ]
	[[ "$output" == *"vendor 'acme' serves this host, but there is no token; run: apitoken login acme"* ]]
	[ ! -d /home/bob/work/.git ]
}

@test "eight clones at once with a token near its end cost one refresh" {
	vendor_control /options -d access_seconds=20 >/dev/null
	log_in alice
	vendor_control /options -d access_seconds=0 >/dev/null
	wait_until 30 near_its_end alice
	local i
	for i in 1 2 3 4 5 6 7 8; do
		as_git alice clone -q "$URL" "work$i" 3>&- &
	done
	wait
	for i in 1 2 3 4 5 6 7 8; do
		[ -f "/home/alice/work$i/README" ]
	done
	[ "$(refresh_posts)" -eq 1 ]
}

# Less than half of its 20 seconds are left: it is to be renewed.
near_its_end() { [ "$(as "$1" apitoken status --json | jq '.vendors[0].seconds_left')" -lt 9 ]; }

@test "a token that the server revoked: git fails once, tells the helper, and the second try works" {
	older alice 60
	vendor_control /expire -d user=alice -d kind=access >/dev/null
	run as_git alice clone -q "$URL" first
	[ "$status" -ne 0 ]
	run as_git alice clone -q "$URL" second
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(refresh_posts)" -eq 1 ]
	[ "$(password_posts)" -eq 1 ]
}

@test "git credential-store beside us is a known leak of old gits that apitoken check warns of" {
	run as alice env GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=credential.helper GIT_CONFIG_VALUE_0=store apitoken check
	echo "$output"
	[[ "$output" == *"hint "*"'store' writes passwords"* ]]
}

@test "the token and the password are in no file, log or process after all this" {
	as_git alice clone -q "$URL" work
	assert_no_canary "$(now_token alice)" "$(vendor_password alice)"
}
