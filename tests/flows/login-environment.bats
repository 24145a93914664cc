# su takes the caller's environment along and runs as root: nothing in it may steer what apitoken does.

load helper
load world

setup_file()
{
	start_world
	install -d -m 1777 /tmp/hostile
	install -d -o alice -g alice /tmp/hostile/home /tmp/hostile/home/.config /tmp/hostile/home/.config/apitoken/vendors.d
}
teardown_file() { stop_world; }
setup() { fresh_start; rm -f /tmp/hostile/*.log; }
teardown() { umount /etc/ssl/certs 2>/dev/null || true; }

tls_verifies() { openssl s_client -connect vendor.test:443 -servername vendor.test -verify_return_error </dev/null >/dev/null 2>&1; }

# What alice sets before she starts su: each would redirect trust, traffic, names, files or code in some library.
hostile_variables()
{
	local folder=/tmp/hostile name
	for name in HTTPS_PROXY https_proxy HTTP_PROXY http_proxy ALL_PROXY all_proxy; do
		printf '%s=http://127.0.0.1:%s\n' "$name" "$REGISTRY_TOKEN_PORT"
	done
	for name in NO_PROXY no_proxy; do printf '%s=nothing.test\n' "$name"; done
	for name in SSLKEYLOGFILE CURL_DEBUG KRB5_TRACE OPENSSL_TRACE GNUTLS_KEYLOGFILE QLOGDIR MALLOC_TRACE GCONV_PATH LOCPATH NLSPATH \
		RESOLV_ADD_TRIM_DOMAINS LD_DEBUG_OUTPUT LD_PROFILE_OUTPUT TMPDIR TMP TEMP XDG_RUNTIME_DIR KRB5CCNAME KRB5_CONFIG; do
		printf '%s=%s/%s.log\n' "$name" "$folder" "$name"
	done
	for name in SSL_CERT_FILE CURL_CA_BUNDLE REQUESTS_CA_BUNDLE OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES SSL_CERT_DIR \
		LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT; do
		printf '%s=%s/%s\n' "$name" "$folder" "$name"
	done
	for name in HOME CURL_HOME XDG_CONFIG_HOME XDG_CONFIG_DIRS XDG_DATA_HOME NETRC; do printf '%s=%s/home\n' "$name" "$folder"; done
	printf '%s\n' "APITOKEN_CONFIG=$folder/home/.config/apitoken" "APITOKEN_LIBEXEC=$folder" APITOKEN_HANDOFF=1 "PATH=$folder:/usr/local/bin:/usr/bin:/bin" \
		HOSTALIASES=$folder/hosts 'RES_OPTIONS=attempts:1 timeout:1' LOCALDOMAIN=evil.test GLIBC_TUNABLES=glibc.malloc.check=3 \
		LD_DEBUG=all LD_BIND_NOW=1 MALLOC_CHECK_=3 MALLOC_PERTURB_=7 LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 TZ=:/tmp/hostile/zone \
		PAM_USER=alice SUDO_USER=root SUDO_UID=0 USER=root LOGNAME=root SHELL=/tmp/hostile/shell IFS=x 'BASH_ENV=/tmp/hostile/bashrc' ENV=/tmp/hostile/env \
		GIT_SSL_NO_VERIFY=1 NODE_TLS_REJECT_UNAUTHORIZED=0
}

# hostile_su [COMMAND]...: alice starts "su bob" with all of that; typist and COMMAND (strace) themselves run without it.
hostile_su()
{
	local -a variables
	mapfile -t variables < <(hostile_variables)
	printf 'Password: \t%s\n' "$(vendor_password bob)" | "$RIGS/typist" "$@" env "${variables[@]}" /usr/bin/su bob -c /usr/bin/true
}
as_alice=(setpriv --reuid alice --regid alice --init-groups)

@test "ENV-01 fetch runs with a constant environment, whatever the caller of su had" {
	[ "$(hostile_variables | wc -l)" -ge 60 ]
	hold_vendor
	hostile_su "${as_alice[@]}" >/dev/null &
	su=$!
	wait_until 20 fetch_pid
	environment=$(tr '\0' '\n' <"/proc/$(fetch_pid)/environ")
	arguments=$(tr '\0' ' ' <"/proc/$(fetch_pid)/cmdline")
	wait "$su"
	printf '%s\n' "$environment" "$arguments"
	[ "$environment" = "$GOLDEN_ENVIRONMENT" ]
	[ "$arguments" = 'fetch ' ]
	assert_token bob acme
}
GOLDEN_ENVIRONMENT=$'PATH=/usr/bin:/bin\nLC_ALL=C\nGNUTLS_NO_IMPLICIT_INIT=1'

# The next answer of the vendor comes late enough to look at the process that waits for it.
hold_vendor() { vendor_control /answers -d count=1 -d delay_ms=2000 -d when=before >/dev/null; }
fetch_pid()
{
	local exe
	for exe in /proc/[0-9]*/exe; do
		[ "$(readlink "$exe")" != /usr/local/libexec/apitoken/fetch ] || { cut -d/ -f3 <<<"$exe"; return 0; }
	done
	return 1
}

