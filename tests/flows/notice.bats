# What a person is told at a login whose token cannot be renewed, and that nothing which is no person ever hears it.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr
bats_require_minimum_version 1.5.0
load helper
load world
load tools

readonly NOTICE="Your token of vendor 'vyopta' lasts for [0-9]+ (s|min) and cannot be renewed; then run: apitoken login vyopta"

setup_file()
{
	start_world
	start_sshd 'Subsystem sftp internal-sftp'
	make_repository project 'over ssh'
	chmod -R a+rX "$VENDOR_REPOSITORIES"
}
teardown_file() { stop_world; }

vendor_file()
{
	rm -f /etc/apitoken/vendors.d/*.conf
	sed -e "s/^hosts = .*/hosts = $ACME_HOSTS/" -e "${1:-}" /usr/local/share/apitoken/examples/vyopta.conf >/etc/apitoken/vendors.d/vyopta.conf
	printf '[pam]\nvendor = vyopta\non_last_logout = keep\n' >/etc/apitoken/apitoken.conf
}
setup() { fresh_start; vendor_file; }

readonly METHODS='password keyboard-interactive'
options()
{
	printf '%s\n' -o "PreferredAuthentications=$1" -o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1 -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
}
# with METHOD PROGRAM [ARGUMENT]...: the program of ssh's family, whose password is typed.
with()
{
	local method=$1 program=$2 how
	shift 2
	mapfile -t how < <(options "$method")
	sshpass -d 9 "$program" "${how[@]}" "$@" 9< <(vendor_password alice)
}
# shell METHOD [OPTION]...: ssh without a command.
shell() { local method=$1; shift; with "$method" ssh -p "$SSH_PORT" "$@" alice@127.0.0.1 < <(printf 'echo "so $((40 + 2))"\nexit\n'); }
noticed() { echo "$output"; [ "$(grep -cE "^$NOTICE"$'\r?$' <<<"$output")" -eq 1 ]; }
unnoticed() { echo "$output"; ! grep -qi 'lasts for\|cannot be renewed' <<<"$output"; }
has_token() { assert_token alice vyopta; clear_keys alice; }

@test "a shell by ssh begins with the notice, once, by either method" {
	local method
	for method in $METHODS; do
		run shell "$method" -tt
		noticed
		[[ "$output" == *'so 42'* ]]
		has_token
	done
}

@test "a command by ssh, with and without a terminal, hears nothing on either stream" {
	local method tty
	for method in $METHODS; do
		for tty in -T -tt; do
			run --separate-stderr with "$method" ssh -n -p "$SSH_PORT" "$tty" alice@127.0.0.1 'echo so $((40 + 2))'
			[ "$(tr -d '\r' <<<"$output")" = 'so 42' ]
			[ -z "$(grep -v 'Connection to 127.0.0.1 closed' <<<"$stderr")" ]
			has_token
		done
	done
}

@test "scp in both its protocols, sftp, rsync and git over ssh: byte for byte, and nothing on standard error" {
	local method wrapper program
	head -c 300000 /dev/urandom >/tmp/sent
	for method in $METHODS; do
		for program in 'scp -q -O' 'scp -q -s'; do
			rm -rf /home/alice/got /tmp/back
			# shellcheck disable=SC2086 # the program's own options
			run with "$method" ${program%% *} ${program#* } -P "$SSH_PORT" /tmp/sent alice@127.0.0.1:got
			[ "$status" -eq 0 ] && [ -z "$output" ] || { echo "$program: $output"; return 1; }
			has_token
			run with "$method" ${program%% *} ${program#* } -P "$SSH_PORT" alice@127.0.0.1:got /tmp/back
			[ "$status" -eq 0 ] && [ -z "$output" ] || { echo "$program: $output"; return 1; }
			cmp /tmp/sent /tmp/back
			has_token
		done
		rm -f /tmp/back
		run --separate-stderr with "$method" sftp -q -P "$SSH_PORT" alice@127.0.0.1 < <(echo 'get got /tmp/back')
		[ "$status" -eq 0 ]
		unnoticed
		[ -z "$stderr" ]
		cmp /tmp/sent /tmp/back
		has_token
		wrapper=/tmp/ssh-$method
		printf '#!/bin/bash\nexec ssh -p %s %s "$@"\n' "$SSH_PORT" "$(options "$method" | tr '\n' ' ')" >"$wrapper"
		chmod 755 "$wrapper"
		rm -f /tmp/back
		run sshpass -d 9 rsync -e "$wrapper" alice@127.0.0.1:got /tmp/back 9< <(vendor_password alice)
		[ "$status" -eq 0 ] && [ -z "$output" ] || { echo "rsync: $output"; return 1; }
		cmp /tmp/sent /tmp/back
		has_token
		rm -rf /tmp/project
		cp -r "$VENDOR_REPOSITORIES/project.git" /home/alice/ && chown -R alice: /home/alice/project.git
		run env GIT_SSH="$wrapper" sshpass -d 9 git clone -q alice@127.0.0.1:project.git /tmp/project 9< <(vendor_password alice)
		[ "$status" -eq 0 ] && [ -z "$output" ] || { echo "git: $output"; return 1; }
		[ "$(cat /tmp/project/README)" = 'over ssh' ]
		has_token
	done
}

@test "login and su show it on a terminal; su that writes to a file or a pipe does not" {
	run login_login alice "$(vendor_password alice)" 'echo so'
	noticed
	clear_keys alice
	run login_su bob alice "$(vendor_password alice)" 'echo so'
	noticed
	has_token
	as bob sh -c 'su alice -c "echo so" >/tmp/su-out 2>/tmp/su-err' < <(vendor_password alice; echo)
	[ "$(cat /tmp/su-out)" = so ]
	[ "$(grep -c renewed /tmp/su-err)" -eq 0 ]
	assert_token alice vyopta
}

@test "a login by key hears nothing, nor does one whose token is renewed, or whose password is kept" {
	run login_ssh_key alice
	unnoticed
	vendor_file '/^dialect/a keep_password = yes'
	run shell password -tt
	[[ "$output" == *'so 42'* ]]
	unnoticed
	has_token
	vendor_file
	configure_acme
	run shell password -tt
	[[ "$output" == *'so 42'* ]]
	unnoticed
	assert_token alice acme
	rm /etc/apitoken/vendors.d/acme.conf
}

@test "notice = no, for all services or for one" {
	printf 'notice = no\n' >>/etc/apitoken/apitoken.conf
	run shell password -tt
	unnoticed
	has_token
	printf '[pam]\nvendor = vyopta\non_last_logout = keep\n[pam:sshd]\nnotice = no\n' >/etc/apitoken/apitoken.conf
	run shell password -tt
	unnoticed
	has_token
	run login_su bob alice "$(vendor_password alice)" 'echo so'
	noticed
}
