# git-credential-apitoken, spoken to as git speaks: what is answered, what is not, and what is left as it was.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr and stderr_lines
bats_require_minimum_version 1.5.0
load helper
load world
load tools

setup_file() { start_world; }
teardown_file() { stop_world; }

setup()
{
	fresh_start
	log_in alice
}

# An answer to nobody: nothing on standard output and error, exit 0.
assert_silent()
{
	[ "$status/$output/$stderr" = 0// ] || { echo "status $status: $output $stderr"; return 1; }
}

@test "CRD-10 git 2.39 gets username, token as password, and the end of its life" {
	run --separate-stderr ask alice git.test:8443 get
	echo "$stderr"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(answer_value password_expiry_utc)" -gt "$(date +%s)" ]
	[ "$output" = "username=alice
password=$(now_token alice)
password_expiry_utc=$(answer_value password_expiry_utc)" ]
}

@test "CRD-10 a git with authtype gets Bearer, or Basic where the server offers only that" {
	local token
	token=$(now_token alice)
	run ask alice git.test:8443 get 'capability[]=authtype' 'wwwauth[]=Basic realm="a"' 'wwwauth[]=Bearer realm="b"'
	[ "$output" = "capability[]=authtype
authtype=Bearer
credential=$token
ephemeral=1
password_expiry_utc=$(answer_value password_expiry_utc)" ]
	run ask alice git.test:8443 get 'capability[]=authtype' 'wwwauth[]=Basic realm="a, Bearer"'
	[ "$(answer_value authtype)" = Basic ]
	[ "$(answer_value credential)" = "$(printf 'alice:%s' "$token" | base64 -w 0)" ]
	[ "$(answer_value username)$(answer_value password)" = '' ]
	run ask alice git.test:8443 get 'capability[]=authtype'
	[ "$(answer_value authtype)" = Bearer ]
}

@test "CRD-10 authtype that comes without its capability changes nothing" {
	run ask alice git.test:8443 get 'authtype=Bearer' 'wwwauth[]=Bearer'
	[ "$(answer_value password)" = "$(now_token alice)" ]
	[ -z "$(answer_value authtype)" ]
}

@test "git_auth and git_username of the host are obeyed" {
	cat >>/etc/apitoken/vendors.d/acme.conf <<<'[host git.test:8443]
git_auth = basic
git_username = oauth2'
	run ask alice git.test:8443 get 'capability[]=authtype' 'wwwauth[]=Bearer'
	[ "$(answer_value authtype)" = Basic ]
	[ "$(answer_value credential)" = "$(printf 'oauth2:%s' "$(now_token alice)" | base64 -w 0)" ]
	run ask alice git.test:8443 get
	configure_acme
	[ "$(answer_value username)" = oauth2 ]
}

@test "a rejected token is renewed in the same command where git offers state" {
	local first
	older alice 60
	first=$(now_token alice)
	run ask alice git.test:8443 get 'capability[]=authtype' 'capability[]=state'
	[ "$(answer_value 'state\[\]')" = apitoken:1 ]
	[ "$(answer_value continue)" = 1 ]
	[ "$(answer_value credential)" = "$first" ]
	run ask alice git.test:8443 get 'capability[]=authtype' 'capability[]=state' 'state[]=apitoken:1'
	[ "$status" -eq 0 ]
	[ -z "$(answer_value continue)" ]
	[ -n "$(answer_value credential)" ]
	[ "$(answer_value credential)" != "$first" ]
	[ "$(answer_value credential)" = "$(now_token alice)" ]
}

@test "CRD-09 unknown operations, store and unknown attributes are taken in silence" {
	local before
	before=$(token_of alice)
	for operation in foo GET fill approve ''; do
		run --separate-stderr ask alice git.test:8443 "$operation"
		assert_silent
	done
	run --separate-stderr ask alice git.test:8443 store 'username=alice' 'password=foreign'
	assert_silent
	run --separate-stderr ask alice other.test store 'username=alice' 'password=foreign'
	assert_silent
	[ "$(token_of alice | cut -d' ' -f1,6)" = "$(cut -d' ' -f1,6 <<<"$before")" ]
	run ask alice git.test:8443 get 'new=1' 'new[]=2' 'capability[]=future' 'state[]=other:3'
	[ "$(answer_value password)" = "$(now_token alice)" ]
}

@test "CRD-09 the capability operation names authtype and state" {
	run as alice git-credential-apitoken capability
	[ "$status" -eq 0 ]
	[ "$output" = 'version 0
capability authtype
capability state' ]
}

@test "CRD-05 two hundred hosts that look like ours get nothing, and ours do" {
	local ours=0 others=0 host name port
	for host in git.test:8443 GIT.TEST:8443 Git.Test:8443 registry.vendor.test:5000; do
		run --separate-stderr ask alice "$host" get
		[ "$(answer_value password)" = "$(now_token alice)" ]
		ours=$((ours + 1))
	done
	for name in git.test registry.vendor.test; do
		port=8443
		[ "$name" = git.test ] || port=5000
		while IFS= read -r host; do
			run --separate-stderr ask alice "$host" get
			assert_silent || { echo "$host"; return 1; }
			others=$((others + 1))
		done < <(look_alikes "$name" "$port")
	done
	[ "$ours" -eq 4 ]
	[ "$others" -ge 200 ]
	[ "$(refresh_posts)" -eq 0 ]
}

# look_alikes NAME PORT: spellings that a careless comparison takes for NAME:PORT.
look_alikes()
{
	local name=$1 port=$2 i
	printf '%s\n' "$name" "$name:" "$name:443" "$name:80" "$name:0$port" "$name:00$port" "$name:${port}0" "$name:${port%?}" "$name:+$port" \
		"$name:-$port" "$name: $port" "$name:$port " " $name:$port" "$name:$port:$port" "$name:$port:443" "$name::$port" "$name:0x$(printf %x "$port")" \
		"$name:$((port + 65536))" "$name:$((port + 1))" "$name:$((port - 1))" "$name.:$port" "$name..:$port" ".$name:$port" "..$name:$port"
	printf '%s:'"$port"'\n' "evil$name" "evil-$name" "evil.$name" "www.$name" "$name.evil.com" "$name-evil.com" "${name}evil.com" "$name.com" "$name.test" \
		"$name.$name" "x$name" "${name}x" "${name#?}" "${name%?}" "${name%.*}" "${name#*.}" "_$name" "-$name" "${name}-" "${name}_" "${name/./-}" "${name/./_}" "${name//./}" \
		"${name/./..}" "${name/t/т}" "${name/e/е}" "${name/e/é}" "xn--$name" "${name/t/%74}" "${name/./%2e}" "${name/./。}" "${name/./．}" "$name%00" "$name%0a" "$name%0d%0a" \
		"$name%20" "$name%2f" "$name\\" "\\$name" "/$name" "//$name" "[$name]" "($name)" "<$name>" "'$name'" "\"$name\"" "{$name}" "$name," "$name;" "$name|" "$name&" "$name!" \
		"$name*" "*.$name" "*" "?${name#?}" "${name/./?}" "${name/./*}" ".*" "^$name" "$name\$" "$name?" "user@$name" "user:pass@$name" "@$name" "$name@" "evil.com@$name" \
		"evil.com#@$name" "evil.com/@$name" "evil.com\\@$name" "evil.com?$name" "evil.com#$name" "evil.com/$name" "$name@evil.com" "$name#evil.com" "$name/evil.com" \
		"$name?evil.com" "$name evil.com" "evil.com $name" "$name,evil.com" "evil.com,$name"
	printf '%s\n' "$name:$port@evil.com" "$name:$port/" "$name:$port/path" "$name:$port?x" "$name:$port#x" "$name:$port\\" "https://$name:$port" "https:$name:$port" \
		"//$name:$port" "evil.com:$port#$name:$port" "$name:$port.evil.com" "$name:${port}evil.com" "127.0.0.1:$port" "localhost:$port" "[::1]:$port" "[::ffff:127.0.0.1]:$port"
	for i in 1 2 3 4; do
		printf '%s:%d\n' "$name" "$((i * 1000 + i))"
	done
}

@test "CRD-04 the same host over another protocol gets nothing" {
	local protocol
	for protocol in http HTTP HTTPS ssh git '' https2 'https ' ftp; do
		run --separate-stderr as alice git-credential-apitoken get < <(printf 'protocol=%s\nhost=git.test:8443\n\n' "$protocol")
		assert_silent
	done
}

@test "CRD-01 CRD-02 line feed, carriage return and NUL in a value give no token" {
	local request
	for request in 'protocol=https\nhost=evil.test\nhost=git.test:8443\n\n' 'protocol=https\nhost=git.test:8443\nhost=evil.test\n\n' \
		'protocol=https\nhost=evil.test\rhost=git.test:8443\n\n' 'protocol=https\nhost=git.test:8443\rhost=evil.test\n\n' \
		'protocol=https\nhost=git.test:8443\x00.evil.test\n\n' 'protocol=https\nhost=git.test:8443\x00\n\n' \
		'protocol=https\nhost=evil.test\nusername=a\rprotocol=https\rhost=git.test:8443\n\n' 'protocol=https\nhost=git.test:8443\t\n\n' \
		'protocol=https\nhost=git.test:8443\nusername=alice\x01\n\n' 'protocol=https\nhost=git.test:8443\njunk\n\n'; do
		run --separate-stderr as alice git-credential-apitoken get < <(printf %b "$request")
		[ -z "$output" ]
		[ "$status" -eq 7 ]
		[[ "$stderr" == 'git-credential-apitoken: '*refused* ]]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

@test "CRD-01 what real git makes of %0a and %0d in a URL gets no token" {
	local url
	for url in 'https://evil.test?%0ahost=git.test:8443/' 'https://evil.test%0ahost=git.test:8443/' 'https://evil.test%0dhost=git.test:8443/' \
		'https://x%0ahost=git.test:8443@evil.test/' 'https://x%0dhost=git.test:8443%0dprotocol=https@evil.test/' 'https://evil.test/%0dhost=git.test:8443'; do
		run as alice env GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=false git -c credential.useHttpPath=true -c credential.protectProtocol=false \
			-c credential.helper=/usr/local/bin/git-credential-apitoken credential fill < <(printf 'url=%s\n\n' "$url")
		[[ "$output" != *"$(now_token alice)"* ]]
		[ "$status" -ne 0 ]
	done
}

@test "CRD-03 a missing, empty or only url-given host or protocol gets nothing" {
	local request
	for request in '' '\n' 'protocol=https\n\n' 'host=git.test:8443\n\n' 'protocol=\nhost=git.test:8443\n\n' 'protocol=https\nhost=\n\n' \
		'url=https://git.test:8443/\n\n' 'username=alice\n\n'; do
		run --separate-stderr as alice git-credential-apitoken get < <(printf %b "$request")
		assert_silent
	done
	run --separate-stderr as alice git-credential-apitoken get < <(printf 'protocol=https\nhost=git.test:8443\nhost=git.test:8443\n\n')
	[ -z "$output" ]
}

@test "a username in the request is a filter, and a further account answers to its own" {
	run --separate-stderr ask alice git.test:8443 get username=alice
	[ "$(answer_value username)" = alice ]
	run --separate-stderr ask alice git.test:8443 get username=bob
	assert_silent
	WHO=bob log_in alice --account bob
	run --separate-stderr ask alice git.test:8443 get username=bob
	[ "$(answer_value username)" = bob ]
	[ "$(answer_value password)" != "$(now_token alice)" ]
	run --separate-stderr ask alice git.test:8443 get
	[ "$(answer_value username)" = alice ]
	run --separate-stderr ask alice git.test:8443 get username=ali
	assert_silent
}

@test "CRD-11 erase marks only the token that was rejected; the next get renews it" {
	local token
	older alice 60
	token=$(now_token alice)
	ask alice other.test erase username=alice "password=$token"
	ask alice git.test:8443 erase username=alice password=another
	ask alice git.test:8443 erase username=alice
	ask alice git.test:8443 erase username=bob "password=$token"
	ask alice git.test:8443 erase username=alice "password=${token}x"
	run ask alice git.test:8443 get
	[ "$(answer_value password)" = "$token" ]
	[ "$(refresh_posts)" -eq 0 ]
	run --separate-stderr ask alice git.test:8443 erase username=alice "password=$token"
	assert_silent
	assert_token alice acme
	run ask alice git.test:8443 get
	[ "$(answer_value password)" != "$token" ]
	[ "$(refresh_posts)" -eq 1 ]
	# the old one, rejected late by a slower command, does no harm to the new one
	token=$(now_token alice)
	older alice 60
	ask alice git.test:8443 erase username=alice password=stale
	run ask alice git.test:8443 get
	[ "$(answer_value password)" = "$token" ]
}

@test "CRD-11 erase knows the token in its authtype forms too" {
	local token
	older alice 60
	token=$(now_token alice)
	ask alice git.test:8443 erase 'capability[]=authtype' authtype=Bearer "credential=${token}x"
	ask alice git.test:8443 erase authtype=Bearer "credential=$token"
	run ask alice git.test:8443 get
	[ "$(answer_value password)" = "$token" ]
	ask alice git.test:8443 erase 'capability[]=authtype' authtype=Bearer "credential=$token"
	run ask alice git.test:8443 get
	[ "$(answer_value password)" != "$token" ]
	older alice 60
	token=$(now_token alice)
	ask alice git.test:8443 erase 'capability[]=authtype' authtype=Basic "credential=$(printf 'bob:%s' "$token" | base64 -w 0)"
	run ask alice git.test:8443 get
	[ "$(answer_value password)" = "$token" ]
	ask alice git.test:8443 erase 'capability[]=authtype' authtype=Basic "credential=$(printf 'alice:%s' "$token" | base64 -w 0)"
	run ask alice git.test:8443 get
	[ "$(answer_value password)" != "$token" ]
}

@test "no token: exit 3, one line that says what to type, and no request" {
	run --separate-stderr ask bob git.test:8443 get
	[ "$status" -eq 3 ]
	[ -z "$output" ]
	[ "$stderr" = "git-credential-apitoken: vendor 'acme' serves this host, but there is no token; run: apitoken login acme" ]
	[ "$(vendor_count .refresh_posts)" -eq 0 ]
	run --separate-stderr as bob env SSH_CONNECTION='::1 1 ::1 22' git-credential-apitoken get < <(printf 'protocol=https\nhost=git.test:8443\n\n')
	[[ "$stderr" == *'ssh key or local password'*'run: apitoken login acme' ]]
	run --separate-stderr ask bob other.test get
	assert_silent
}

@test "sudo git: the hint names the cause" {
	run login_sudo localuser "$LOCAL_PASSWORD" sh -c 'printf "protocol=https\nhost=git.test:8443\n\n" | git-credential-apitoken get; echo "exit $?"'
	echo "$output"
	[[ "$output" == *"git-credential-apitoken: vendor 'acme' serves this host, but sudo git runs as root, whose keyring has no token; run git without sudo"* ]]
	[[ "$output" == *'exit 3'* ]]
}

@test "CRD-14 an answer that cannot be written is a failure, and the token is unharmed" {
	local token stdout
	token=$(now_token alice)
	for stdout in '>/dev/full' '>&-' '>&6'; do
		run --separate-stderr as alice bash -c "rm -f reader; mkfifo reader; exec 5<>reader 6>reader 5>&-
			printf 'protocol=https\nhost=git.test:8443\n\n' | git-credential-apitoken get $stdout"
		[ "$status" -eq 71 ] || { echo "$stdout: $status $output $stderr"; return 1; }
		[ -z "$output" ]
		[[ "$stderr" == 'git-credential-apitoken: '*'cannot write the answer'* ]]
	done
	[ "$(now_token alice)" = "$token" ]
	run ask alice git.test:8443 get
	[ "$(answer_value password)" = "$token" ]
}

@test "CRD-14 an answer whose last step fails, the close, is a failure too" {
	printf 'protocol=https\nhost=git.test:8443\n\n' >/tmp/request
	chmod 644 /tmp/request
	as alice strace -e trace=close -o closes git-credential-apitoken get </tmp/request >/dev/null
	[ "$(grep close /home/alice/closes | tail -n 1 | cut -d' ' -f1)" = 'close(1)' ]
	run --separate-stderr as alice strace -o closes -e inject=close:error=EIO:when="$(grep -c '^close(' /home/alice/closes)" git-credential-apitoken get </tmp/request
	rm /tmp/request /home/alice/closes
	echo "$stderr"
	[ "$status" -eq 71 ]
	[[ "$stderr" == 'git-credential-apitoken: '*'cannot write the answer to standard output; the token is unharmed: Input/output error' ]]
}

@test "CRD-08 endless, oversized, cut and trickled requests: refused early or answered, never hung" {
	local filler
	run --separate-stderr timeout 60 "$RIGS/twouid" alice run git-credential-apitoken get </dev/zero
	[ "$status" -eq 7 ]
	[ -z "$output" ]
	run --separate-stderr timeout 60 "$RIGS/twouid" alice run git-credential-apitoken get < <(yes unknown=value)
	[ "$status" -eq 7 ]
	[ -z "$output" ]
	filler=$(head -c 70000 /dev/zero | tr '\0' x)
	run --separate-stderr ask alice git.test:8443 get "password=$filler"
	[ "$status" -eq 7 ]
	[ -z "$output" ]
	run --separate-stderr ask alice git.test:8443 get "password=${filler:0:65000}"
	[ "$(answer_value password)" = "$(now_token alice)" ]
	run --separate-stderr as alice git-credential-apitoken get < <(printf 'protocol=https\nhost=git.test:8443')
	[ "$(answer_value password)" = "$(now_token alice)" ]
	run --separate-stderr as alice git-credential-apitoken get < <(grep -o . <<<$'protocol=https' | tr -d '\n'; sleep 0.1; printf '\nhost=git'; sleep 0.1; printf '.test:8443\n'; sleep 0.1; printf '\n')
	[ "$(answer_value password)" = "$(now_token alice)" ]
}

@test "the whole answer is one write, and a hit needs no network, no lock, no child and under 80 system calls" {
	printf 'protocol=https\nhost=git.test:8443\n\n' >/tmp/request
	chmod 644 /tmp/request
	run as alice strace -f -o /tmp/alice.trace git-credential-apitoken get </tmp/request
	sed -i '0,/execve(/d' /tmp/alice.trace
	[ "$(grep -cE '(^| )write\(1, ' /tmp/alice.trace)" -eq 1 ]
	[ "$(grep -cE '(^| )(socket|connect|clone3?|v?fork|execve|sem[a-z]*|flock)\(|F_OFD' /tmp/alice.trace)" -eq 0 ]
	[ "$(wc -l </tmp/alice.trace)" -lt 80 ]
	rm -f /tmp/alice.trace /tmp/request
}

@test "raised privileges are refused" {
	run --separate-stderr setpriv --ruid "$(id -u alice)" --euid "$(id -u bob)" --clear-groups git-credential-apitoken get \
		< <(printf 'protocol=https\nhost=git.test:8443\n\n')
	[ "$status" -eq 7 ]
	[ -z "$output" ]
	[[ "$stderr" == *'raised privileges'* ]]
}

@test "a broken file of another vendor stops nobody, and its own hosts learn why" {
	printf '[vendor]\ndialect = oauth2\nhosts = broken.test\nnonsense = 1\n' >/etc/apitoken/vendors.d/aaa.conf
	printf 'garbage\n' >/etc/apitoken/vendors.d/zzz.conf
	run --separate-stderr ask alice git.test:8443 get
	[ "$(answer_value password)" = "$(now_token alice)" ]
	[ -z "$stderr" ]
	run --separate-stderr ask alice unknown.test get
	assert_silent
	run --separate-stderr ask alice broken.test get
	rm /etc/apitoken/vendors.d/aaa.conf /etc/apitoken/vendors.d/zzz.conf
	[ "$status" -eq 6 ]
	[ -z "$output" ]
	[[ "$stderr" == 'git-credential-apitoken: '*'aaa.conf:4: '* ]]
}

@test "one host in two vendors is told with both lines, and not answered" {
	sed 's/^hosts = .*/hosts = new.test git.test:8443/' /etc/apitoken/vendors.d/acme.conf >/etc/apitoken/vendors.d/two.conf
	clear_keys alice
	run --separate-stderr ask alice git.test:8443 get
	rm /etc/apitoken/vendors.d/two.conf
	[ "$status" -eq 6 ]
	[ -z "$output" ]
	[[ "$stderr" == *'acme.conf:5'*'two.conf:5'* ]]
}

@test "while the vendor is down a token that still lives is served, and afterwards the failure names vendor and cause" {
	vendor_control /options -d access_seconds=8 >/dev/null
	log_in alice
	vendor_stop_answering
	run --separate-stderr ask alice git.test:8443 get
	[ "$status" -eq 0 ]
	[ "$(answer_value password)" = "$(now_token alice)" ]
	wait_until 20 expired alice
	run --separate-stderr ask alice git.test:8443 get
	vendor_answers_again
	[ "$status" -eq 5 ]
	[ -z "$output" ]
	echo "$stderr"
	[[ "$stderr" == "git-credential-apitoken: "*acme* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	vendor_control /options -d access_seconds=0 >/dev/null
	wait_until 30 served_again # it is left alone for a while
}

served_again() { ask alice git.test:8443 get >/dev/null; }
vendor_stop_answering() { sed -i 's#https://vendor.test/#https://vendor.test:444/#' /etc/apitoken/vendors.d/acme.conf; }
vendor_answers_again() { configure_acme; }
expired() { [ "$(as "$1" apitoken status --json | jq '.vendors[0].seconds_left')" -le 0 ]; }

@test "a login that has ended says how to begin a new one" {
	vendor_control /kill -d user=alice >/dev/null
	older alice 60
	ask alice git.test:8443 erase username=alice "password=$(now_token alice)"
	run --separate-stderr ask alice git.test:8443 get
	[ "$status" -eq 4 ]
	[ -z "$output" ]
	echo "$stderr"
	[[ "$stderr" == "git-credential-apitoken: "*acme*"apitoken login acme"* ]]
}

@test "CRD-15 nobody of the same uid may trace, read or core-dump a running helper, and no secret is in its arguments or environment" {
	as alice mkfifo questions
	as alice bash -c 'ulimit -c unlimited; exec git-credential-apitoken get <questions >answer' 3>&- 4>&- &
	exec 5>/home/alice/questions
	local pid
	wait_until 10 helper_runs
	pid=$(helper_pid)
	run as alice strace -o /dev/null -p "$pid"
	[ "$status" -ne 0 ]
	[[ "$output" == *'Operation not permitted'* ]]
	run as alice head -c 1 "/proc/$pid/mem"
	[ "$status" -ne 0 ]
	run as alice cat "/proc/$pid/environ"
	[ "$status" -ne 0 ]
	grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits"
	run grep -c "$(now_token alice)" "/proc/$pid/cmdline" "/proc/$pid/environ"
	[[ "$output" == *cmdline:0*environ:0 ]]
	printf 'protocol=https\nhost=git.test:8443\n\n' >&5
	exec 5>&-
	wait
	grep -qx "password=$(now_token alice)" /home/alice/answer
	rm /home/alice/answer /home/alice/questions
}
helper_pid() { pgrep -u alice -x git-credential-; }
# It ignores SIGPIPE, so it has come past the start, where it shields itself.
helper_runs() { grep -q '^SigIgn:.*1000$' "/proc/$(helper_pid)/status" 2>/dev/null; }

@test "CRD-16 a hostile environment starts no program, reaches no proxy and writes no key log, not even at a renewal" {
	install -d -m 755 /tmp/evil
	local name
	for name in sh bash git fetch stash curl env cat false true; do
		printf '#!/bin/bash\n>>/tmp/evil.ran\n' >"/tmp/evil/$name"
	done
	chmod 755 /tmp/evil/*
	older alice 60
	ask alice git.test:8443 erase username=alice "password=$(now_token alice)"
	local -a hostile=(PATH=/tmp/evil HTTPS_PROXY=http://proxy.test:9 https_proxy=http://proxy.test:9 ALL_PROXY=socks5://proxy.test:9
		SSLKEYLOGFILE=/tmp/evil.keys SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/tmp/evil CURL_CA_BUNDLE=/dev/null CURL_HOME=/tmp/evil OPENSSL_CONF=/tmp/evil/x
		LD_PRELOAD=/tmp/evil/none.so LD_LIBRARY_PATH=/tmp/evil GIT_EXEC_PATH=/tmp/evil GIT_SSL_NO_VERIFY=1 GIT_ASKPASS=/tmp/evil/sh BASH_ENV=/tmp/evil/sh ENV=/tmp/evil/sh
		HOSTALIASES=/tmp/evil/hosts LOCALDOMAIN=evil.test RES_OPTIONS=ndots:9 XDG_CONFIG_HOME=/tmp/evil TMPDIR=/tmp/evil MALLOC_CHECK_=3 LC_ALL=tr_TR.UTF-8)
	run --separate-stderr as alice /usr/bin/env "${hostile[@]}" /usr/local/bin/git-credential-apitoken get < <(printf 'protocol=https\nhost=git.test:8443\n\n')
	echo "$output $stderr"
	[ "$status" -eq 0 ]
	[ "$(refresh_posts)" -eq 1 ]
	[ "$(answer_value password)" = "$(now_token alice)" ]
	[ ! -e /tmp/evil.ran ]
	[ ! -e /tmp/evil.keys ]
	rm -r /tmp/evil
}
