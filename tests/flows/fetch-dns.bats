# shellcheck disable=SC2154,SC2034 # variables of fetch.bash
# NET-09: name servers that say no, lie, say nothing, or say too much. Debian's dnsmasq where it can say it, tests/rigs/dnsliar where it cannot.

load helper
load servers
load fetch

readonly DNSMASQ=127.0.0.54 LIAR=127.0.0.55 QUERIES=/run/queries
# glibc asks for A and AAAA, each "attempts" times; EDNS or TCP may make it ask once more.
readonly QUERIES_MAX=12

setup_file()
{
	ip address add 127.0.0.53/8 dev lo 2>/dev/null || true
	export VENDOR_NAMES="$VENDOR_NAMES good.vendor.example six.vendor.example self.vendor.example"
	badidp_start --json <(printf %s "$GOOD_ANSWER")
	start_dnsmasq
	: >"$QUERIES"
	"$RIGS/dnsliar" "$LIAR" >>"$QUERIES" 3>&- &
	wait_until 10 grep -q ready "$QUERIES"
}
teardown_file() { badidp_stop; kill $(cat /run/dnsmasq.pid); }

start_dnsmasq()
{
	local number
	{
		printf '%s\n' no-resolv no-hosts bind-interfaces "listen-address=$DNSMASQ" user=root pid-file=/run/dnsmasq.pid log-queries \
			log-facility=/run/dnsmasq.log 'address=/nothing.example/' 'host-record=good.vendor.example,127.0.0.1' \
			'host-record=six.vendor.example,::1' 'host-record=nowhere6.vendor.example,2001:db8::1' 'local=/vendor.example/'
		for number in {1..1000}; do
			echo "host-record=many.vendor.example,127.$((number / 200 + 1)).$((number % 200 + 1)).9"
		done
	} >/run/dnsmasq.conf
	dnsmasq --conf-file=/run/dnsmasq.conf </dev/null 3>&- 4>&-
	wait_until 10 test -s /run/dnsmasq.pid
}

setup() { : >"$QUERIES"; : >/run/dnsmasq.log; : >"$BADIDP_LOG"; }
teardown()
{
	! pgrep -x fetch || false
	[ "$(badidp_canaries)" -le 1 ]
}

# ask_by SERVER NAME [OPTION OF resolv.conf]: a login at https://NAME, whose address that server knows. The deadline is 2 s.
ask_by()
{
	printf 'nameserver %s\noptions %s\n' "$1" "${3:-timeout:5 attempts:2}" >/etc/resolv.conf
	fetch_liar "token_url = https://$2:$BADIDP_PORT/token" 'timeout = 2'
	fetch_login alice "$CANARY_PASSWORD"
}

# unavailable_within MILLISECONDS: and not a byte of the password was sent.
unavailable_within()
{
	verdict_is unavailable
	[ "$(value error)" = 5 ]
	[ "$milliseconds" -le "$1" ] || { echo "$milliseconds ms"; return 1; }
	[ "$(badidp_canaries)" = 0 ]
}

queries_of_liar() { grep -c "^$1\." "$QUERIES" || true; }
queries_of_dnsmasq() { grep -c "query\[.*\] $1 " /run/dnsmasq.log || true; }

@test "NET-09 the rig is right: a name that the name server knows is called there" {
	ask_by "$DNSMASQ" good.vendor.example
	verdict_is success
	[ "$(queries_of_dnsmasq good.vendor.example)" -ge 1 ]
	: >"$BADIDP_LOG"
	ask_by "$LIAR" self.vendor.example
	verdict_is success
	[ "$(queries_of_liar self)" -ge 1 ]
}

