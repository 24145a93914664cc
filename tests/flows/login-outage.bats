# The vendor is away: local people must not notice, and remote people hear it in bounded time.

load helper
load world

setup_file() { start_world; }
teardown_file() { stop_world; }
setup() { fresh_start; }
teardown()
{
	kill -CONT "$VENDOR_PID"
	sed -i 's/^[0-9.]* vendor\.test$/127.0.0.1 vendor.test/' /etc/hosts
	ip link delete hole 2>/dev/null || true
	[ ! -f /usr/local/lib/security/gone ] || mv /usr/local/lib/security/gone /usr/local/lib/security/pam_apitoken.so
	configure_acme
}

# A refusal takes the vendor's deadline and PAM's 2 s delay; sshd then fills up to at most twice that (auth2.c, ensure_minimum_time_since).
readonly LONG_DEADLINE=40 SHORT_DEADLINE=3 REFUSAL_SECONDS=$(((3 + 2) * 2 + 5))

# Every local login must end long before the vendor's deadline would: it does not wait for the vendor at all.
local_logins_work()
{
	local begin=$SECONDS
	login_su alice localuser "$LOCAL_PASSWORD" id -un
	login_su alice root "$ROOT_PASSWORD" id -un
	login_ssh localuser "$LOCAL_PASSWORD" id -un
	login_ssh root "$ROOT_PASSWORD" id -un
	login_ssh_kbdint localuser "$LOCAL_PASSWORD" id -un
	login_login localuser "$LOCAL_PASSWORD" id -un
	login_login root "$ROOT_PASSWORD" id -un
	login_sudo localuser "$LOCAL_PASSWORD" id -un
	[ $((SECONDS - begin)) -lt "$LONG_DEADLINE" ]
}

# refused_in_time LOGIN...: fails within the deadline of the vendor file.
refused_in_time()
{
	local begin=$SECONDS
	run "$@"
	echo "$1 ended with $status after $((SECONDS - begin)) s"
	[ "$status" -ne 0 ]
	[ $((SECONDS - begin)) -le "$REFUSAL_SECONDS" ]
}

remote_logins_are_refused()
{
	configure_acme "timeout = $SHORT_DEADLINE"
	refused_in_time login_su localuser alice "$(vendor_password alice)" id -un
	refused_in_time login_ssh alice "$(vendor_password alice)" id -un
	refused_in_time login_ssh_kbdint alice "$(vendor_password alice)" id -un
	assert_no_token alice
}

@test "AVL-01 vendor that accepts and never answers: local users log in, remote users are refused by the deadline" {
	configure_acme "timeout = $LONG_DEADLINE"
	kill -STOP "$VENDOR_PID"
	local_logins_work
	remote_logins_are_refused
	kill -CONT "$VENDOR_PID"
	log_lines alice
	configure_acme
	login_ssh alice "$(vendor_password alice)"
	assert_token alice acme
}

@test "AVL-01 vendor that swallows every packet: local users log in, remote users are refused by the deadline" {
	blackhole_vendor
	configure_acme "timeout = $LONG_DEADLINE"
	local_logins_work
	remote_logins_are_refused
}

# vendor.test behind a link on which nobody answers and nothing is refused.
blackhole_vendor()
{
	ip link add hole type veth peer name void
	ip address add 192.0.2.2/24 dev hole
	ip link set hole up
	ip link set void up
	ip neighbour replace 192.0.2.1 lladdr 02:00:00:00:00:01 dev hole nud permanent
	sed -i 's/^127.0.0.1 vendor.test$/192.0.2.1 vendor.test/' /etc/hosts
}

@test "AVL-01 vendor that is stopped: local users log in, remote users are refused with a line that says why" {
	sed -i 's/^127.0.0.1 vendor.test$/127.0.0.99 vendor.test/' /etc/hosts
	configure_acme "timeout = $LONG_DEADLINE"
	local_logins_work
	remote_logins_are_refused
	log_lines 'alice.*(connect|reach|refused)'
}

@test "PAM-04 without the module file remote users are refused and local users log in" {
	mv /usr/local/lib/security/pam_apitoken.so /usr/local/lib/security/gone
	local_logins_work
	for method in login_ssh login_ssh_kbdint; do
		run "$method" alice "$(vendor_password alice)" id -un
		echo "$method: $status $output"
		[ "$status" -ne 0 ]
	done
	run login_su localuser alice "$(vendor_password alice)" id -un
	[ "$status" -ne 0 ]
	[ "$(vendor_requests)" -eq 0 ]
}
