# Sessions of real hosts: sshd, su, sudo, login and cron, and what they leave behind. The module stands in every stack, cron's and sudo's too.

load helper
load world
load sessions

setup_file() { start_world; }
teardown_file() { stop_world; }
setup()
{
	fresh_start
	configure_acme
	last_logout delete
	rm -rf /run/apitoken /tmp/in.* /tmp/out.*
	PIDS=()
}
teardown()
{
	touch /tmp/out.{first,second,third,job,master}
	wait "${PIDS[@]}" || true
}

# stays NAME: what a session runs that is to last. is_in NAME, leave NAME.
stays() { echo "touch /tmp/in.$1; until [ -e /tmp/out.$1 ]; do sleep 0.1; done"; }
is_in() { [ -e "/tmp/in.$1" ]; }
# begin NAME LOGIN...: a login function in the background, until it is in.
begin()
{
	local name=$1
	shift
	"$@" "$(stays "$name")" >"/tmp/said.$name" 2>&1 3>&- 4>&- &
	PIDS+=($!)
	wait_until 30 is_in "$name" || { cat "/tmp/said.$name" "$LOG"; return 1; }
}
# leave NAME: until its host has closed the session, too.
leave()
{
	local before
	before=$(sessions_of alice)
	touch "/tmp/out.$1"
	wait_until 30 fewer_than "$before"
}
fewer_than() { [ "$(sessions_of alice)" -lt "$1" ]; }
no_token_in_the_end() { wait_until 20 assert_no_token "$1"; }
over() { log_lines 'the last session of user=alice is over'; }

@test "KEY-12 ssh, by each method: the token is there during the session and gone after it" {
	local method
	for method in login_ssh login_ssh_kbdint; do
		rm -f /tmp/in.* /tmp/out.*
		begin first "$method" alice "$(vendor_password alice)"
		assert_token alice acme
		[ "$(sessions_of alice)" -eq 1 ]
		leave first
		no_token_in_the_end alice
		wait_until 10 over
	done
}

@test "two ssh sessions: the first end leaves the token, also where the other came by key; the last takes it" {
	begin first login_ssh alice "$(vendor_password alice)"
	begin second login_ssh_key alice
	begin third login_ssh_kbdint alice "$(vendor_password alice)"
	[ "$(sessions_of alice)" -eq 3 ]
	leave first
	leave third
	assert_token alice acme
	[ -z "$(over)" ]
	leave second
	no_token_in_the_end alice
}

@test "a new ssh login renews the record that the others use" {
	local before
	begin first login_ssh alice "$(vendor_password alice)"
	before=$(record_of alice acme | grep ^access_token=)
	begin second login_ssh alice "$(vendor_password alice)"
	[ "$(record_of alice acme | grep ^access_token=)" != "$before" ]
	leave second
	assert_token alice acme
	leave first
	no_token_in_the_end alice
}

@test "many channels of one connection are one session" {
	local control=/tmp/control number
	sshpass -d 9 ssh -n -M -S "$control" -N -p "$SSH_PORT" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
		-o PubkeyAuthentication=no alice@127.0.0.1 9< <(vendor_password alice) 3>&- 4>&- &
	PIDS+=($!)
	wait_until 20 shares "$control"
	for number in 1 2 3; do
		[ "$(ssh -n -S "$control" -p "$SSH_PORT" alice@127.0.0.1 'apitoken token --force | wc -l')" -eq 1 ]
		[ "$(sessions_of alice)" -eq 1 ]
	done
	assert_token alice acme
	ssh -S "$control" -O exit alice@127.0.0.1 2>/dev/null
	no_token_in_the_end alice
}

shares() { ssh -S "$1" -O check alice@127.0.0.1 2>/dev/null; }

@test "sshd's process of a session is killed: its end is noticed by the next one's" {
	local monitor
	begin first login_ssh alice "$(vendor_password alice)"
	monitor=$(find "/run/apitoken/$(id -u alice)" -name 'session.*' -printf '%f\n' | cut -d. -f2)
	kill -KILL "$monitor"
	touch /tmp/out.first
	assert_token alice acme
	login_ssh_key alice true
	no_token_in_the_end alice
	[ "$(sessions_of alice)" -eq 0 ]
}

@test "20 ssh logins at once, each short, beside one that stays: its token stays, the count comes out even" {
	local number pids=()
	begin first login_ssh alice "$(vendor_password alice)"
	for number in $(seq 20); do
		login_ssh alice "$(vendor_password alice)" true 3>&- 4>&- &
		pids+=($!)
	done
	for number in "${pids[@]}"; do wait "$number"; done
	wait_until 20 fewer_than 2
	assert_token alice acme
	[ -z "$(over)" ]
	leave first
	no_token_in_the_end alice
}

