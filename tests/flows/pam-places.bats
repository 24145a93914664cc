# Where a host may stand: its folder, umask, root, environment, and the sandbox that a service manager put around it.

load pam

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

logs_in() { host alice "$(password_of alice)" auth setcred "$@" && said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS' && assert_token alice acme && clear_keys alice; }
no_token_and() { host alice "$(password_of alice)" auth setcred && said "auth $1" && assert_no_token alice; }

@test "ENV-09 the PAM environment, whatever the outcome: at most a key's number from authenticate to setcred, and nothing else ever" {
	local password
	host alice "$(password_of alice)" env auth env setcred env open env close env setcred:delete env
	diff - <(grep -E '^(env|auth|setcred|open|close)' <<<"$output" | sed 's/=[1-9][0-9]*$/=NUMBER/') <<-'GOLDEN'
		auth PAM_SUCCESS
		env APITOKEN_HANDOFF=NUMBER
		setcred PAM_SUCCESS
		open PAM_SUCCESS
		close PAM_SUCCESS
		setcred:delete PAM_SUCCESS
	GOLDEN
	for password in wrong ''; do
		host alice "$password" auth env setcred env open env
		unsaid '^env '
	done
	host root x auth env
	unsaid '^env '
	configure_acme 'timeout = nonsense'
	host alice x auth env
	unsaid '^env '
}

@test "ENV-09 names that somebody else put into the PAM environment change nothing and stay as they are" {
	local name calls=() golden=()
	install -d /run/hostile/vendors.d
	printf '[pam]\nvendor = hostile\nstore = required\nminimum_uid = 1\n' >/run/hostile/apitoken.conf
	for name in APITOKEN_CONFIG APITOKEN_VENDOR XDG_CONFIG_HOME HOME USER LD_PRELOAD https_proxy HTTPS_PROXY SSL_CERT_FILE SSLKEYLOGFILE LC_ALL PATH XDG_SEAT XDG_VTNR KRB5CCNAME; do
		calls+=("putenv=$name=/run/hostile")
		golden+=("env $name=/run/hostile")
	done
	host alice "$(password_of alice)" "${calls[@]}" auth setcred env
	said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS'
	diff <(printf '%s\n' "${golden[@]}" | sort) <(grep '^env ' <<<"$output" | sort)
	assert_token alice acme
	[ "$(find /run/hostile -type f | wc -l)" -eq 1 ]
}

@test "ENV-10 folders that are deleted, unreadable or an attacker's, umask 0 and 0777: the same login, and the host's folder and umask stay" {
	local folder mask
	install -d -m 000 /run/unreadable
	install -d -o bob -g bob -m 777 /run/of-bob /run/of-bob/vendors.d /run/deleted
	# What an attacker would like to be found where the host stands.
	for name in fetch stash openssl.cnf resolv.conf apitoken.conf .curlrc .netrc libcurl.so.4 libjson-c.so.5; do
		printf '#!/bin/sh\ntouch /run/of-bob/was-run\n' >"/run/of-bob/$name"
		chmod 777 "/run/of-bob/$name"
	done
	PAMH=(-k)
	for folder in /run/unreadable /run/of-bob /run/deleted /; do
		for mask in 0 0777 022; do
			(
				[ "$folder" != /run/deleted ] || mkdir -p /run/deleted
				cd "$folder"
				[ "$folder" != /run/deleted ] || rm -r /run/deleted
				umask "$mask"
				WRAPPER=(strace -f -qq -o /run/trace -e trace=execve,execveat,openat,chdir,umask)
				logs_in
				said 'state same'
			) || { echo "$folder, umask $mask"; return 1; }
			[ "$(grep -c 'chdir("/") *= 0' /run/trace)" -eq "$(grep -c ' execveat(' /run/trace)" ]
			[ "$(grep -c 'umask(077) ' /run/trace)" -ge "$(grep -c ' execveat(' /run/trace)" ]
			[ "$(grep -c ' execveat(' /run/trace)" -ge 2 ]
			! grep -E 'of-bob/|openat\(AT_FDCWD, "(fetch|stash|[^/"]*\.(cnf|conf|so)[^"]*)"' /run/trace || false
		done
	done
	[ ! -e /run/of-bob/was-run ]
}

# jail: another root folder with this machine's programs, and an /etc of its own with these files.
jail()
{
	umount -R /run/jail 2>/dev/null || true
	mkdir -p /run/jail
	mount --rbind / /run/jail
	mount -t tmpfs -o mode=755 none /run/jail/etc
	local file
	for file in "$@"; do
		mkdir -p "/run/jail$(dirname "$file")"
		cp -a "$file" "/run/jail$file"
	done
	WRAPPER=(chroot /run/jail)
}

@test "ENV-10 in another root folder without our configuration, its authorities, or any /etc: SERVICE_ERR or an unknown user, nothing sent" {
	local base=(/etc/passwd /etc/group /etc/shadow /etc/nsswitch.conf /etc/hosts /etc/pamh /etc/ld.so.cache)
	jail "${base[@]}" /etc/resolv.conf /etc/apitoken /etc/ssl
	logs_in
	vendor_control /reset -d '' >/dev/null
	jail "${base[@]}" /etc/apitoken
	no_token_and PAM_SERVICE_ERR
	logged err 'certificate authorities: install ca-certificates, or set ca_file'
	jail "${base[@]}" /etc/ssl
	clear_log
	no_token_and PAM_SERVICE_ERR
	logged err '/etc/apitoken/apitoken.conf: no vendor is named'
	jail "${base[@]}" /etc/ssl /etc/apitoken/apitoken.conf
	clear_log
	no_token_and PAM_SERVICE_ERR
	logged err 'acme'
	jail /etc/pamh
	no_token_and PAM_USER_UNKNOWN
	umount -R /run/jail
	no_requests
}

@test "HST-15 a sandbox without clone3 (ENOSYS or EPERM), or without close_range, seccomp or Landlock: the login works" {
	local rule
	PAMH=(-k)
	for rule in clone3=ENOSYS clone3=EPERM close_range=ENOSYS close_range=EPERM landlock_create_ruleset=ENOSYS landlock_create_ruleset=EPERM seccomp=EPERM setsid=EPERM; do
		WRAPPER=("$RIGS/confined" "$rule")
		logs_in || { echo "$rule"; return 1; }
		said 'state same' 'signals 0'
		WRAPPER=("$RIGS/confined" -p "$rule")
		logs_in || { echo "$rule with no_new_privs"; return 1; }
	done
	WRAPPER=("$RIGS/confined" clone3=ENOSYS)
	host alice wrong auth
	said 'auth PAM_AUTH_ERR' 'state same' 'signals 0'
}

@test "HST-15 a unit with ProtectSystem=strict, ProtectHome, PrivateTmp and NoNewPrivileges: the login works" {
	WRAPPER=(unshare --mount --propagation private sh -c 'mount -t tmpfs none /home && mount -t tmpfs none /tmp && mount -o remount,bind,ro /usr/local &&
		mount -o remount,bind,ro / && mount -o remount,bind,ro /run && ! touch /run/x 2>/dev/null && exec setpriv --no-new-privs "$@"' sh)
	logs_in
}

@test "HST-15 a unit with PrivateNetwork, or sockets of AF_UNIX only: AUTHINFO_UNAVAIL, and the log says what is in the way" {
	WRAPPER=(unshare --net)
	no_token_and PAM_AUTHINFO_UNAVAIL
	logged warning 'vendor unavailable; .*vendor.test.*(unreachable|could not be resolved)'
	clear_log
	WRAPPER=("$RIGS/confined" -p -u)
	no_token_and PAM_AUTHINFO_UNAVAIL
	logged warning 'vendor unavailable; .*vendor.test.*(could not be resolved|could not connect)'
	no_requests
}

@test "HST-15 a sandbox in which no process can be started, or none of our programs: no login, no crash, and the log says so" {
	local rule
	for rule in execveat=EPERM execveat=ENOSYS; do
		clear_log
		WRAPPER=("$RIGS/confined" -p "$rule")
		no_token_and PAM_AUTHINFO_UNAVAIL || { echo "$rule"; return 1; }
		logged warning 'fetch could not be started'
	done
	clear_log
	WRAPPER=("$RIGS/confined" -p clone3=EPERM clone=EPERM)
	host alice "$(password_of alice)" auth setcred
	grep -qxE 'auth PAM_(AUTHINFO_UNAVAIL|SYSTEM_ERR)' <<<"$output"
	grep -F pam_apitoken "$LOG" | grep -q 'cannot start a process'
	assert_no_token alice
	no_requests
}

@test "HST-15 a unit without CAP_SETUID, or without the keyring's system calls: no login as root's fetch, or a login without a token; the log says why" {
	WRAPPER=(setpriv --inh-caps=-setuid,-setgid --bounding-set=-setuid,-setgid)
	no_token_and PAM_SERVICE_ERR
	logged err 'fetch cannot become uid 65534'
	no_requests
	clear_log
	WRAPPER=("$RIGS/confined" -p keyctl=EPERM add_key=EPERM)
	no_token_and PAM_SUCCESS
	logged warning 'gets no token'
}

# no_random INJECTION: getrandom(2) fails so in the host and in all that it starts, counted in each process.
no_random() { WRAPPER=(strace -f -qq -o /run/trace -e trace=getrandom -e "inject=getrandom:$1"); }

@test "SEC-05 without randomness (EAGAIN, ENOSYS, EIO, a short answer) there is no login: SYSTEM_ERR, logged, nothing sent" {
	local kind
	for kind in error=EAGAIN error=ENOSYS error=EIO retval=0 retval=3 retval=15; do
		clear_log
		no_random "$kind"
		no_token_and PAM_SYSTEM_ERR || { echo "$kind"; return 1; }
		logged crit 'cannot draw random bytes'
		grep -q INJECTED /run/trace
	done
	no_requests
}

@test "SEC-05 each single draw fails or is short: a login whose numbers were drawn, or none" {
	local number kind draws outcomes=()
	WRAPPER=(strace -f -qq -o /run/trace -e trace=getrandom)
	logs_in
	draws=$(awk '/getrandom/ { count[$1]++ } END { for (pid in count) if (count[pid] > most) most = count[pid]; print most }' /run/trace)
	[ "$draws" -ge 2 ] && [ "$(grep getrandom /run/trace | cut -d' ' -f1 | sort -u | wc -l)" -ge 3 ] || { cat /run/trace; return 1; }
	for ((number = 1; number <= draws; number++)); do
		for kind in error=EAGAIN retval=3; do
			no_random "$kind:when=$number"
			host alice "$(password_of alice)" auth setcred
			grep -qxE 'auth PAM_(SUCCESS|SYSTEM_ERR|AUTHINFO_UNAVAIL)' <<<"$output" || { echo "$kind $number"; return 1; }
			outcomes+=("$(grep '^auth' <<<"$output")")
			clear_keys alice
		done
	done
	printf '%s\n' "${outcomes[@]}" | grep -q PAM_SYSTEM_ERR
	printf '%s\n' "${outcomes[@]}" | grep -q PAM_SUCCESS
}

@test "SEC-05 apitoken login without randomness: exit 71, nothing sent" {
	no_random error=EAGAIN
	run "${WRAPPER[@]}" "$RIGS/twouid" alice run apitoken login acme --password-stdin < <(password_of alice)
	[ "$status" -eq 71 ]
	[[ $output = *'cannot draw random bytes'* ]]
	assert_no_token alice
	no_requests
}
