# askpass = yes: git's helper may ask for the password where only a new login helps. Without it, never.

load helper
load world
load tools
load refresh

setup_file()
{
	local number
	start_world
	git config --system credential.helper apitoken
	for number in 1 2 3 4 5 6 7 8; do make_repository "part$number" "part $number"; done
	make_whole
	install -d -m 755 /opt/bin
	printf '#!/bin/sh\nprintf "%%s\\n" "$*" >>/tmp/asked\ncat /tmp/canary-allowed/answer\n' >/opt/bin/ask
	printf '#!/bin/sh\nprintf "another\\n" >>/tmp/asked\nexit 1\n' >/opt/bin/another
	chmod 755 /opt/bin/*
}
teardown_file() { stop_world; }

# make_whole: a repository whose submodules are the eight parts.
make_whole()
{
	local work number sha
	work=$(mktemp -d)
	git init -q -b main "$work"
	for number in 1 2 3 4 5 6 7 8; do
		sha=$(git -C "$VENDOR_REPOSITORIES/part$number.git" rev-parse main)
		git -C "$work" config -f .gitmodules "submodule.part$number.path" "part$number"
		git -C "$work" config -f .gitmodules "submodule.part$number.url" "https://git.test:8443/part$number.git"
		git -C "$work" update-index --add --cacheinfo "160000,$sha,part$number"
	done
	git -C "$work" add .gitmodules
	git -C "$work" -c user.name=test -c user.email=test@vendor.test commit -qm whole
	git init -q --bare "$VENDOR_REPOSITORIES/whole.git"
	git -C "$work" push -q "$VENDOR_REPOSITORIES/whole.git" main
	git -C "$VENDOR_REPOSITORIES/whole.git" symbolic-ref HEAD refs/heads/main
	rm -rf "$work"
}

vendor_file()
{
	rm -f /etc/apitoken/vendors.d/*.conf
	sed -e "s/^hosts = .*/hosts = $ACME_HOSTS/" -e "/^dialect/a askpass = ${1:-yes}" /usr/local/share/apitoken/examples/vyopta.conf \
		>/etc/apitoken/vendors.d/vyopta.conf
}

