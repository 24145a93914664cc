# shellcheck shell=bash
# The project's own test servers for bats files: load servers. Needs "make tests-build".
#
# vendor_start [testvendor argument ...]    starts the test vendor on free loopback ports and waits until it listens. Users: alice and
#     bob, and carol, who is disabled; their passwords are "vendor_password NAME". Further arguments as "testvendor --help" lists them.
#     Sets and exports: VENDOR_DIR (a new folder, free of canary checks), VENDOR_CA (ca.pem), VENDOR_AUTHORITIES (a hashed folder, to be mounted over
#     /etc/ssl/certs), VENDOR_CERTIFICATES (all of make-ca's files), VENDOR_REPOSITORIES (empty folder for bare repositories), VENDOR_PID,
#     VENDOR_PORT, GIT_PORT, REGISTRY_TOKEN_PORT, CONTROL_PORT.
#     The certificate is good for $VENDOR_NAMES, localhost and 127.0.0.1. To use the names, put them into the (private) /etc/hosts.
# vendor_stop                               ends it and removes VENDOR_DIR; harmless where none runs.
# vendor_control PATH [curl argument ...]   one request to the control port; prints its answer, fails on an error status. GET, or POST where
#     -d is given: vendor_control /counters; vendor_control /options -d access_seconds=3; vendor_control /reset -d ''. "/" lists the paths.
# vendor_count JQ-FILTER                    a value of /counters: vendor_count .password_posts
# vendor_login USER [PASSWORD]              a password login at /oauth2/token from outside our programs; prints the JSON answer.
#
# badidp_start [badidp argument ...]        starts the raw liar (TLS, vendor_start's certificates, or its own where no vendor was started)
#     and waits until it listens. What it answers: --json FILE, --status N --header 'A: b' --body TEXT, or --script FILE|- with the actions
#     of tests/badidp/script.h; further arguments as "badidp --help" lists them. Several may run at once; the variables are the last one's:
#     BADIDP_PORT, BADIDP_PID, BADIDP_LOG (events of tests/badidp/log.h), BADIDP_CA. It counts $BADIDP_CANARY (default CANARY, which is in
#     every vendor_password).
# badidp_stop                               ends all of them.
# badidp_connections, badidp_canaries       how many it accepted; how often it received the canary.
# badidp_requests                           the requests it received, escaped, one a line.
# badidp_received                           application bytes received, once all its connections have ended (waits up to 10 s for that).
#
# Call them from setup_file or from a test, and vendor_stop from the teardown that belongs to it. The server dies with the shell that started it.

VENDOR_NAMES=${VENDOR_NAMES:-vendor.test git.test registry.test registry.vendor.test login.vyopta.com auth.apiax.io}
SERVERS_TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SERVERS_BUILD=$(cd "$SERVERS_TESTS/.." && realpath -m "${B:-build}")

declare -F vendor_password >/dev/null || vendor_password() { printf 'vendor-CANARY-%s-pass' "$1"; }

# Waits until FILE exists, as long as process PID lives; at most 20 s.
servers_wait() { # FILE PID LOG
	local _
	for _ in {1..400}; do
		[ -e "$1" ] && return 0
		kill -0 "$2" 2>/dev/null || break
		sleep 0.05
	done
	echo "a test server did not start:" >&2
	cat "$3" >&2
	return 1
}

# Ends it. Fails where it ended otherwise than asked to: with a sanitizer's report, for example.
servers_end() { # PID LOG
	local status=0
	kill "$1" 2>/dev/null || status=1
	[ "$status" -eq 1 ] || wait "$1" 2>/dev/null || status=$?
	case $status in
	0 | 127 | 143) return 0 ;; # 127: another shell's child
	esac
	echo "a test server failed ($status):" >&2
	cat "$2" >&2
	return 1
}

