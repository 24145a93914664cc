# The real login programs in the private world, with local passwords and Debian's own stacks: the rig itself is right.

load helper

setup_file() { start_sshd; }
teardown_file() { stop_sshd; }

@test "sshd lets localuser in by password" {
	run login_ssh localuser "$LOCAL_PASSWORD" 'id -un'
	[ "$status" -eq 0 ]
	[ "$output" = localuser ]
}

@test "sshd lets localuser in by keyboard-interactive" {
	run login_ssh_kbdint localuser "$LOCAL_PASSWORD" 'id -un'
	[ "$status" -eq 0 ]
	[ "$output" = localuser ]
}

@test "sshd refuses a wrong password" {
	run login_ssh localuser wrong 'id -un'
	[ "$status" -ne 0 ]
	[[ "$output" == *"Permission denied"* ]]
}

@test "sshd lets alice in by public key" {
	run login_ssh_key alice 'id -un'
	[ "$output" = alice ]
}

@test "su by alice to localuser" {
	run login_su alice localuser "$LOCAL_PASSWORD" id -un
	[ "$status" -eq 0 ]
	[[ "$output" == *localuser* ]]
}

@test "su refuses a wrong password" {
	run login_su alice localuser wrong id -un
	[ "$status" -ne 0 ]
	[[ "$output" == *"Authentication failure"* ]]
}

@test "login lets localuser in" {
	run login_login localuser "$LOCAL_PASSWORD" id -un
	[[ "$output" == *"localuser"* ]]
	[ "$status" -eq 0 ]
}

@test "sudo lets localuser become bob" {
	run login_sudo localuser "$LOCAL_PASSWORD" -u bob id -un
	[ "$status" -eq 0 ]
	[[ "$output" == *bob* ]]
}

@test "cron runs a job of bob" {
	run_cron bob 'id -un >/tmp/cron-who'
	[ "$(cat /tmp/cron-who)" = bob ]
}

@test "log lines are caught" {
	wait_until 5 grep -q 'Accepted password for localuser' "$LOG"
}
