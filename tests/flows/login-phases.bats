# What the module does where no password is asked for: account, setcred and session alone.

load helper
load world

setup_file() { start_world; }
teardown_file() { stop_world; }
setup() { fresh_start; }

@test "AVL-02 account, setcred and session connect nowhere and start nothing" {
	kill -STOP "$VENDOR_PID"
	strace -f -qq -o /tmp/trace -e trace=connect,execve,execveat su alice -c /usr/bin/true
	kill -CONT "$VENDOR_PID"
	grep -q 'execve("/bin/bash"' /tmp/trace
	grep -q 'sun_path="/dev/log"' /tmp/trace
	run grep -E 'AF_INET|execveat' /tmp/trace
	[ -z "$output" ]
}

@test "PKG-08 the stack of the manual page is the one that these tests log in with" {
	example=$(grep -E '^(auth|account|session)' "$SOURCE/pam_apitoken/examples/pam.d-service" | tr -s ' ')
	[ "$(wc -l <<<"$example")" -ge 6 ]
	for document in "$SOURCE"/README.md "$SOURCE"/*/*.[158]; do
		written=$(grep -E '^ *(auth|account|session) +[[:alnum:][]' "$document" | sed 's/^ *//' | tr -s " ")
		[ -n "$written" ] || continue
		echo "$document:"
		diff <(echo "$example") <(echo "$written")
		found=1
	done
	[ "$found" -eq 1 ]
	# And what is installed here was made from it.
	for kind in auth account session; do
		diff <(grep "^$kind" <<<"$example") <(sed 's#/usr/local/lib/security/##' "/etc/pam.d/common-$kind" | tr -s ' ')
	done
	login_su bob alice "$(vendor_password alice)" id -un
	assert_token alice acme
}
