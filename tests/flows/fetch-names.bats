# shellcheck disable=SC2154,SC2034 # variables of fetch.bash
# Name services that hang, fail or answer too much.

load helper
load servers
load fetch

setup_file()
{
	# In the private network nobody answers on port 53 but the sink: it takes queries and says nothing.
	printf 'nameserver 127.0.0.53\noptions timeout:5 attempts:3\n' >/etc/resolv.conf
	ip address add 127.0.0.53/8 dev lo 2>/dev/null || true
}
setup() { fetch_vendor 'token_url = https://nowhere.example/token' 'client_id = apitoken' 'ca_file = /etc/ssl/certs/ca-certificates.crt' 'timeout = 1'; }
teardown() { [ -z "${SINK:-}" ] || kill "$SINK" 2>/dev/null || true; }

# sink ADDRESS: takes UDP packets on port 53 and never answers; their sizes are in /run/sink.
sink()
{
	"$RIGS/udpsink" "$1" 53 >/run/sink 3>&- &
	SINK=$!
	wait_until 5 grep -q ready /run/sink
}

@test "HLP-06 NET-09 a name server that never answers: unavailable at the deadline, though the resolver thread hangs" {
	sink 127.0.0.53
	fetch_login alice "$CANARY_PASSWORD"
	verdict_is unavailable
	message_has 'no complete answer in time' # fetch's own word, not that of a parent who killed it
	grep -q '^[0-9]' /run/sink || { echo 'no query reached the sink: nothing was proved'; false; }
	[ "$milliseconds" -ge 900 ] && [ "$milliseconds" -le 1500 ] || { echo "$milliseconds ms"; false; }
	! pgrep -x fetch || false
}

@test "NET-09 no name server at all: unavailable at once" {
	fetch_login alice "$CANARY_PASSWORD"
	verdict_is unavailable
	message_has 'nowhere.example'
	[ "$milliseconds" -le 1500 ]
}

@test "NET-09 a name of a thousand addresses where nobody listens: unavailable within the deadline" {
	cp /etc/hosts /run/hosts.before
	local i
	for i in {1..1000}; do
		echo "127.$((i / 200 + 1)).$((i % 200 + 1)).9 many.vendor.test"
	done >>/etc/hosts
	fetch_vendor 'token_url = https://many.vendor.test:4999/token' 'client_id = apitoken' 'timeout = 2'
	fetch_login alice "$CANARY_PASSWORD"
	cat /run/hosts.before >/etc/hosts
	verdict_is unavailable
	[ "$milliseconds" -le 2500 ] || { echo "$milliseconds ms"; false; }
}

@test "HLP-06 fetch is stopped, or its caller's deadline passes: killed and gone" {
	badidp_start --script - <<<$'read\nhang'
	fetch_liar 'timeout = 2'
	(
		wait_until 5 grep -q ' request ' "$BADIDP_LOG"
		kill -STOP "$(pgrep -x fetch)"
	) 3>&- &
	fetch_login alice "$CANARY_PASSWORD"
	badidp_stop
	verdict_is unavailable
	[ "$milliseconds" -le 2900 ] || { echo "$milliseconds ms"; false; }
	! pgrep -x fetch || false
}
