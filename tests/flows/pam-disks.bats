# AVL-06: a machine whose disks are full, read-only, or whose log nobody reads.

load pam

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

logs_in() { host alice "$(password_of alice)" auth setcred open close && said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS' && assert_token alice acme && clear_keys alice; }

@test "AVL-06 with /run, /tmp, /var and /home full a person logs in, and a refusal is told and logged as ever" {
	WRAPPER=(unshare --mount --propagation private bash -c 'for folder in /run /tmp /var/tmp /var/log /home; do
			mount -t tmpfs -o size=16k none "$folder" || exit 9
			cat /dev/zero >"$folder/fill" 2>/dev/null
			! { echo x >"$folder/more"; } 2>/dev/null || exit 8
		done
		exec "$@"' sh)
	logs_in
	host alice wrong auth
	said 'auth PAM_AUTH_ERR'
	logged notice 'authentication failure; .*user=alice'
}

@test "AVL-06 with /run and /home full a person logs in by ssh and has a token" {
	local folder
	start_sshd
	for folder in /run /home; do
		mount -o remount,size=16M "$folder"
		if cat /dev/zero >"$folder/fill" 2>/dev/null; then return 1; fi # full now
	done
	login_ssh alice "$(password_of alice)" 'apitoken header acme >/dev/null'
	rm -f /run/fill /home/fill
	mount -o remount,size=50% /run
	stop_sshd
	printf 1 >"$AUTHENTICATIONS"
}

@test "AVL-06 with every file system read-only a person logs in" {
	WRAPPER=(unshare --mount --propagation private sh -c 'for folder in / /etc /run /tmp /var/tmp /home /root /var/log /usr/local /opt; do mount -o remount,bind,ro "$folder" || exit 9; done
		! touch /run/x /tmp/x /etc/x 2>/dev/null && exec "$@"' sh)
	logs_in
	host alice wrong auth
	said 'auth PAM_AUTH_ERR'
}

# Nobody reads the log: the catcher is stopped, and its socket filled. run_pamh's own wait for the log is left out.
@test "AVL-06 where nobody reads the log and its socket is full, a login and a refusal end by themselves" {
	local catcher number begin
	catcher=$(pgrep -x logcatcher)
	kill -STOP "$catcher"
	for number in {1..40}; do
		timeout 1 logger -u /dev/log -d "fill $number" || break
	done
	[ "$number" -lt 40 ] || { kill -CONT "$catcher"; echo 'the socket did not get full'; return 1; }
	begin=$SECONDS
	{ printf 'text %s\n' "$(password_of alice)"; echo 'text wrong'; } |
		timeout -k 5 60 "$RIGS/pamh" -c "$STACKS" -k acme alice auth setcred auth >/run/report || echo "ended with $?" >>/run/report
	kill -CONT "$catcher"
	count_authentications auth auth
	cat /run/report
	[ $((SECONDS - begin)) -lt 40 ]
	grep -qx 'auth PAM_SUCCESS' /run/report
	grep -qx 'setcred PAM_SUCCESS' /run/report
	grep -qx 'auth PAM_AUTH_ERR' /run/report
	grep -qx 'state same' /run/report
	log_settled after
	host alice "$(password_of alice)" auth
	logged notice 'authentication success; .*user=alice'
}