vendor_start() {
	VENDOR_DIR=$(mktemp -d)/canary-allowed
	mkdir "$VENDOR_DIR" || return 1
	chmod 755 "${VENDOR_DIR%/*}"
	VENDOR_CERTIFICATES=$VENDOR_DIR/certificates
	VENDOR_CA=$VENDOR_CERTIFICATES/ca.pem
	VENDOR_AUTHORITIES=$VENDOR_CERTIFICATES/authorities
	VENDOR_REPOSITORIES=$VENDOR_DIR/repositories
	mkdir "$VENDOR_REPOSITORIES"
	local user
	for user in alice bob; do
		printf 'active %s %s\n' "$user" "$(vendor_password "$user")"
	done >"$VENDOR_DIR/users"
	printf 'disabled carol %s\n' "$(vendor_password carol)" >>"$VENDOR_DIR/users"
	# shellcheck disable=SC2086
	"$SERVERS_TESTS/vendor/make-ca" "$VENDOR_CERTIFICATES" $VENDOR_NAMES || return 1
	"$SERVERS_BUILD/tests/testvendor" --certificates "$VENDOR_CERTIFICATES" --repositories "$VENDOR_REPOSITORIES" \
		--users "$VENDOR_DIR/users" --ready "$VENDOR_DIR/ready" --die-with-parent "$@" >"$VENDOR_DIR/log" 2>&1 3>&- &
	VENDOR_PID=$!
	servers_wait "$VENDOR_DIR/ready" "$VENDOR_PID" "$VENDOR_DIR/log" || return 1
	# shellcheck disable=SC1091
	. "$VENDOR_DIR/ready"
	export VENDOR_DIR VENDOR_CERTIFICATES VENDOR_CA VENDOR_AUTHORITIES VENDOR_REPOSITORIES VENDOR_PID
	export VENDOR_PORT GIT_PORT REGISTRY_TOKEN_PORT CONTROL_PORT
}

vendor_stop() {
	[ -n "${VENDOR_PID:-}" ] || return 0
	local result=0
	servers_end "$VENDOR_PID" "$VENDOR_DIR/log" || result=1
	rm -rf "${VENDOR_DIR%/canary-allowed}"
	unset VENDOR_PID
	return "$result"
}

vendor_control() { # PATH [curl argument ...]
	local path=$1
	shift
	curl -sS --fail-with-body --max-time 20 --noproxy '*' "http://127.0.0.1:$CONTROL_PORT$path" "$@"
}

vendor_count() { # JQ-FILTER
	vendor_control /counters | jq -r "$1"
}

vendor_login() { # USER [PASSWORD]
	curl -sS --max-time 20 --noproxy '*' --cacert "$VENDOR_CA" "https://127.0.0.1:$VENDOR_PORT/oauth2/token" -d grant_type=password \
		-d client_id=apitoken --data-urlencode "username=$1" --data-urlencode password@- < <(printf %s "${2:-$(vendor_password "$1")}")
}

badidp_start() {
	local dir certificates
	dir=$(mktemp -d)/canary-allowed
	mkdir "$dir" || return 1
	certificates=${VENDOR_CERTIFICATES:-$dir/certificates}
	# shellcheck disable=SC2086
	[ -d "$certificates" ] || "$SERVERS_TESTS/vendor/make-ca" "$certificates" $VENDOR_NAMES || return 1
	[[ " $* " = *' --plain '* ]] || set -- --certificates "$certificates" "$@"
	printf %s "${BADIDP_CANARY:-CANARY}" >"$dir/canary"
	: >"$dir/events"
	"$SERVERS_BUILD/tests/badidp/badidp" --ready "$dir/ready" --log "$dir/events" --canary-file "$dir/canary" --die-with-parent "$@" \
		<&0 >"$dir/log" 2>&1 3>&- &
	BADIDP_PID=$!
	servers_wait "$dir/ready" "$BADIDP_PID" "$dir/log" || return 1
	# shellcheck disable=SC1091
	. "$dir/ready"
	BADIDP_LOG=$dir/events BADIDP_CA=$certificates/ca.pem BADIDP_RUNNING="${BADIDP_RUNNING:-} $BADIDP_PID:${dir%/canary-allowed}"
	export BADIDP_PID BADIDP_PORT BADIDP_LOG BADIDP_CA BADIDP_RUNNING
}

badidp_stop() {
	local one result=0
	for one in ${BADIDP_RUNNING:-}; do
		servers_end "${one%%:*}" "${one#*:}/canary-allowed/log" || result=1
		rm -rf "${one#*:}"
	done
	unset BADIDP_RUNNING BADIDP_PID
	return "$result"
}

badidp_connections() { grep -c ' accepted$' "$BADIDP_LOG" || true; }
badidp_canaries() { grep -c ' canary$' "$BADIDP_LOG" || true; }
badidp_requests() { sed -n 's/^[0-9]* request [0-9]* //p' "$BADIDP_LOG"; }

badidp_received() {
	local _
	for _ in {1..200}; do
		[ "$(grep -c ' end ' "$BADIDP_LOG")" -lt "$(badidp_connections)" ] || break
		sleep 0.05
	done
	awk '$2 == "end" { sum += $3 } END { print sum + 0 }' "$BADIDP_LOG"
}
