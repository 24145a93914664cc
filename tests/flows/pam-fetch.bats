# Whatever sits in the place of fetch: only one complete reply to this very request is a verdict.

load pam

readonly ELSEWHERE=/run/libexec

setup_file()
{
	pam_world
	install -d -m 755 "$ELSEWHERE"
	cp -r "$LIBEXEC"/* /usr/local/share/apitoken/dialects "$ELSEWHERE"
	service acme "auth required MODULE debug libexec=$ELSEWHERE" "session required MODULE libexec=$ELSEWHERE"
	service chain "auth required MODULE libexec=$ELSEWHERE" 'auth optional pam_permit.so'
}
teardown_file() { pam_world_end; }

# in_place_of_fetch DEED: see tests/rigs/standin.c.
in_place_of_fetch()
{
	install -m 755 "$RIGS/standin" "$ELSEWHERE/fetch"
	printf '%s\n' "$1" >"$ELSEWHERE/fetch.standin"
}

unavailable()
{
	# In "unavailable || ..." a failed line does not end the function by itself.
	host alice "$(password_of alice)" auth setcred && said 'auth PAM_AUTHINFO_UNAVAIL' && assert_no_token alice
}

@test "PAM-03 the rig is right: a true reply of the stand-in is a success" {
	in_place_of_fetch 'success-then 0'
	host alice "$(password_of alice)" auth setcred
	said 'auth PAM_SUCCESS'
	assert_token alice acme
}

@test "PAM-03 an exit status alone says nothing, 0 included" {
	local deed
	for deed in 'exit 0' 'exit 1' 'exit 7' 'exit 127' 'exit 255' 'exec /bin/true' 'exec /bin/false'; do
		in_place_of_fetch "$deed"
		unavailable || { echo "$deed"; return 1; }
	done
}

@test "PAM-03 a crash, a kill and a stall are AUTHINFO_UNAVAIL" {
	local deed
	configure_acme 'timeout = 1'
	for deed in 'signal 11' 'signal 9' 'signal 6' 'signal 15' hang; do
		in_place_of_fetch "$deed"
		unavailable || { echo "$deed"; return 1; }
	done
}

@test "PAM-03 garbage, an empty reply, trailing bytes and another request's reply are AUTHINFO_UNAVAIL" {
	local deed
	for deed in 'garbage 1' 'garbage 27' 'garbage 28' 'garbage 200' 'garbage 4000' empty nonce twice; do
		in_place_of_fetch "$deed"
		unavailable || { echo "$deed"; return 1; }
	done
}

@test "PAM-03 a reply cut short at any byte is AUTHINFO_UNAVAIL" {
	local bytes
	for bytes in {0..40} 60 80 100 120 140 9999; do
		in_place_of_fetch "short $bytes"
		unavailable || { echo "short $bytes"; return 1; }
	done
}

@test "PAM-03 an exit status turns a true reply into AUTHINFO_UNAVAIL" {
	local number
	for number in 1 2 127 255; do
		in_place_of_fetch "success-then $number"
		unavailable || { echo "exit status $number"; return 1; }
	done
}

@test "PAM-03 followed by an optional permit, none of it lets anybody in" {
	local deed
	SERVICE=chain
	for deed in 'exit 0' 'signal 11' 'garbage 200' 'short 30' nonce twice 'success-then 1'; do
		in_place_of_fetch "$deed"
		host alice "$(password_of alice)" auth
		unsaid 'auth PAM_(SUCCESS|IGNORE)'
	done
}

@test "ENV-01 what fetch gets from a set-user-ID host with a hostile environment is the golden list" {
	in_place_of_fetch 'report /run/report'
	cd /tmp
	(
		umask 0
		PAMH=(-r alice)
		hostile_environment 2>/dev/null
		exec 21</etc/passwd 22>/dev/null 37</dev/zero
		host alice "$(password_of alice)" auth
	)
	diff - /run/report <<-'GOLDEN'
		argument fetch
		environment PATH=/usr/bin:/bin
		environment LC_ALL=C
		environment GNUTLS_NO_IMPLICIT_INIT=1
		descriptor 0
		descriptor 1
		descriptor 2
		folder /
		umask 077
	GOLDEN
}

@test "HST-07 ENV-06 of a host with 3000 descriptors fetch inherits none, and the host keeps them all" {
	in_place_of_fetch 'report /run/report'
	ulimit -n 4096
	PAMH=(-k)
	WRAPPER=(bash -c 'for ((i = 20; i < 3020; i++)); do eval "exec $i</dev/zero"; done; exec "$@"' sh)
	host alice "$(password_of alice)" auth
	said 'state same'
	[ "$(grep -c ^descriptor /run/report)" -eq 3 ]
	[ "$(grep -c ^environment /run/report)" -eq 3 ]
}

hostile_environment()
{
	local name
	for name in SSLKEYLOGFILE SSL_CERT_FILE SSL_CERT_DIR OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES CURL_CA_BUNDLE CURL_HOME http_proxy \
		https_proxy HTTPS_PROXY ALL_PROXY all_proxy NO_PROXY no_proxy HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR XDG_SEAT NETRC LD_BIND_NOW \
		GCONV_PATH LOCPATH NLSPATH MALLOC_TRACE GLIBC_TUNABLES RES_OPTIONS HOSTALIASES LOCALDOMAIN LANG TZ TZDIR USER LOGNAME SUDO_USER \
		KRB5CCNAME KRB5_TRACE CURL_DEBUG CURL_VERBOSE TMPDIR GNUTLS_SYSTEM_PRIORITY_FILE P11_KIT_DEBUG APITOKEN_CONFIG APITOKEN_HANDOFF IFS ENV BASH_ENV \
		PYTHONPATH PERL5LIB DBUS_SESSION_BUS_ADDRESS SSH_AUTH_SOCK GIT_TRACE DOCKER_CONFIG SHELL MAIL PWD OLDPWD NOTIFY_SOCKET LISTEN_FDS; do
		export "$name=/tmp/hostile"
	done
}
