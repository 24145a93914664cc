# helper.bash: what the flow tests share. In a .bats file: "load helper" (bats finds it beside the file).
# Flows run inside tests/nsrun, each file in a world of its own: tests/run-flows [FILE]...
# shellcheck shell=bash

[ -n "${NSRUN:-}" ] || { echo 'flows run in a private world: tests/run-flows tests/flows/NAME.bats' >&2; exit 2; }

# shellcheck disable=SC2034 # for the tests
readonly LOCAL_PASSWORD=local-password ROOT_PASSWORD=root-password
readonly SSH_PORT=2222

# ---- polling ----------------------------------------------------------------------------------------------------------------

# wait_until SECONDS COMMAND...: true as soon as COMMAND is.
wait_until()
{
	local tries=$(($1 * 20))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# ---- real login programs ----------------------------------------------------------------------------------------------------
# Each takes its password as an argument of a shell function, never of a program; output is what the person sees.

# start_sshd [CONFIG LINE]...: Debian's sshd on 127.0.0.1, with own key and configuration; it takes its PAM service name from
# argv[0], so the service is "sshd". Lines given here come first, and sshd obeys the first of two.
start_sshd()
{
	local key=/etc/ssh/ssh_host_ed25519_key
	stop_sshd
	rm -f /etc/ssh/ssh_host_*
	ssh-keygen -q -t ed25519 -N '' -f "$key"
	printf '%s\n' "$@" "Port $SSH_PORT" 'ListenAddress 127.0.0.1' "HostKey $key" 'UsePAM yes' 'PasswordAuthentication yes' \
		'KbdInteractiveAuthentication yes' 'PermitRootLogin yes' 'PrintMotd no' 'PrintLastLog no' 'UseDNS no' \
		'MaxStartups 100' 'PidFile /run/sshd.pid' 'LogLevel VERBOSE' >/etc/ssh/sshd_config
	/usr/sbin/sshd -f /etc/ssh/sshd_config </dev/null >/var/log/sshd.err 2>&1 3>&- 4>&- || { cat /var/log/sshd.err; return 1; }
	wait_until 10 port_open "$SSH_PORT"
}

stop_sshd()
{
	[ ! -s /run/sshd.pid ] || kill "$(cat /run/sshd.pid)" 2>/dev/null || true
	rm -f /run/sshd.pid
}

# ssh_with METHOD USER PASSWORD [COMMAND]
ssh_with()
{
	local method=$1 user=$2 password=$3
	shift 3
	sshpass -d 9 ssh -n -p "$SSH_PORT" -o "PreferredAuthentications=$method" -o PubkeyAuthentication=no \
		-o NumberOfPasswordPrompts=1 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
		-o ConnectTimeout=60 "$user@127.0.0.1" "${@:-true}" 9< <(printf '%s\n' "$password")
}

# login_ssh USER PASSWORD [COMMAND]; login_ssh_kbdint: the same by keyboard-interactive.
login_ssh() { ssh_with password "$@"; }
login_ssh_kbdint() { ssh_with keyboard-interactive "$@"; }

# login_ssh_key USER [COMMAND]: by public key; no password and no authenticate phase.
login_ssh_key()
{
	local user=$1 home
	shift
	home=$(getent passwd "$user" | cut -d: -f6)
	[ -f /root/.ssh/id_ed25519 ] || { install -d -m 700 /root/.ssh; ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519; }
	install -d -m 700 -o "$user" -g "$user" "$home/.ssh"
	install -m 600 -o "$user" -g "$user" /root/.ssh/id_ed25519.pub "$home/.ssh/authorized_keys"
	ssh -n -p "$SSH_PORT" -o PreferredAuthentications=publickey -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o LogLevel=ERROR "$user@127.0.0.1" "${@:-true}"
}

# as USER COMMAND...: as that user, in a session keyring of its own.
as() { local user=$1; shift; "$RIGS/twouid" "$user" run "$@"; }

# login_su CALLER TARGET PASSWORD [COMMAND]: util-linux su on a terminal, started by CALLER.
login_su()
{
	local caller=$1 target=$2 password=$3
	shift 3
	printf 'Password: \t%s\n' "$password" | as "$caller" "$RIGS/typist" su "$target" -c "${*:-true}"
}

# login_sudo CALLER PASSWORD [sudo's options and COMMAND]
login_sudo()
{
	local caller=$1 password=$2
	shift 2
	allow_sudo "$caller"
	printf 'password for %s: \t%s\n' "$caller" "$password" | as "$caller" "$RIGS/typist" sudo -k "$@"
}

allow_sudo()
{
	printf 'Defaults !fqdn, passwd_tries=1, timestamp_timeout=0\n%s ALL=(ALL:ALL) ALL\n' "$1" >"/etc/sudoers.d/$1"
	chmod 440 "/etc/sudoers.d/$1"
}

# login_login USER PASSWORD [COMMAND]: Debian's login(1) on a terminal; types the password, then COMMAND, then exit.
login_login()
{
	local user=$1 password=$2
	shift 2
	local prompt='$ '
	[ "$user" != root ] || prompt='# '
	printf 'Password: \t%s\n%s\t%s\n%s\texit\n' "$password" "$prompt" "${*:-true}" "$prompt" | TERM=dumb "$RIGS/typist" login "$user"
}

# run_cron USER COMMAND: lets cron -f run COMMAND once as USER (an @reboot line) and waits until it ended.
run_cron()
{
	local user=$1 done_file=/tmp/cron-done
	shift
	rm -f "$done_file" /run/crond.reboot
	install -d -m 1730 -g crontab /var/spool/cron/crontabs
	printf '@reboot %s; echo $? >%s\n' "$*" "$done_file" >"/var/spool/cron/crontabs/$user"
	chown "$user:crontab" "/var/spool/cron/crontabs/$user"
	chmod 600 "/var/spool/cron/crontabs/$user"
	cron -f </dev/null >/dev/null 2>&1 3>&- 4>&- &
	local cron=$!
	wait_until 20 test -s "$done_file" || { kill "$cron"; return 1; }
	kill "$cron"
	[ "$(cat "$done_file")" = 0 ]
}

# ---- keyrings ---------------------------------------------------------------------------------------------------------------

# keys_of USER: SERIAL TYPE OWNER PERMISSION TIMEOUT DESCRIPTION, a line for each key in USER's @u, read as USER.
keys_of() { "$RIGS/twouid" "$1" keys; }

# token_of USER [VENDOR]: that user's record of the vendor, as its keys_of line.
token_of() { keys_of "$1" | grep -v ':\(sent\|away\)$' | grep " apitoken:v1:${2:-}"; }

# Nothing of ours, but the number of a semaphore.
assert_no_token()
{
	local user
	for user in "$@"; do
		if keys_of "$user" | grep -v ' apitoken:lock:' | grep apitoken; then
			echo "$user has a token and should have none"
			return 1
		fi
	done
}

# assert_token USER VENDOR: exactly one record, of type user, owned by USER, owner-only, with a timeout.
assert_token()
{
	local user=$1 vendor=$2 line
	line=$(token_of "$user" "$vendor") || { echo "$user has no token of $vendor:"; keys_of "$user"; return 1; }
	[ "$(wc -l <<<"$line")" -eq 1 ] || { printf 'more than one record:\n%s\n' "$line"; return 1; }
	read -r _ type owner permission timeout description <<<"$line"
	[ "$type" = user ] && [ "$owner" = "$(id -u "$user")" ] && [ "$permission" = 0x003f0000 ] &&
		[ "$description" = "apitoken:v1:$vendor" ] && [[ $timeout =~ ^[0-9]+[smhdw]$ ]] ||
		{ printf 'not the record that is expected: %s\n' "$line"; return 1; }
}

# record_of USER VENDOR: the record's payload, read as its owner.
record_of() { as "$1" keyctl pipe "$(token_of "$1" "$2" | cut -d' ' -f1)"; }

# fill_keyring USER: until not even a small key fits into the quota.
fill_keyring()
{
	local size number=0
	for size in 15000 4000 1000 300 100 30 10 3; do
		while head -c "$size" /dev/zero | as "$1" keyctl padd user "fill$number" @u >/dev/null 2>&1; do
			number=$((number + 1))
		done
	done
	[ "$number" -gt 1 ]
}

clear_keys() { local user; for user in "$@"; do "$RIGS/twouid" "$user" inherit keyctl clear @u; done; }

# ---- logs and secrets -------------------------------------------------------------------------------------------------------

# log_lines [PATTERN]: the syslog lines of apitoken (without priority and time), those that match PATTERN.
log_lines() { sed -nE 's/^<[0-9]+>[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} //p' "$LOG" | grep -F pam_apitoken | grep -E -- "${1:-.}"; }

clear_log() { : >"$LOG"; }

# assert_no_canary SECRET...: none of the secrets is in a log or any other file of this world, nor in a process's arguments or
# environment. The vendor's own folder is left out.
assert_no_canary()
{
	local found=0
	(umask 077; printf '%s\n' "$@" >/dev/shm/secrets)
	if grep -rlaF --exclude-dir=test-vendor --exclude-dir=canary-allowed -f /dev/shm/secrets /var/log /tmp /run /home /root /etc /var/tmp /var/spool/cron /var/lib/sudo; then
		echo "a secret is in the files above"
		found=1
	fi
	if grep -laF -f /dev/shm/secrets /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null; then
		echo "a secret is in the processes above"
		found=1
	fi
	rm /dev/shm/secrets
	return "$found"
}