@test "NET-09 NXDOMAIN, SERVFAIL, REFUSED, FORMERR: unavailable, the name is told, and few questions are asked" {
	local name
	ask_by "$DNSMASQ" login.nothing.example
	unavailable_within 2500
	message_has 'login.nothing.example'
	message_has 'could not be resolved'
	[ "$(queries_of_dnsmasq login.nothing.example)" -ge 1 ]
	[ "$(queries_of_dnsmasq login.nothing.example)" -le "$QUERIES_MAX" ]
	for name in servfail refused formerr; do
		ask_by "$LIAR" "$name.example"
		unavailable_within 2500
		message_has "$name.example"
		[ "$(queries_of_liar "$name")" -ge 1 ]
		[ "$(queries_of_liar "$name")" -le "$QUERIES_MAX" ] || { cat "$QUERIES"; false; }
	done
}

@test "NET-09 a loop of CNAMEs, an answer cut off, garbage, another message's answer: unavailable within the deadline, and few questions are asked" {
	local name
	for name in loop truncated garbage stranger; do
		ask_by "$LIAR" "$name.example"
		unavailable_within 2500 || { echo "$name"; return 1; }
		message_has "$name.example"
		[ "$(queries_of_liar "$name")" -ge 1 ]
		[ "$(grep -cv ready "$QUERIES")" -le "$QUERIES_MAX" ] || { cat "$QUERIES"; false; }
		: >"$QUERIES"
	done
}

@test "NET-09 a thousand addresses from a name server, by TCP, and nobody listens: unavailable within the deadline" {
	ask_by "$DNSMASQ" many.vendor.example
	unavailable_within 2500
	[ "$(grep -c 'many.vendor.example is 127' /run/dnsmasq.log)" -ge 1000 ] || { tail -n 3 /run/dnsmasq.log; false; }
	# By UDP and by TCP, and again for each doubling of libc's buffer.
	[ "$(queries_of_dnsmasq many.vendor.example)" -le 40 ] || { grep query /run/dnsmasq.log; false; }
	[ "$(badidp_connections)" = 0 ]
}

@test "NET-09 only AAAA, and that address is closed or out of reach: unavailable at once" {
	ask_by "$DNSMASQ" six.vendor.example
	unavailable_within 2500
	message_has 'six.vendor.example'
	message_has 'Connection refused'
	ask_by "$DNSMASQ" nowhere6.vendor.example
	unavailable_within 2500
	message_has 'nowhere6.vendor.example'
	[ "$(queries_of_dnsmasq nowhere6.vendor.example)" -ge 1 ]
	[ "$(queries_of_dnsmasq nowhere6.vendor.example)" -le "$QUERIES_MAX" ]
}

@test "NET-09 a name server that does not answer: unavailable at the deadline, and few questions are asked" {
	: >/run/sink
	"$RIGS/udpsink" 127.0.0.53 53 >>/run/sink 3>&- &
	local sink=$!
	wait_until 10 grep -q ready /run/sink
	ask_by 127.0.0.53 good.vendor.example 'timeout:1 attempts:5'
	kill "$sink"
	unavailable_within 2900
	message_has 'no complete answer in time'
	[ "$(grep -c '^[0-9]' /run/sink)" -ge 1 ]
	[ "$(grep -c '^[0-9]' /run/sink)" -le "$QUERIES_MAX" ]
}

@test "NET-09 no network at all, as early at boot: unavailable at once" {
	printf 'nameserver 127.0.0.54\n' >/etc/resolv.conf
	fetch_liar 'token_url = https://good.vendor.example/token' 'timeout = 2'
	run unshare --net "$RIGS/fetchcall" --libexec "$LIBEXEC" "$FETCH_CONFIG" try login alice < <(printf %s "$CANARY_PASSWORD")
	milliseconds=$(value milliseconds)
	unavailable_within 2500
	fetch_liar 'token_url = https://127.0.0.1/token' 'timeout = 2'
	run unshare --net "$RIGS/fetchcall" --libexec "$LIBEXEC" "$FETCH_CONFIG" try login alice < <(printf %s "$CANARY_PASSWORD")
	milliseconds=$(value milliseconds)
	unavailable_within 2500
	message_has 'unreachable'
}