@test "short ssh logins one over the other: each has a token as long as it runs" {
	local number pids=()
	for number in $(seq 12); do
		login_ssh alice "$(vendor_password alice)" 'apitoken token --force >/dev/null && sleep 0.3 && apitoken token --force >/dev/null && echo had' \
			>"/tmp/said.$number" 2>&1 3>&- 4>&- &
		pids+=($!)
		sleep 0.2
	done
	for number in "${pids[@]}"; do wait "$number" || true; done
	cat /tmp/said.*
	[ "$(cat /tmp/said.[0-9]* | grep -cx had)" -eq 12 ]
	no_token_in_the_end alice
	[ "$(sessions_of alice)" -eq 0 ]
}

@test "su: to somebody, and to oneself inside a session; the inner end takes nothing that the outer one uses" {
	login_su bob alice "$(vendor_password alice)" 'apitoken token --force >/dev/null && echo had' | grep -q had
	assert_no_token alice bob
	begin first login_ssh alice "$(vendor_password alice)"
	before=$(token_of alice acme | cut -d' ' -f1)
	login_su alice alice "$(vendor_password alice)" true
	assert_token alice acme
	[ "$(token_of alice acme | cut -d' ' -f1)" != "$before" ]
	[ -z "$(over | sed 1d)" ]
	leave first
	no_token_in_the_end alice
}

@test "root's su needs no password, counts, and takes the token with it" {
	begin first login_ssh alice "$(vendor_password alice)"
	su alice -c true
	assert_token alice acme
	leave first
	no_token_in_the_end alice
}

# Without another group sudo asks nobody who wants to be nobody else.
@test "sudo: as root nothing; to oneself it renews; to somebody else it leaves their token to their own session" {
	begin first login_ssh alice "$(vendor_password alice)"
	before=$(token_of alice acme | cut -d' ' -f1)
	login_sudo alice "$(vendor_password alice)" id -un
	[ "$(token_of alice acme | cut -d' ' -f1)" = "$before" ]
	login_sudo alice "$(vendor_password alice)" -u alice -g daemon id -un
	assert_token alice acme
	[ "$(token_of alice acme | cut -d' ' -f1)" != "$before" ]
	[ "$(sessions_of alice)" -eq 1 ]
	begin second login_ssh bob "$(vendor_password bob)"
	login_sudo alice "$(vendor_password alice)" -u bob apitoken token --force >/dev/null
	assert_token bob acme
	leave first
	no_token_in_the_end alice
	assert_token bob acme
	touch /tmp/out.second
	no_token_in_the_end bob
	[ ! -e /run/apitoken/0 ]
}

@test "login on a terminal: from login to logout" {
	begin first login_login alice "$(vendor_password alice)"
	assert_token alice acme
	[ "$(sessions_of alice)" -eq 1 ]
	leave first
	no_token_in_the_end alice
}

@test "cron: a job is a session while it runs, no more" {
	begin first login_ssh alice "$(vendor_password alice)"
	run_cron alice '/usr/local/bin/apitoken token --force >/dev/null'
	assert_token alice acme
	run_cron alice "$(stays job)" &
	PIDS+=($!)
	wait_until 20 is_in job
	[ "$(sessions_of alice)" -eq 2 ]
	leave first
	assert_token alice acme
	leave job
	no_token_in_the_end alice
	clear_log
	run_cron alice true
	run log_lines
	[ -z "$output" ]
}

@test "what nohup and tmux leave behind has no token after the last logout, and with on_last_logout = keep it has" {
	local policy
	for policy in delete keep; do
		last_logout "$policy"
		rm -f /tmp/in.* /tmp/out.* /tmp/left.*
		cat >/home/alice/job <<-'END'
			touch /tmp/in.$1
			until [ -e /tmp/out.$1 ]; do sleep 0.1; done
			apitoken token --force >/dev/null && echo had >/tmp/left.$1 || echo "none $?" >/tmp/left.$1
		END
		begin first login_ssh alice "$(vendor_password alice)"
		login_ssh_key alice 'nohup sh job second >/dev/null 2>&1 & tmux new-session -d sh job third; sleep 0.1'
		wait_until 20 is_in second
		wait_until 20 is_in third
		leave first
		wait_until 20 fewer_than 1
		touch /tmp/out.{second,third}
		wait_until 20 test -s /tmp/left.second
		wait_until 20 test -s /tmp/left.third
		if [ "$policy" = delete ]; then
			grep -qx 'none 3' /tmp/left.second
			grep -qx 'none 3' /tmp/left.third
		else
			grep -qx had /tmp/left.second
			grep -qx had /tmp/left.third
		fi
	done
}
