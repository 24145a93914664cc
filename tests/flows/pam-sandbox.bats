# fetch's walls where the kernel lacks one: the login goes on, and the log says it once.

load pam

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

without_landlock() { WRAPPER=(strace -f -qq -o /dev/null -e trace=landlock_create_ruleset -e inject=landlock_create_ruleset:error=ENOSYS); }

@test "HLP-03 on a kernel without Landlock the login goes on, and with debug the log says so once" {
	without_landlock
	host alice "$(password_of alice)" auth setcred
	said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS'
	assert_token alice acme
	logged debug 'fetch ran without a wall .*landlock=0 filter=1'
	clear_log
	WRAPPER=()
	host alice "$(password_of alice)" auth setcred
	said 'auth PAM_SUCCESS'
	[ "$(grep -cF 'without a wall' "$LOG")" -eq 0 ]
}

@test "HLP-03 without debug a missing wall is not in the log, and apitoken check --login tells the walls" {
	service plain 'auth required MODULE' 'session required MODULE'
	SERVICE=plain
	without_landlock
	host alice "$(password_of alice)" auth setcred
	said 'auth PAM_SUCCESS'
	[ "$(log_count)" -eq 1 ]
	printf 2 >"$AUTHENTICATIONS"
	run "${WRAPPER[@]}" "$RIGS/twouid" alice run "$RIGS/typist" apitoken check --vendor acme --login < <(printf "vendor 'acme': \t%s\n" "$(password_of alice)")
	echo "$output"
	[[ "$output" == *"fetch's sandbox: landlock=0 filter=1 (0: this kernel has none)"* ]]
}