setup()
{
	fresh_start
	rm -rf /tmp/asked /home/alice/* /home/alice/.gitconfig
	install -m 666 /dev/null /tmp/asked
	install -d -m 711 /tmp/canary-allowed
	answers "$(vendor_password alice)"
	vendor_file
}

answers() { install -m 644 <(printf '%s\n' "$1") /tmp/canary-allowed/answer; }
cli_login() { as alice apitoken login vyopta --password-stdin < <(vendor_password alice); }
over() { aged alice 301 vyopta; }
logged_out() { cli_login; over; }
# get [VARIABLE=VALUE]...: git's helper in that environment.
get() { printf 'protocol=https\nhost=git.test:8443\n\n' | as alice env "$@" git-credential-apitoken get; }
questions() { wc -l </tmp/asked; }
in_git() { as alice env GIT_ASKPASS=/opt/bin/ask git -c user.name=test -c user.email=test@example.com "$@"; }

@test "by default nothing is asked, whatever programs there are" {
	vendor_file no
	logged_out
	run get GIT_ASKPASS=/opt/bin/ask SSH_ASKPASS=/opt/bin/ask DISPLAY=:0
	echo "$output"
	[ "$status" -eq 4 ]
	[[ "$output" == *'apitoken login vyopta'* ]]
	as alice apitoken logout vyopta
	run get GIT_ASKPASS=/opt/bin/ask
	[ "$status" -eq 3 ]
	[ "$(questions)" -eq 0 ]
	[ "$(password_posts)" -eq 1 ]
}

@test "a token that is over: one question that names account, host and vendor, one login, and the answer" {
	logged_out
	run get GIT_ASKPASS=/opt/bin/ask
	[ "$status" -eq 0 ]
	[ "$(answer_value password)" = "$(now_token alice vyopta)" ]
	cat /tmp/asked
	[ "$(cat /tmp/asked)" = "Password for 'https://alice@git.test:8443' (vendor vyopta): " ]
	[ "$(password_posts alice)" -eq 2 ]
	run get GIT_ASKPASS=/opt/bin/ask
	[ "$status" -eq 0 ]
	[ "$(questions)" -eq 1 ]
	assert_no_canary "$(vendor_password alice)"
}

@test "no token at all: the name comes from LOGNAME; another name in the URL is not asked about" {
	run get GIT_ASKPASS=/opt/bin/ask LOGNAME=alice
	[ "$status" -eq 0 ]
	[ "$(answer_value password)" = "$(now_token alice vyopta)" ]
	as alice apitoken logout vyopta
	run as alice env GIT_ASKPASS=/opt/bin/ask LOGNAME=alice git-credential-apitoken get < <(printf 'protocol=https\nhost=git.test:8443\nusername=bob\n\n')
	[ "$status" -eq 3 ]
	run get -u LOGNAME -u USER GIT_ASKPASS=/opt/bin/ask
	[ "$status" -eq 3 ]
	[ "$(questions)" -eq 1 ]
}

@test "the program is chosen as git does: GIT_ASKPASS, core.askPass, SSH_ASKPASS with a desktop; an empty one ends the search" {
	logged_out
	as alice git config --global core.askPass /opt/bin/another
	run get GIT_ASKPASS= SSH_ASKPASS=/opt/bin/ask DISPLAY=:0
	[ "$status" -eq 4 ]
	[ "$(questions)" -eq 0 ]
	run get SSH_ASKPASS=/opt/bin/ask DISPLAY=:0
	[ "$status" -eq 4 ]
	[ "$(cat /tmp/asked)" = another ]
	setup
	logged_out
	as alice git config --global core.askPass /opt/bin/another
	get GIT_ASKPASS=/opt/bin/ask | grep -q ^password=
	[ "$(questions)" -eq 1 ]
	rm /home/alice/.gitconfig
	over
	run get SSH_ASKPASS=/opt/bin/ask
	[ "$status" -eq 4 ]
	[ "$(questions)" -eq 1 ]
	get SSH_ASKPASS=/opt/bin/ask WAYLAND_DISPLAY=wayland-0 | grep -q ^password=
	[ "$(questions)" -eq 2 ]
}

@test "GIT_TERMINAL_PROMPT=0 and credential.interactive=false: nothing is asked" {
	logged_out
	local no
	for no in 0 false no off; do
		run get GIT_ASKPASS=/opt/bin/ask "GIT_TERMINAL_PROMPT=$no"
		[ "$status" -eq 4 ]
	done
	as alice git config --global credential.interactive never
	run get GIT_ASKPASS=/opt/bin/ask
	[ "$status" -eq 4 ]
	[ "$(questions)" -eq 0 ]
	as alice git config --global credential.interactive true
	get GIT_ASKPASS=/opt/bin/ask GIT_TERMINAL_PROMPT=1 | grep -q ^password=
}

@test "true, false, echo, cat, yes and a missing program, as in CI: no password is sent, and it ends" {
	local program
	for program in /bin/true /bin/false /bin/echo echo /bin/cat /usr/bin/yes /nonexistent; do
		setup
		logged_out
		run get "GIT_ASKPASS=$program"
		echo "$program: $output"
		[ "$status" -eq 4 ]
		[[ "$output" == *'log in: apitoken login vyopta'* ]]
		[ "$(password_posts)" -eq 1 ]
		[ "$program" != /usr/bin/yes ] || continue # git itself would read it for ever
		run as alice env "GIT_ASKPASS=$program" git clone -q https://git.test:8443/part1.git work
		[ "$status" -ne 0 ]
		[ "$(password_posts)" -eq 1 ]
	done
}

@test "a wrong password is sent once, and for a minute nobody asks again" {
	answers not-the-password
	logged_out
	run get GIT_ASKPASS=/opt/bin/ask
	echo "$output"
	[ "$status" -eq 4 ]
	[[ "$output" == *'refused the login'*'; log in: apitoken login vyopta' ]]
	[[ "$output" == *refused* ]]
	run get GIT_ASKPASS=/opt/bin/ask
	echo "$output"
	[ "$status" -eq 4 ]
	[[ "$output" == *'apitoken login vyopta'* ]]
	[ "$(questions)" -eq 1 ]
	[ "$(password_posts)" -eq 2 ]
	cli_login
	get | grep -q ^password=
}

@test "twenty gets at once: one question, one login, one token for all" {
	logged_out
	as alice env GIT_ASKPASS=/opt/bin/ask bash -c 'for i in $(seq 20); do printf "protocol=https\nhost=git.test:8443\n\n" | git-credential-apitoken get & done; wait' >/tmp/canary-allowed/got 2>/tmp/errors
	cat /tmp/errors
	[ "$(grep -c ^password= /tmp/canary-allowed/got)" -eq 20 ]
	[ "$(grep ^password= /tmp/canary-allowed/got | sort -u | wc -l)" -eq 1 ]
	[ "$(questions)" -eq 1 ]
	[ "$(password_posts)" -eq 2 ]
}

@test "twenty gets at once with a wrong password: one question and one login too" {
	answers not-the-password
	logged_out
	as alice env GIT_ASKPASS=/opt/bin/ask bash -c 'for i in $(seq 20); do printf "protocol=https\nhost=git.test:8443\n\n" | git-credential-apitoken get & done; wait' >/tmp/got 2>/tmp/errors
	[ ! -s /tmp/got ]
	[ "$(grep -c 'apitoken login vyopta\|refused' /tmp/errors)" -eq 20 ]
	[ "$(questions)" -eq 1 ]
	[ "$(password_posts)" -eq 2 ]
}

@test "git: clone, submodules eight at a time, fetch and push, one question whenever the token is over" {
	git -C "$VENDOR_REPOSITORIES/part1.git" config http.receivepack true
	logged_out
	in_git clone -q https://git.test:8443/whole.git whole
	[ "$(questions)" -eq 1 ]
	over
	run in_git -C whole submodule --quiet update --init --jobs 8
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(cat /home/alice/whole/part8/README)" = 'part 8' ]
	[ "$(questions)" -eq 2 ]
	over
	in_git -C whole fetch -q --recurse-submodules=yes --jobs=8
	[ "$(questions)" -eq 3 ]
	over
	in_git -C whole/part1 commit -q --allow-empty -m more
	in_git -C whole/part1 push -q origin HEAD:main
	[ "$(questions)" -eq 4 ]
	[ "$(password_posts)" -eq 5 ]
}

@test "a vendor that is away is no reason to ask" {
	sed -i '/^dialect/a keep_password = yes' /etc/apitoken/vendors.d/vyopta.conf
	logged_out
	vendor_control /answers -d count=9 -d status=503 >/dev/null
	run get GIT_ASKPASS=/opt/bin/ask
	[ "$status" -eq 5 ]
	[ "$(questions)" -eq 0 ]
}

@test "where a parent ignores SIGCHLD the answer counts as well" {
	logged_out
	run as alice env GIT_ASKPASS=/opt/bin/ask bash -c 'trap "" CHLD; printf "protocol=https\nhost=git.test:8443\n\n" | git-credential-apitoken get'
	echo "$output" | sed 's/^password=.*/password=.../'
	[ "$status" -eq 0 ]
}

@test "a setting of git's that is longer than any pipe holds hangs nothing" {
	logged_out
	as alice git config --global core.askPass "$(head -c 100000 /dev/zero | tr '\0' x)"
	run timeout --kill-after=5 30 "$RIGS/twouid" alice run git-credential-apitoken get < <(printf 'protocol=https\nhost=git.test:8443\n\n')
	echo "$output"
	[ "$status" -eq 4 ]
}