@test "ENV-01 fetch and stash, both times that it runs, are started with that environment and no secret argument" {
	hostile_su strace -f -qq -v -s 256 -u alice -o /tmp/trace -e trace=execve,execveat
	assert_token bob acme
	started=$(grep -o 'execveat(.*' /tmp/trace | sed 's/^execveat([0-9]*, //')
	printf '%s\n' "$started"
	rest='["PATH=/usr/bin:/bin", "LC_ALL=C", "GNUTLS_NO_IMPLICIT_INIT=1"], AT_EMPTY_PATH) = 0'
	[ "$(wc -l <<<"$started")" -eq 3 ]
	[ "$(sed -n 1p <<<"$started")" = "\"\", [\"fetch\"], $rest" ]
	[ "$(sed -n 2p <<<"$started")" = "\"\", [\"stash\", \"park\"], $rest" ]
	[[ "$(sed -n 3p <<<"$started")" =~ ^'"", ["stash", "store", "'[0-9]+'", "'$(id -u bob)'", "'$(id -g bob)'"], ' ]]
	[[ "$(sed -n 3p <<<"$started")" == *"$rest" ]]
}

@test "ENV-02 no proxy of the caller's environment is reached" {
	# The trap works: curl with the same variable does connect to it.
	run curl -s --max-time 2 --proxy "http://127.0.0.1:$REGISTRY_TOKEN_PORT" https://vendor.test/
	[ "$(vendor_count .connections.registry)" -ge 1 ]
	fresh_start
	hostile_su "${as_alice[@]}"
	assert_token bob acme
	[ "$(vendor_count .connections.registry)" -eq 0 ]
	[ "$(vendor_count .connections.vendor)" -eq 1 ]
}

@test "ENV-03 a CA of the caller's environment is not trusted, and a module of it is not loaded" {
	# Without the authority in the system's store the vendor is a stranger; the caller says that it is trusted.
	# The store keeps its other authorities: an empty one would be refused before anything is tried.
	cp -a /etc/ssl/certs /run/strangers
	rm "/run/strangers/acme.pem" "/run/strangers/$(openssl x509 -noout -hash -in "$VENDOR_CA").0"
	truncate -s "-$(stat -c %s "$VENDOR_CA")" /run/strangers/ca-certificates.crt
	mount --bind /run/strangers /etc/ssl/certs
	cp "$VENDOR_CA" /tmp/hostile/SSL_CERT_FILE
	cp "$VENDOR_CA" /tmp/hostile/CURL_CA_BUNDLE
	cp -rL "$VENDOR_AUTHORITIES" /tmp/hostile/SSL_CERT_DIR
	chmod -R a+rX /tmp/hostile
	# The lure works: OpenSSL believes either variable, and without them the vendor is a stranger.
	SSL_CERT_FILE=/tmp/hostile/SSL_CERT_FILE tls_verifies
	SSL_CERT_DIR=/tmp/hostile/SSL_CERT_DIR tls_verifies
	run tls_verifies
	[ "$status" -ne 0 ]
	run hostile_su "${as_alice[@]}"
	[ "$status" -ne 0 ]
	[ "$(password_posts)" -eq 0 ]
	assert_no_token bob
	[ "$(vendor_requests)" -ge 1 ]
	log_lines 'bob.*certificate'
}

