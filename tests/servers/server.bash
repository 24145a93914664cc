# Library of the scripts beside it: a throw-away CA, a free port, start in the background, wait until it answers, stop.
# A server keeps everything in the folder it is started with: ca.pem, server.pem, server.key, port, pid, log.

# server_certificate DIR NAME: a CA of its own in DIR/ca.pem, and a certificate for NAME and 127.0.0.1, good for 30 days.
server_certificate() {
	local dir=$1 name=$2
	mkdir -p "$dir"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=apitoken test CA of $name" \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign \
		-keyout "$dir/ca.key" -out "$dir/ca.pem" 2>"$dir/openssl.log" || { cat "$dir/openssl.log" >&2; return 1; }
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
		-keyout "$dir/server.key" -out "$dir/server.csr" 2>>"$dir/openssl.log" || return 1
	openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 30 -out "$dir/server.pem" \
		-extfile <(printf 'subjectAltName=DNS:%s,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' "$name") 2>>"$dir/openssl.log"
}

# server_free_port: prints a TCP port on which nothing of 127.0.0.1 listens now.
server_free_port() {
	local port try
	for try in {1..50}; do
		port=$((20000 + RANDOM % 10000))
		(: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return 0; }
	done
	echo "server: no free port after $try tries" >&2
	return 1
}

# server_run DIR COMMAND...: starts it in a session of its own; no descriptor of the caller's stays open in it (bats waits for those).
server_run() {
	local dir=$1
	shift
	(
		for fd in /proc/self/fd/*; do
			fd=${fd##*/}
			[ "$fd" -gt 2 ] && eval "exec $fd>&-"
		done 2>/dev/null
		exec setsid "$@" </dev/null >"$dir/log" 2>&1
	) &
	echo $! >"$dir/pid"
	disown
}

server_alive() {
	[ -s "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null
}

# server_await DIR SECONDS COMMAND...: polls until COMMAND succeeds; 1 with the end of the log where the server died or the time is over.
server_await() {
	local dir=$1 until=$((SECONDS + $2))
	shift 2
	until "$@" >/dev/null 2>&1; do
		if ! server_alive "$dir" || [ $SECONDS -ge $until ]; then
			{ echo "server: $dir does not answer; its log ends with:"; tail -20 "$dir/log"; } >&2
			return 1
		fi
		sleep 0.1
	done
}

# server_stop DIR: asks, waits up to ten seconds, then kills. Quiet where nothing runs.
server_stop() {
	local dir=$1 pid until=$((SECONDS + 10))
	server_alive "$dir" || { rm -f "$dir/pid"; return 0; }
	pid=$(cat "$dir/pid")
	kill "$pid"
	while kill -0 "$pid" 2>/dev/null; do
		[ $SECONDS -lt $until ] || kill -KILL "$pid" 2>/dev/null
		sleep 0.05
	done
	rm -f "$dir/pid"
}

# server_main USAGE-FILE VERB DIR: every script is called as "SCRIPT start|stop|ready DIR".
server_main() {
	case "${1:-} ${2:+dir}" in
	"start dir") server_start "$2" ;;
	"stop dir") server_stop "$2" ;;
	"ready dir") server_ready "$2" ;;
	*) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2; return 2 ;;
	esac
}
