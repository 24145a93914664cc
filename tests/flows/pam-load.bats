# Load, impatience and misuse: many logins at once, many wrong ones, and a vendor that is away.

load pam

setup_file()
{
	pam_world
	# Three tries against packets that vanish take half a minute with the deadline that ships: begun here, judged by the last test.
	ip route add 192.0.2.77 dev lo # what comes back from loopback for a foreign address is dropped
	install -d -m 755 /run/away/vendors.d
	sed 's,https://vendor.test/,https://192.0.2.77/,' /etc/apitoken/vendors.d/acme.conf >/run/away/vendors.d/acme.conf
	cp /etc/apitoken/apitoken.conf /run/away/
	service away 'auth required MODULE config=/run/away'
	{
		begin=$SECONDS
		printf 'text one\ntext two\ntext three\n' | "$RIGS/pamh" -c "$STACKS" away dave auth auth auth
		echo "seconds $((SECONDS - begin))"
	} >/run/three-tries 2>&1 3>&- &
}
teardown_file() { pam_world_end; }

# ---- guessing ---------------------------------------------------------------------------------------------------------------

faillock_stack()
{
	sed "s,pam_apitoken\\.so,$MODULE," "$SOURCE/pam_apitoken/examples/pam.d-service-faillock" >"$STACKS/guarded"
	SERVICE=guarded
	faillock --user alice --reset
	faillock --user localuser --reset
}

counted() { faillock --user "$1" | grep -cE '^[0-9]{4}-' || true; }

@test "AVL-04 with the shipped pam_faillock stack a wrong password counts once, a vendor that gives no verdict does not, and a login resets" {
	faillock_stack
	host alice wrong auth
	said 'auth PAM_AUTH_ERR' delay
	[ "$(counted alice)" -eq 1 ]
	answer_unavailable
	for answer in 1 2 3 4 5; do
		host alice "$(password_of alice)" auth
		unsaid '^auth PAM_SUCCESS'
		grep -q 'vendor unavailable' "$LOG"
	done
	[ "$(counted alice)" -eq 1 ]
	sed -i 's,vendor.test/,vendor.test:4/,' /etc/apitoken/vendors.d/acme.conf
	host alice "$(password_of alice)" auth
	configure_acme 'timeout = nonsense'
	host alice "$(password_of alice)" auth
	unsaid '^auth PAM_SUCCESS'
	[ "$(counted alice)" -eq 1 ]
	configure_acme
	vendor_control /reset -d '' >/dev/null
	host alice "$(password_of alice)" auth setcred
	said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS'
	[ "$(counted alice)" -eq 0 ]
	assert_token alice acme
	host localuser "$LOCAL_PASSWORD" auth
	said 'auth PAM_SUCCESS'
}
answer_unavailable() { vendor_control /answers -d count=5 -d status=503 -d body=busy >/dev/null; }

@test "AVL-04 who guesses three times is locked out on this machine, and the vendor sees three tries, not ten" {
	local try
	faillock_stack
	for try in {1..10}; do
		host alice "wrong$try" auth
		unsaid '^auth PAM_SUCCESS'
	done
	[ "$(password_posts)" -eq 3 ]
	host alice "$(password_of alice)" auth
	unsaid '^auth PAM_SUCCESS'
	[ "$(password_posts)" -eq 3 ]
	faillock --user alice --reset
	host alice "$(password_of alice)" auth
	said 'auth PAM_SUCCESS'
}

# ---- what a stopwatch tells ---------------------------------------------------------------------------------------------------

# mean USER PASSWORD TRIES: microseconds a try takes on the average, in one process.
mean()
{
	local begin end
	count_authentications -n "$3" auth
	begin=${EPOCHREALTIME/[.,]/}
	printf 'text %s\n' "$2" | "$RIGS/pamh" -c "$STACKS" -n "$3" acme "$1" auth >/run/many
	end=${EPOCHREALTIME/[.,]/}
	echo $(((end - begin) / $3))
}

@test "SEC-04 an unknown name here, an unknown name there, a wrong password: each asks for the delay, and the manual page says what a stopwatch still tells" {
	local here there wrong page
	here=$(mean mallory wrong 1000)
	grep -qx '1000 delay' /run/many
	grep -qx '1000 auth PAM_USER_UNKNOWN' /run/many
	there=$(mean dave wrong 100)
	grep -qx '100 delay' /run/many
	grep -qx '100 auth PAM_AUTH_ERR' /run/many
	wrong=$(mean alice wrong 100)
	grep -qx '100 delay' /run/many
	grep -qx '100 auth PAM_AUTH_ERR' /run/many
	echo "microseconds a try: unknown here $here, unknown there $there, wrong password $wrong"
	[ "$here" -lt "$there" ]
	[ "$here" -lt "$wrong" ]
	page=$(tr '\n' ' ' <"$SOURCE/pam_apitoken/pam_apitoken.8")
	[[ $page = *'the module asks for a delay of two seconds'* && $page = *'is answered without a request'* && $page = *'can tell the first from the other two'* ]]
}