@test "ENV-03 ENV-04 ENV-05 su under a hostile environment opens no file that it names, and writes none" {
	printf 'openssl_conf = init\n[init]\nproviders = all\n[all]\nevil = evil\n[evil]\nmodule = /tmp/hostile/evil.so\nactivate = 1\n' >/tmp/hostile/OPENSSL_CONF
	printf 'machine vendor.test login evil password evil\n' >/tmp/hostile/home/.netrc
	printf 'proxy = "http://127.0.0.1:%s"\n' "$REGISTRY_TOKEN_PORT" >/tmp/hostile/home/.curlrc
	printf '[vendor]\ndialect = oauth2\ntoken_url = https://unknown.test/\n' >/tmp/hostile/home/.config/apitoken/vendors.d/acme.conf
	chmod -R a+rX /tmp/hostile
	hostile_su strace -f -qq -u alice -o /tmp/trace -e trace=open,openat,openat2,creat,execve,execveat,connect
	assert_token bob acme
	# The trace saw fetch and stash at work.
	grep -q 'connect(.*htons(443)' /tmp/trace
	opened=$(opens_of_root /tmp/trace)
	printf '%s\n' "$opened" | head -40
	[ -n "$opened" ]
	run grep -E '/tmp/hostile|/home/alice' <<<"$opened"
	[ "$status" -eq 1 ]
	run written_files /tmp/trace
	[ -z "$output" ]
	[ -z "$(find /tmp/hostile -name '*.log')" ]
	rm -rf /tmp/hostile/home/.netrc /tmp/hostile/home/.curlrc
}

# All paths opened after su's own start: from the first line of a process that su became or started.
opens_of_root() { sed -n '/execve("\/usr\/bin\/su"/,/execve("\/bin\/bash"/p' "$1" | grep -oE 'open[a-z0-9]*\([^"]*"[^"]*"' | sed 's/.*"\(.*\)"/\1/' | sort -u; }
# Files opened for writing or made meanwhile, but terminals, /dev/null, su's and PAM's own books, and our count of sessions in root's folder.
written_files()
{
	sed -n '/execve("\/usr\/bin\/su"/,/execve("\/bin\/bash"/p' "$1" | grep -E 'O_WRONLY|O_RDWR|O_CREAT|creat\(' | grep -v ' = -1 ' |
		grep -vE '"/dev/(null|tty|pts/[0-9]+)"|"/var/log/(wtmp|btmp|lastlog|faillog)"|"/run/utmp"|"/var/run/utmp"|"/proc/self/(loginuid|fd/[0-9]+)"|"login(\.[0-9]+){3}"'
}

@test "ENV-04 SSLKEYLOGFILE, HTTPS_PROXY and SSL_CERT_FILE before su: no file, no proxy, and the login works" {
	# The lure works: curl with the same variable writes the file.
	SSLKEYLOGFILE=/tmp/hostile/keys-of-curl.log curl -s -o /dev/null https://vendor.test/
	[ -s /tmp/hostile/keys-of-curl.log ]
	fresh_start
	printf 'Password: \t%s\n' "$(vendor_password bob)" | as alice "$RIGS/typist" env SSLKEYLOGFILE=/tmp/hostile/keys.log \
		"HTTPS_PROXY=http://127.0.0.1:$REGISTRY_TOKEN_PORT" SSL_CERT_FILE=/dev/null su bob -c 'id -un'
	assert_token bob acme
	[ ! -e /tmp/hostile/keys.log ]
	[ "$(vendor_count .connections.registry)" -eq 0 ]
}
