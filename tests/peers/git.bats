# A git that knows authtype, with the helper that was built on Debian 12: a server that takes only the bearer token.
# GIT_PEER chooses it: "trixie" is the git 2.47 of Debian 13 among that system's own libraries, "newest" the one that was built from unstable.

load ../flows/helper
load ../flows/world

TRIXIE=/tmp/trixie

reason() { tail -n 1 "$APITOKEN_TEST_CACHE/$GIT_PEER.unavailable" 2>/dev/null; }

setup_file()
{
	[ -z "$(reason)" ] || return 0
	start_world --set git_accept=bearer --set git_challenge=bearer
	install -m 644 "$VENDOR_CA" /etc/test-ca.pem
	[ "$GIT_PEER" != trixie ] || debian_13
	make_repository
	login_ssh alice "$(password_of alice)" true
}

teardown_file() { stop_world; }

setup()
{
	[ -z "$(reason)" ] || skip "$(reason)"
}

# Debian 13's programs, this world's accounts, homes, configuration and product.
debian_13()
{
	local folder
	mkdir "$TRIXIE"
	mount --bind "$APITOKEN_TEST_CACHE/trixie" "$TRIXIE"
	mount -o remount,bind,ro "$TRIXIE"
	for folder in /proc /dev /home /run /usr/local; do
		mount --rbind "$folder" "$TRIXIE$folder"
	done
	mount -t tmpfs -o mode=1777 apitoken-test "$TRIXIE/tmp"
	mount -t tmpfs -o mode=755 apitoken-test "$TRIXIE/etc"
	cp -a "$APITOKEN_TEST_CACHE/trixie/etc/." "$TRIXIE/etc/"
	cp -a /etc/passwd /etc/group /etc/hosts /etc/ssl /etc/apitoken /etc/test-ca.pem "$TRIXIE/etc/"
}

make_repository()
{
	git init -q --bare -b main "$VENDOR_REPOSITORIES/project.git"
	git clone -q "$VENDOR_REPOSITORIES/project.git" /tmp/seed
	echo 'only for those who have a token' >/tmp/seed/README
	git -C /tmp/seed add README
	git -C /tmp/seed -c user.name=test -c user.email=test@example.com commit -q -m one
	git -C /tmp/seed push -q origin HEAD:main
}

# peer ARGUMENT...: that git as alice, with our helper and nothing else that could ask or answer.
peer()
{
	local environment=(GIT_TERMINAL_PROMPT=0 GIT_SSL_CAINFO=/etc/test-ca.pem)
	set -- -c credential.helper= -c credential.helper=/usr/local/bin/git-credential-apitoken "$@"
	if [ "$GIT_PEER" = trixie ]; then
		chroot "$TRIXIE" "$RIGS/twouid" alice run env "${environment[@]}" git "$@"
	else
		as alice env "${environment[@]}" "$APITOKEN_TEST_CACHE/git-newest/bin-wrappers/git" "$@"
	fi
}

@test "$GIT_PEER git is 2.47 or newer" {
	run peer version
	[[ "$output" == "git version 2."@(4[7-9]|[5-9][0-9])* ]]
}

@test "git clones with authtype=Bearer from a server that accepts only the token" {
	run peer clone -q https://git.test:8443/project.git clone
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(cat /home/alice/clone/README)" = 'only for those who have a token' ]
	vendor_control '/requests?n=50&service=git' | grep -q 'Bearer '
	[ -z "$(vendor_control '/requests?n=50&service=git' | grep 'Basic ')" ]
}

@test "git pushes" {
	echo more >>/home/alice/clone/README
	run peer -C clone -c user.name=test -c user.email=test@example.com commit -q -a -m two
	run peer -C clone push -q origin HEAD:main
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(git -C "$VENDOR_REPOSITORIES/project.git" log --oneline main | wc -l)" -eq 2 ]
}

age_of_token() { as alice apitoken status --json | jq '.now - .vendors[0].obtained_at'; }
older_than() { [ "$(age_of_token)" -gt "$1" ]; }

# A younger one than half a minute is not renewed for being rejected.
@test "a token that the server rejects is renewed within the same command" {
	wait_until 60 older_than 31
	vendor_control /expire -d user=alice -d kind=access
	run peer ls-remote -q https://git.test:8443/project.git
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *refs/heads/main* ]]
}

@test "the answer to git has the authtype form, ephemeral, with an expiry" {
	run peer credential fill <<<$'capability[]=authtype\ncapability[]=state\nprotocol=https\nhost=git.test:8443\n'
	[ "$status" -eq 0 ]
	[[ "$output" == *"authtype=Bearer"* ]]
	[[ "$output" == *"ephemeral=1"* ]]
	[[ "$output" != *"password="* ]]
	expiry=$(sed -n 's/^password_expiry_utc=//p' <<<"$output")
	[ "$expiry" -gt "$(date +%s)" ]
}

@test "git credential-store beside it learns nothing" {
	run peer -c credential.helper=store ls-remote https://git.test:8443/project.git
	echo "$output"
	[ "$status" -eq 0 ]
	[ ! -e /home/alice/.git-credentials ]
}

@test "a host that is not ours gets nothing" {
	run peer credential fill <<<$'protocol=https\nhost=elsewhere.example\n'
	[ "$status" -ne 0 ]
	[[ "$output" != *credential=* ]]
	[[ "$output" != *password=* ]]
}