# ---- many at once ---------------------------------------------------------------------------------------------------------------

# largest_fetch: kB, the largest peak of any fetch that runs now; goes on until the file /run/sampling is gone.
largest_fetch()
{
	while [ -e /run/sampling ]; do
		awk '/^Name:/ { ours = $2 == "fetch" } ours && /^VmHWM:/ { print $2 }' /proc/[0-9]*/status 2>/dev/null
		sleep 0.1
	done | sort -n | tail -n 1 >/run/largest
}

@test "AVL-05 500 logins at once at a vendor that takes a second: all end, what fails is AUTHINFO_UNAVAIL, and no fetch grows" {
	local sampler succeeded
	badidp_start --script - <<<$'read\nwait 1000\nrespond 200 {"access_token":"a-token-of-the-slow-vendor","token_type":"Bearer","expires_in":60}'
	configure_acme 'timeout = 60'
	sed -i "s,https://vendor.test/,https://vendor.test:$BADIDP_PORT/," /etc/apitoken/vendors.d/acme.conf
	: >/run/sampling
	largest_fetch 3>&- 4>&- &
	sampler=$!
	ulimit -n 8192
	PAMH=(-t 500 -k)
	HOST_SECONDS=300
	host alice "$(password_of alice)" auth
	rm /run/sampling
	wait "$sampler"
	printf 500 >"$AUTHENTICATIONS"
	unsaid 'auth PAM_(AUTH_ERR|IGNORE|SERVICE_ERR|SYSTEM_ERR|BUF_ERR|USER_UNKNOWN)'
	succeeded=$(sed -n 's/ auth PAM_SUCCESS$//p' <<<"$output")
	[ "${succeeded:-0}" -ge 100 ]
	[ "$(sed -nE 's/^([0-9]+) auth PAM_.*/\1/p' <<<"$output" | awk '{ sum += $1 } END { print sum }')" -eq 500 ]
	said 'state same' 'signals 0'
	[ "$(badidp_canaries)" -le 500 ]
	echo "$succeeded logins, largest fetch $(cat /run/largest) kB"
	[ "$(cat /run/largest)" -gt 1000 ]
	[ "$(cat /run/largest)" -lt 15360 ]
	badidp_stop
}

# ---- a vendor that is away ------------------------------------------------------------------------------------------------------

@test "AVL-03 a timeout of more than 60 s is refused" {
	configure_acme 'timeout = 61'
	host alice "$(password_of alice)" auth
	said 'auth PAM_SERVICE_ERR'
	logged err "acme.conf:6: bad value of 'timeout'; expected a plain number from 1 to 60 seconds"
}

@test "AVL-03 three prompts of one ssh connection at a vendor that does not answer end before LoginGraceTime (a tenth of both)" {
	start_sshd 'LoginGraceTime 12' 'MaxAuthTries 3'
	ip route replace 192.0.2.77 dev lo
	configure_acme 'timeout = 1'
	sed -i 's,https://vendor.test/,https://192.0.2.77/,' /etc/apitoken/vendors.d/acme.conf
	printf 'password: \tone\npassword: \ttwo\npassword: \tthree\n' | "$RIGS/typist" ssh -p "$SSH_PORT" -o PreferredAuthentications=password \
		-o PubkeyAuthentication=no -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null dave@127.0.0.1 true >/run/ssh.said 2>&1 || true
	stop_sshd
	cat /run/ssh.said
	[ "$(grep -c 'vendor unavailable; .*user=dave' "$LOG")" -eq 3 ]
	! grep -iE 'timeout before auth' "$LOG" || false
	grep -q 'Permission denied' /run/ssh.said
}

@test "AVL-03 three tries at a vendor that does not answer, with the deadline that ships, take less than 35 seconds" {
	wait_until 60 grep -q '^seconds' /run/three-tries
	cat /run/three-tries
	[ "$(grep -c '^auth PAM_AUTHINFO_UNAVAIL' /run/three-tries)" -eq 3 ]
	[ "$(sed -n 's/^seconds //p' /run/three-tries)" -lt 35 ]
}
