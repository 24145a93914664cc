# A renewal whose request is out, and somebody ends what runs it: the answer is stored all the same.

bats_require_minimum_version 1.5.0
load helper
load world
load tools
load refresh

setup_file() { start_world --set access_seconds=600; }
teardown_file() { stop_world; }

setup()
{
	fresh_start
	no_run_folder
	log_in alice
	ended alice
	printf 'protocol=https\nhost=git.test:8443\n\n' >/tmp/request
	BEFORE=$(vendor_count .requests.vendor)
	answer_next when=after delay_ms=2500
}

teardown() { wait_until 20 no_helper; }

under_way() { wait_until 20 asked $((BEFORE + 1)); }
stored() { [ "$(value_of alice acme generation)" = 2 ]; }
helper_pid() { pgrep -u alice -x git-credential- | head -n 1; }

# One refresh, stored, and the login lives.
assert_stored()
{
	wait_until 20 stored
	wait_until 20 no_helper
	[ "$(refresh_posts)/$(refusals)" = 1/0 ]
	[ "$(keys_of alice | grep -c ':sent$')" -eq 0 ]
	lives alice git.test:8443
}
no_helper() { [ -z "$(helper_pid)" ]; }

@test "REF-03 Ctrl-C, Ctrl-\\, SIGTERM, SIGHUP and Ctrl-Z to the helper do not come before the store" {
	local signal
	for signal in INT QUIT TERM HUP TSTP; do
		log_in alice
		ended alice
		vendor_control /reset -d '' >/dev/null
		log_in alice
		ended alice
		BEFORE=$(vendor_count .requests.vendor)
		answer_next when=after delay_ms=2500
		# As the terminal's own job: a shell ignores SIGINT for what it starts in the background.
		"$RIGS/twouid" alice run python3 -c 'import os, signal, sys
for number in (signal.SIGINT, signal.SIGQUIT): signal.signal(number, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' git-credential-apitoken get </tmp/request >/tmp/answer 2>&1 3>&- &
		local getter=$!
		under_way
		kill -"$signal" "$getter"
		wait_until 20 stored
		[ "$signal" != TSTP ] || { wait_until 20 is_stopped "$getter"; kill -CONT "$getter"; }
		status=0
		wait "$getter" || status=$?
		echo "$signal: $status"
		[ "$signal" = TSTP ] || [ "$status" -gt 128 ] # it was only late
		assert_stored
	done
}
is_stopped() { grep -q '^State:.T' "/proc/$1/status"; }

@test "REF-03 git is killed while its helper renews: the helper lives on and stores" {
	local git
	"$RIGS/twouid" alice run git -c credential.helper=apitoken credential fill </tmp/request >/tmp/answer 2>&1 3>&- &
	git=$!
	under_way
	[ -n "$(helper_pid)" ]
	kill -KILL "$git"
	wait "$git" || true
	[ -n "$(helper_pid)" ]
	assert_stored
}

# in_terminal DEED: git asks its helper in a terminal of its own, and DEED happens when the vendor has the request: "interrupt" types Ctrl-C, "close" closes the terminal.
in_terminal()
{
	rm -f /tmp/terminal-go
	"$RIGS/twouid" alice run python3 - "$1" <<-'END' &
		import os, pty, signal, sys, time
		pid, terminal = pty.fork()
		if pid == 0:
		    signal.signal(signal.SIGINT, signal.SIG_DFL) # ignored in what a shell starts in the background
		    os.environ["GIT_TERMINAL_PROMPT"] = "0"
		    os.execvp("sh", ["sh", "-c", "git -c credential.helper=apitoken credential fill </tmp/request"])
		while not os.path.exists("/tmp/terminal-go"):
		    time.sleep(0.02)
		if sys.argv[1] == "interrupt":
		    os.write(terminal, b"\x03")
		    os.waitpid(pid, 0)
		else:
		    os.close(terminal)
		    os.waitpid(pid, 0)
	END
	TERMINAL=$!
	under_way
	[ -n "$(helper_pid)" ]
	touch /tmp/terminal-go
	wait "$TERMINAL"
}

@test "REF-03 Ctrl-C in the terminal ends git, and the helper stores first" {
	in_terminal interrupt
	assert_stored
}

@test "REF-03 a terminal that is closed ends git, and the helper stores first" {
	in_terminal close
	assert_stored
}

@test "REF-03 the helper's parent dies between the answer and the store: the helper goes on" {
	local parent
	# The second command keeps sh from becoming the helper itself.
	"$RIGS/twouid" alice run sh -c 'git-credential-apitoken get </tmp/request; true' >/tmp/answer 2>&1 3>&- &
	parent=$!
	under_way
	kill -KILL "$parent"
	wait "$parent" || true
	assert_stored
}

@test "REF-03 the one who reads the answer is gone: the token is stored before it is written" {
	"$RIGS/twouid" alice run git-credential-apitoken get </tmp/request 2>/tmp/answer 3>&- | true
	assert_stored
}
