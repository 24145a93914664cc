# Sessions counted by the module: when the last one ends the tokens go, and never before. A host (pamh) that does what it is told.

load pam
load refresh
load sessions

setup_file() { pam_world --set access_seconds=$LIFE; }
teardown_file() { pam_world_end; }
setup()
{
	clear_keys alice bob carol dave localuser
	clear_log
	vendor_control /reset -d '' >/dev/null
	configure_acme
	last_logout delete
	printf 0 >"$AUTHENTICATIONS"
	PAMH=()
	SERVICE=acme
	rm -rf /run/apitoken
}

@test "the only session's end removes the tokens, and says so in one line" {
	host alice "$(password_of alice)" auth setcred open fork open close join
	said 'open PAM_SUCCESS' 'close PAM_SUCCESS'
	assert_no_token alice
	clear_log
	host alice "$(password_of alice)" auth setcred open close setcred:delete
	all_succeeded
	assert_no_token alice
	logged notice 'the last session of user=alice is over: 1 login removed from the keyring'
	[ "$(log_count)" -eq 2 ]
	[ "$(sessions_of alice)" -eq 0 ]
	[ "$(stat -c '%a %U' /run/apitoken /run/apitoken/*)" = $'700 root\n700 root' ]
}

@test "while another session lives the tokens stay; they go with the last, whichever opened first" {
	hold alice first setcred open
	hold alice second open
	[ "$(sessions_of alice)" -eq 2 ]
	go_on first
	assert_token alice acme
	[ "$(sessions_of alice)" -eq 1 ]
	go_on second
	assert_no_token alice
	[ "$(sessions_of alice)" -eq 0 ]
}

@test "sessions of another user, and of the same in another service, are told apart and together" {
	hold alice first setcred open
	hold bob second setcred open
	service third 'auth required MODULE' 'session required MODULE'
	SERVICE=third hold alice third open
	go_on second
	assert_no_token bob
	go_on first
	assert_token alice acme
	SERVICE=third go_on third
	assert_no_token alice
}

@test "on_last_logout = keep leaves them, for one service or for all" {
	service kept 'auth required MODULE' 'session required MODULE'
	printf '[pam]\nvendor = acme\n[pam:kept]\non_last_logout = keep\n' >/etc/apitoken/apitoken.conf
	SERVICE=kept
	host alice "$(password_of alice)" auth setcred open close
	assert_token alice acme
	[ "$(sessions_of alice)" -eq 0 ]
	SERVICE=acme
	host alice x open close
	assert_no_token alice
}

@test "records of further accounts and of other vendors go, too; keys that are not ours stay" {
	host alice "$(password_of alice)" auth setcred open
	as alice keyctl padd user 'somebody:else' @u <<<x >/dev/null
	as alice apitoken login acme --account bob --username bob --password-stdin < <(vendor_password bob) >/dev/null
	count_authentications auth
	[ "$(token_of alice | wc -l)" -eq 2 ]
	host alice x open close
	assert_no_token alice
	keys_of alice | grep -q somebody:else
	logged notice 'the last session of user=alice is over: 2 logins removed'
}

@test "a password that is kept beside the record goes with it" {
	configure_acme 'keep_password = yes'
	last_logout delete
	host alice "$(password_of alice)" auth setcred open
	keys_of alice | grep -q apitoken:password:
	host alice x open close
	assert_no_token alice
}

@test "a session that was open before the module was there changes nothing about the count" {
	host alice "$(password_of alice)" auth setcred open
	clear_keys alice
	host alice "$(password_of alice)" auth setcred
	host alice x close close setcred:delete
	all_succeeded
	assert_token alice acme
	[ "$(log_count)" -eq 2 ]
}

@test "a host that crashed is noticed by the next session's end, and by its start" {
	hold alice crashed setcred open
	kill -KILL "${HELD[crashed]}"
	wait "${HELD[crashed]}" 2>/dev/null || true
	[ "$(sessions_of alice)" -eq 1 ]
	assert_token alice acme
	host alice x open close
	assert_no_token alice
	[ "$(sessions_of alice)" -eq 0 ]
}

@test "a /proc that hides other programs' processes does not make their sessions look over" {
	hold alice first setcred open
	# As a service manager confines a daemon: ProtectProc=invisible, without CAP_SYS_PTRACE; su has the group of its caller, too.
	WRAPPER=(unshare -m sh -c 'mount -t proc -o hidepid=2 proc /proc && exec setpriv --bounding-set -sys_ptrace --regid "$(id -g alice)" --clear-groups "$@"' sh)
	host alice x open close
	WRAPPER=()
	all_succeeded
	assert_token alice acme
	[ "$(sessions_of alice)" -eq 1 ]
	go_on first
	assert_no_token alice
}

@test "setcred that deletes, a second close and a second open in one transaction change no count" {
	hold alice other setcred open
	host alice x open open close close setcred:delete close
	all_succeeded
	assert_token alice acme
	[ "$(sessions_of alice)" -eq 1 ]
	host alice x open setcred:delete fork close join close
	assert_token alice acme
	go_on other
	assert_no_token alice
	# A session that ended already, by a child's close, does not end again.
	host alice "$(password_of alice)" auth open fork close join auth setcred close
	all_succeeded
	assert_token alice acme
}

