# What the module does where no password is asked for: account, setcred and session alone.

load helper
load world
load sessions

setup_file() { start_world; }
teardown_file() { stop_world; }
setup() { fresh_start; configure_acme; }

@test "AVL-02 account, setcred and session connect nowhere; only the end of the last session starts a program, stash, once" {
	local policy
	for policy in keep delete; do
		last_logout "$policy"
		kill -STOP "$VENDOR_PID"
		strace -f -qq -o /tmp/trace -e trace=connect,execve,execveat su alice -c /usr/bin/true
		kill -CONT "$VENDOR_PID"
		grep -q 'execve("/bin/bash"' /tmp/trace
		grep -q 'sun_path="/dev/log"' /tmp/trace
		run grep -E 'AF_INET' /tmp/trace
		[ -z "$output" ]
		run grep -c execveat /tmp/trace
		[ "$output" -eq "$([ "$policy" = keep ] && echo 0 || echo 1)" ]
	done
	grep -q 'execveat.*\["stash", "end"' /tmp/trace
}

# stacks_of FILE: its PAM stacks, each as one line, the blanks squeezed.
stacks_of()
{
	awk '/^ *(auth|account|session) +[[:alnum:][]/ { gsub(/ +/, " "); sub(/^ /, ""); stack = stack $0 "|"; next }
		/^ *(#.*)?$/ { next }
		stack { print stack; stack = "" }
		END { if (stack) print stack }' "$1"
}

@test "PKG-08 the stacks of README and the manual pages are the ones that these tests log in with" {
	local document stack found=0 examples
	examples=$(for document in "$SOURCE"/pam_apitoken/examples/*; do stacks_of "$document"; done)
	[ "$(wc -l <<<"$examples")" -eq 2 ]
	for document in "$SOURCE"/README.md "$SOURCE"/*/*.[158]; do
		while IFS= read -r stack; do
			grep -qxF -- "$stack" <<<"$examples" || { echo "$document: $stack"; return 1; }
			found=$((found + 1))
		done < <(stacks_of "$document")
	done
	[ "$found" -eq 3 ]
	example=$(grep -E '^(auth|account|session)' "$SOURCE/pam_apitoken/examples/pam.d-service" | tr -s ' ')
	[ "$(wc -l <<<"$example")" -ge 6 ]
	# And what is installed here was made from it.
	for kind in auth account session; do
		diff <(grep "^$kind" <<<"$example") <(sed 's#/usr/local/lib/security/##' "/etc/pam.d/common-$kind" | tr -s ' ')
	done
	login_su bob alice "$(vendor_password alice)" id -un
	assert_token alice acme
}
