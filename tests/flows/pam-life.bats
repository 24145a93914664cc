# Over a host's life: its ids, its memory, a thousand calls, a storm of signals.

load pam

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

# memory_of PID: everything that it could read or write.
memory_of()
{
	local range mode rest first last
	while read -r range mode rest; do
		[[ $mode == r* && $rest != *'[v'* ]] || continue
		first=$((16#${range%-*} / 4096)) last=$((16#${range#*-} / 4096))
		dd "if=/proc/$1/mem" bs=4096 "skip=$first" "count=$((last - first))" status=none 2>/dev/null || true
	done <"/proc/$1/maps"
}

is_stopped() { grep -q '^State:.T' "/proc/$1/status"; }

@test "SEC-02 after authenticate and setcred neither password nor token is in the host's memory" {
	local pid secrets
	count_authentications auth
	"$RIGS/pamh" -c "$STACKS" -i rhost=memory-control acme alice auth setcred stop < <(printf 'text %s\n' "$(password_of alice)") >/run/report 3>&- 4>&- &
	pid=$!
	wait_until 20 is_stopped "$pid"
	grep -qx 'setcred PAM_SUCCESS' /run/report
	memory_of "$pid" >/dev/shm/memory
	kill -CONT "$pid"
	wait "$pid"
	mapfile -t secrets < <(secrets_of_world | grep -v -e '^bob-' -e '^carol-' -e '^dave-')
	[ "${#secrets[@]}" -ge 3 ]
	[ "$(wc -c </dev/shm/memory)" -gt 1000000 ]
	[ "$(grep -aoF memory-control /dev/shm/memory | wc -l)" -ge 2 ] # the argument, and libpam's copy
	for secret in "${secrets[@]}"; do
		[ "$(grep -caF -e "$secret" /dev/shm/memory)" -eq 0 ] || { echo "found: ${secret:0:12}..."; rm /dev/shm/memory; return 1; }
	done
	rm /dev/shm/memory
}

@test "HST-10 neither the host nor the process that it starts changes an id" {
	WRAPPER=(strace -f -b execve -qq -o /run/trace -e 'trace=/set(res|re|fs)?[ug]id|setgroups')
	host alice "$(password_of alice)" auth setcred open close
	all_succeeded
	[ ! -s /run/trace ]
	PAMH=(-t 4 -n 2 -k)
	WRAPPER=()
	host alice "$(password_of alice)" auth setcred
	said 'state same' '8 auth PAM_SUCCESS'
}

@test "HST-12 hundreds of logins with all outcomes, the module loaded and unloaded each time: memory, descriptors and children do not grow" {
	local few many
	few=$(resident 30)
	many=$(resident 150)
	echo "resident: $few kB after 30 rounds, $many kB after 150"
	[ "$few" -gt 1000 ]
	[ $((many - few)) -le 512 ]
}
# resident ROUNDS: the host's memory in kB after so many rounds of three logins.
resident()
{
	PAMH=(-k -n "$1")
	HOST_SECONDS=300
	host_script alice "text $(password_of alice)"$'\n'"text wrong"$'\n'error auth setcred auth auth >/run/said || return 1
	grep -qx 'state same' /run/said || return 1
	[ "$(grep -cE "^$1 auth PAM_(SUCCESS|AUTH_ERR|CONV_ERR)\$" /run/said)" -eq 3 ] || return 1
	sed -n 's/^resident //p' /run/said
}

@test "HST-04 a host whose timer interrupts it each millisecond gets the right answers" {
	PAMH=(-s storm -n 40)
	host_script alice "text $(password_of alice)"$'\n'"text wrong" auth setcred auth
	said '40 auth PAM_SUCCESS' '40 auth PAM_AUTH_ERR' '40 setcred PAM_SUCCESS'
}