@test "PAM-19 pam_end in a forked child, silent or not, ends no session and takes no token" {
	local end
	for end in end:data_silent end; do
		hold alice other setcred open fork "$end" join
		[ "$(sessions_of alice)" -eq 1 ]
		assert_token alice acme
		host alice x open fork "$end" join close
		assert_token alice acme
		go_on other
		assert_no_token alice
	done
}

@test "a login whose tokens are stored, and whose session opens in a moment, loses nothing to the end of another" {
	hold alice first setcred open
	hold alice second setcred
	go_on first
	assert_token alice acme
	[ "$(sessions_of alice)" -eq 1 ]
	go_on second
	hold alice third setcred
	host alice x open close
	assert_token alice acme
	kill -KILL "${HELD[third]}"
	host alice x open close
	assert_no_token alice
}

@test "people who are left out are not counted: root, vendor = none, a low uid" {
	service closed 'auth required MODULE' 'session required MODULE'
	service systemd-user 'auth required MODULE' 'session required MODULE'
	printf '[pam]\nvendor = acme\n[pam:closed]\nvendor = none\n' >/etc/apitoken/apitoken.conf
	host alice "$(password_of alice)" auth setcred
	for SERVICE in closed systemd-user; do
		host alice x open close
		assert_token alice acme
	done
	SERVICE=acme
	host root x open close
	host mallory x open close
	printf '[pam]\nvendor = acme\nminimum_uid = 4000000\n' >/etc/apitoken/apitoken.conf
	host alice x open close
	assert_token alice acme
	[ "$(log_count)" -eq 1 ]
}

@test "the argument vendor=none of a session line counts for that line" {
	service none 'auth required MODULE' 'session required MODULE vendor=none'
	SERVICE=none
	host alice "$(password_of alice)" auth setcred open close
	assert_token alice acme
}

@test "a host program that is not root counts nothing, and neither fails nor removes" {
	host alice "$(password_of alice)" auth setcred
	rm -r /run/apitoken
	PAMH=(-u alice)
	host alice x open close
	all_succeeded
	assert_token alice acme
	[ ! -e /run/apitoken ]
	[ "$(log_count)" -eq 1 ]
}

@test "what cannot be counted fails no session: an unsafe folder, no room, no keyring; one warning says why" {
	host alice "$(password_of alice)" auth setcred
	install -d -m 755 /run/apitoken
	clear_log
	host alice x open close
	all_succeeded
	logged warning 'user=alice is not counted.*not root.s alone'
	assert_token alice acme
	rm -r /run/apitoken
	ln -s /tmp /run/apitoken
	clear_log
	host alice x open close
	all_succeeded
	logged warning 'user=alice is not counted'
	rm /run/apitoken
	install -d -m 700 /run/apitoken
	mount -t tmpfs -o mode=700,nr_inodes=2 full /run/apitoken
	clear_log
	host alice x open close
	all_succeeded
	logged warning 'user=alice is not counted.*No space left'
	umount /run/apitoken
	assert_token alice acme
	for code in EDQUOT ENOSYS EPERM EACCES; do
		clear_log
		WRAPPER=(strace -f -qq -o /dev/null -e trace=keyctl -e "inject=keyctl:error=$code")
		host alice x open close
		WRAPPER=()
		all_succeeded
		logged warning 'the last session of user=alice is over, but tokens may be left'
		assert_token alice acme
	done
}

@test "nothing of the host cuts a count short: no file size, an odd umask, SIGCHLD ignored" {
	PAMH=(-l fsize=0 -s ign -k)
	umask 0777
	host alice "$(password_of alice)" open auth setcred close || { umask 022; return 1; }
	umask 022
	all_succeeded
	said 'state same'
	assert_no_token alice
}

@test "a configuration that became wrong keeps the tokens, and the log says so" {
	hold alice first setcred open
	echo nonsense >>/etc/apitoken/apitoken.conf
	clear_log
	go_on first
	assert_token alice acme
	logged err 'the last session of user=alice is over; tokens stay: /etc/apitoken/apitoken.conf:4:'
}

@test "REF-11 a refresh in flight does not bring back what the last session's end removed" {
	local asked
	host alice "$(password_of alice)" auth setcred
	ended alice
	asked=$(vendor_count .requests.vendor)
	answer_next when=after delay_ms=3000
	printf 'protocol=https\nhost=git.test:8443\n\n' >/tmp/request
	as alice git-credential-apitoken get </tmp/request >/run/refreshed 2>&1 3>&- 4>&- &
	refresh=$!
	wait_until 10 asked $((asked + 1))
	host alice x open close
	run token_of alice
	[ -z "$output" ]
	kill -0 "$refresh"
	wait "$refresh" || true
	all_answered
	assert_no_token alice
	[ "$(grep -c '^password=' /run/refreshed)" -eq 0 ]
}

@test "200 sessions opened and closed at once by many processes and threads: the count is right" {
	local i
	hold alice keeper setcred open
	for i in 1 2 3 4; do
		timeout 120 "$RIGS/pamh" -c "$STACKS" -t 5 -n 10 acme alice open close </dev/null >"/run/many.$i" 3>&- 4>&- &
	done
	wait $(jobs -p | grep -vx "${HELD[keeper]}")
	cat /run/many.*
	[ "$(cat /run/many.? | grep -cx '50 \(open\|close\) PAM_SUCCESS')" -eq 8 ]
	[ "$(sessions_of alice)" -eq 1 ]
	assert_token alice acme
	go_on keeper
	assert_no_token alice
	[ "$(sessions_of alice)" -eq 0 ]
}
