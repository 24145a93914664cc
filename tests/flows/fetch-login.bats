# shellcheck disable=SC2154,SC2034 # variables of fetch.bash
# Whole exchanges with the test vendor: module's side, socket, fetch in its sandbox, TLS.

load helper
load servers
load fetch

setup_file()
{
	vendor_start
	install -m 644 "$VENDOR_CA" /run/vendor-ca.pem
}
teardown_file() { vendor_stop; }
setup()
{
	vendor_control /reset -d '' >/dev/null
	fetch_vendor "token_url = https://vendor.test:$VENDOR_PORT/oauth2/token" 'client_id = apitoken' 'ca_file = /run/vendor-ca.pem'
}

# dialect NAME URL-LINE [LINE]...
dialect() { fetch_vendor "dialect = $1" 'ca_file = /run/vendor-ca.pem' "${@:2}"; }

# life: login, refresh and, where it is "revoked", the end of the refresh token.
life()
{
	fetch_login alice "$(vendor_password alice)" --show
	verdict_is success
	fetch_refresh "$(value refresh_token)"
	verdict_is success
	[ -n "$(value access_token)" ]
}

@test "a right password: a token that the vendor accepts" {
	fetch_login alice "$(vendor_password alice)" --show
	verdict_is success
	[ "$status" = 0 ]
	[ "$(curl -s -o /dev/null -w '%{http_code}' --cacert "$VENDOR_CA" -H "Authorization: Bearer $(value access_token)" \
		"https://vendor.test:$VENDOR_PORT/api/whoami")" = 200 ]
	[ "$(value lifetime)" = 3600 ]
	[ "$(value lifetime_from)" = expires_in ]
	[ "$(vendor_count .password_posts)" = 1 ]
}

@test "a wrong password, an unknown user, a disabled user, a wrong client" {
	fetch_login alice wrong
	verdict_is refused
	[ "$(value error)" = 3 ]
	message_has 'vendor.test'
	message_has 'status 400, invalid_grant'
	fetch_login nobody wrong
	verdict_is refused
	fetch_login carol "$(vendor_password carol)"
	[ "$(value result)" = -1 ]
	[ "$(value error)" = 3 ]
	fetch_vendor "token_url = https://vendor.test:$VENDOR_PORT/oauth2/token" 'client_id = nobody' 'ca_file = /run/vendor-ca.pem'
	fetch_login alice "$(vendor_password alice)"
	verdict_is configuration
	message_has 'status 401, invalid_client'
	message_has 'check the URL, client_id'
}

@test "each dialect logs in, refreshes where it can" {
	life
	dialect apiax "token_url = https://vendor.test:$VENDOR_PORT/auth/realms/apiax/protocol/openid-connect/token"
	life
	dialect vyopta "connect_to = 127.0.0.1:$VENDOR_PORT" # it insists on its own name in Host
	fetch_login alice "$(vendor_password alice)"
	verdict_is success
	[ "$(value lifetime)" = 300 ]
	[ -z "$(value refresh_token)" ]
	dialect amino "base_url = https://vendor.test:$VENDOR_PORT"
	life
	[ "$(value lifetime_from)" = data.attributes.expires_at_timestamp ]
}

# operator BASE-URL: the chain of two steps: the operator's OpenAM, then Amino's exchange at BASE-URL.
operator()
{
	(umask 077; printf '%s\n' "$(vendor_control /options | jq -r .client_secret)" >/run/client-secret)
	dialect amino-operator "base_url = $1" "client_id = apitoken-confidential" 'client_secret_file = /run/client-secret' 'scope = aminoid' \
		'[variables]' "operator_url = https://vendor.test:$VENDOR_PORT/openam/oauth2/access_token" 'realm = main'
}

@test "PAM-16 a chain of two steps: the second gets the first's token, and only the first gets the password" {
	operator "https://vendor.test:$VENDOR_PORT"
	life
	[ "$(vendor_count .password_posts)" = 1 ]
	badidp_start --json <(echo '{"userStat":{"accessToken":["chained",4000000000],"refreshToken":["chained-refresh",4000000000]}}')
	operator "https://git.test:$BADIDP_PORT"
	fetch_login alice "$(vendor_password alice)" --show
	verdict_is success
	[ "$(value access_token)" = chained ]
	[ "$(value lifetime_from)" = 'userStat.accessToken[number]' ]
	badidp_requests | grep -qE 'POST /api/oauth/login_with_token .*access_token=[0-9a-f-]{36}$' || { badidp_requests; false; }
	[ "$(badidp_canaries)" = 0 ]
	# the first step fails: the second is not reached
	fetch_login alice wrong
	verdict_is refused
	[ "$(badidp_connections)" = 1 ]
	# the second fails: no token, and the password is not tried again
	badidp_stop
	vendor_control /reset -d '' >/dev/null
	badidp_start --status 403 --header 'Content-Type: application/json' --body '{}'
	operator "https://git.test:$BADIDP_PORT"
	fetch_login alice "$(vendor_password alice)"
	verdict_is configuration
	[ "$(vendor_count .password_posts)" = 1 ]
	badidp_stop
}

@test "PAM-16 a dialect that would send the password twice does not get to" {
	badidp_start --json <(echo '{"userStat":{"accessToken":["chained",4000000000]}}')
	operator "https://git.test:$BADIDP_PORT"
	printf '[step exchange]\nfield.again = {password}\n' >>"$FETCH_CONFIG/vendors.d/try.conf"
	fetch_login alice "$(vendor_password alice)"
	[ "$status" = 2 ]
	[[ $output = *'it is sent only once'* ]]
	[ "$(badidp_connections)" = 0 ]
	[ "$(vendor_count .password_posts)" = 0 ]
	badidp_stop
}

@test "a confidential client proves itself; a wrong or unreadable secret is a configuration error" {
	operator "https://vendor.test:$VENDOR_PORT"
	fetch_login alice "$(vendor_password alice)"
	verdict_is success
	echo wrong >/run/client-secret
	fetch_login alice "$(vendor_password alice)"
	verdict_is configuration
	: >/run/client-secret
	fetch_login alice "$(vendor_password alice)"
	verdict_is configuration
	message_has 'is empty'
	rm /run/client-secret
	fetch_login alice "$(vendor_password alice)"
	verdict_is configuration
	message_has /run/client-secret
}

@test "a rotated refresh token is dead: log in again" {
	fetch_login alice "$(vendor_password alice)" --show
	local first
	first=$(value refresh_token)
	fetch_refresh "$first"
	verdict_is success
	fetch_refresh "$first"
	[ "$(value result)" = -1 ]
	[ "$(value error)" = 4 ]
}

@test "a revoked refresh token is dead, and revoking needs no token in the answer" {
	fetch_login alice "$(vendor_password alice)" --show
	local token
	token=$(value refresh_token)
	fetch_revoke "$token"
	verdict_is configuration
	message_has 'no URL for the step revoke'
	dialect oauth2 "token_url = https://vendor.test:$VENDOR_PORT/oauth2/token" 'client_id = apitoken' '[step revoke]' \
		"url = https://vendor.test:$VENDOR_PORT/oauth2/revoke" 'field.client_id = {client_id}' 'field.token = {refresh_token}'
	fetch_revoke "$token"
	[ "$status" = 0 ] || { echo "$output"; false; }
	fetch_refresh "$token"
	[ "$(value error)" = 4 ]
}

@test "PAM-15 the vendor gets the password byte for byte" {
	local password byte
	# all printable ASCII, then UTF-8, then each byte that a form must encode
	password=$(printf '%b' "$(for byte in {32..126}; do printf '\\x%02x' "$byte"; done)")
	for password in "$password" 'a&b=c+d%41 e' '  two spaces  ' 'pÄss wörd €' $'tab\tand\x01' '+' '%' '&' '=' 'a b'; do
		{ printf 'name=alice&password='; printf %s "$password" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'; } | vendor_control /users -d @- >/dev/null
		fetch_login alice "$password"
		verdict_is success
		fetch_login alice "$password."
		verdict_is refused
	done
	{ printf 'name=alice&password='; vendor_password alice; } | vendor_control /users -d @- >/dev/null
}

@test "the system's hashed folder of authorities, and an unknown authority" {
	fetch_vendor "token_url = https://vendor.test:$VENDOR_PORT/oauth2/token" 'client_id = apitoken'
	fetch_login alice "$(vendor_password alice)"
	verdict_is unavailable
	message_has 'authority is unknown'
	mount --bind "$VENDOR_AUTHORITIES" /etc/ssl/certs
	fetch_login alice "$(vendor_password alice)"
	umount /etc/ssl/certs
	verdict_is success
	[ "$(vendor_count .password_posts)" = 1 ]
}

@test "connect_to: another address, the same name, Host and certificate" {
	fetch_vendor "token_url = https://login.vyopta.com/oauth2/token" 'client_id = apitoken' 'ca_file = /run/vendor-ca.pem' \
		"connect_to = 127.0.0.1:$VENDOR_PORT"
	fetch_login alice "$(vendor_password alice)"
	verdict_is success
}

@test "as a user: no other uid, the same walls" {
	run setpriv --reuid "$(id -u bob)" --regid "$(id -g bob)" --clear-groups "$RIGS/fetchcall" --libexec "$LIBEXEC" "$FETCH_CONFIG" try login alice \
		< <(vendor_password alice)
	verdict_is success
}

# ---- the process ----

# The first started fetch, while the liar lets it wait.
fetch_pid() { wait_until 10 pgrep -x fetch >/dev/null && pgrep -x fetch; }

@test "HLP-02 at request time: uid 65534, no groups, no capabilities, no new privileges, a filter" {
	badidp_start --script - <<<$'read\nhang'
	fetch_liar
	"$RIGS/fetchcall" --libexec "$LIBEXEC" "$FETCH_CONFIG" try login alice < <(printf CANARY) >/dev/null 3>&- &
	wait_until 10 grep -q ' request ' "$BADIDP_LOG"
	local pid
	pid=$(fetch_pid)
	run grep -E '^(Uid|Gid|Groups|NoNewPrivs|Seccomp|CapInh|CapPrm|CapEff|CapAmb|CoreDumping):' "/proc/$pid/status"
	[ "$output" = "$(printf '%s\n' $'Uid:\t65534\t65534\t65534\t65534' $'Gid:\t65534\t65534\t65534\t65534' $'Groups:\t ' \
		$'CoreDumping:\t0' $'CapInh:\t0000000000000000' $'CapPrm:\t0000000000000000' $'CapEff:\t0000000000000000' \
		$'CapAmb:\t0000000000000000' $'NoNewPrivs:\t1' $'Seccomp:\t2')" ] || { cat -A <<<"$output"; false; }
	run awk '/^Max (core file size|file size|open files|cpu time)/ { print $(NF - 2), $(NF - 1) }' "/proc/$pid/limits"
	[ "$output" = $'30 30\n0 0\n0 0\n32 32' ] || { cat "/proc/$pid/limits"; false; }
	# not dumpable: /proc/PID belongs to root, so that its own uid cannot read its memory
	[ "$(stat -c %u "/proc/$pid/mem")" = 0 ]
	run setpriv --reuid 65534 --regid 65534 --clear-groups head -c 1 "/proc/$pid/environ"
	[ "$status" -ne 0 ]
	badidp_stop
	wait
}

@test "HLP-04 constant arguments and environment while the password is under way" {
	badidp_start --script - <<<$'read\nhang'
	fetch_liar
	"$RIGS/fetchcall" --libexec "$LIBEXEC" "$FETCH_CONFIG" try login alice < <(printf CANARY-pass) >/dev/null 3>&- &
	wait_until 10 grep -q ' canary' "$BADIDP_LOG"
	local pid
	pid=$(fetch_pid)
	[ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" = 'fetch ' ]
	[ "$(tr '\0' '\n' <"/proc/$pid/environ" | sort)" = $'GNUTLS_NO_IMPLICIT_INIT=1\nLC_ALL=C\nPATH=/usr/bin:/bin' ]
	[ "$(readlink "/proc/$pid/cwd")" = / ]
	! grep -laF CANARY /proc/[0-9]*/cmdline /proc/[0-9]*/environ || false
	badidp_stop
	wait
}

@test "HLP-02 root is gone before any name is looked up or any byte of the vendor read" {
	strace -f -o /run/trace -e trace=setresuid,setresgid,setgroups,openat,connect,execve "$RIGS/fetchcall" --libexec "$LIBEXEC" "$FETCH_CONFIG" try \
		login alice < <(vendor_password alice) >/dev/null
	local dropped resolved
	dropped=$(grep -n 'setresuid(65534, 65534, 65534) *= 0' /run/trace | head -n 1 | cut -d: -f1)
	resolved=$(grep -nE '/etc/(nsswitch.conf|hosts|resolv.conf|host.conf|gai.conf)|openssl.cnf|connect\(|libnss_' /run/trace | sed -n 1p | cut -d: -f1)
	[ -n "$dropped" ] && [ -n "$resolved" ] && [ "$dropped" -lt "$resolved" ] || { cat /run/trace; false; }
	! grep -E 'fetch-config|/etc/apitoken' <(sed -n "$dropped,\$p" /run/trace) || false
	! grep -E 'O_WRONLY|O_RDWR|O_CREAT' <(sed -n "$dropped,\$p" /run/trace) || false
}

@test "HLP-01 run by hand it refuses: exit 2, no request" {
	local try
	vendor_control /reset -d '' >/dev/null
	for try in '</dev/null' '</etc/passwd' '<&-' 'login alice </dev/null' '--help </dev/null'; do
		run as bob sh -c "$LIBEXEC/fetch $try"
		[ "$status" = 2 ] || { echo "$try: $status"; false; }
		[[ $output = *'run by the PAM module'* ]]
	done
	run as bob sh -c "printf 'ATOK\001\001\000\000xxxxxxxxxxxxxxxx\000\000\000\000' | $LIBEXEC/fetch"
	[ "$status" = 2 ]
	[ ! -u "$LIBEXEC/fetch" ]
	[ ! -g "$LIBEXEC/fetch" ]
	[ -z "$(getcap "$LIBEXEC/fetch" 2>/dev/null)" ]
	[ "$(vendor_count .connections.vendor)" = 0 ]
}

@test "HLP-05 requests cut at any place, with lying lengths or bytes behind them are refused unread; byte by byte is well" {
	fetch_vendor "token_url = https://vendor.test:$VENDOR_PORT/oauth2/token" 'client_id = apitoken' 'ca_file = /run/vendor-ca.pem'
	run "$RIGS/framecut" "$LIBEXEC" "$FETCH_CONFIG" try
	[ "$status" = 0 ] || { echo "$output"; false; }
	[[ $output =~ ^[0-9]{3}\ tries,\ 0\ wrong$ ]] || { echo "$output"; false; }
	[ "$(vendor_count .connections.vendor)" = 1 ]
	[ "$(vendor_count .password_posts)" = 1 ]
}

@test "the caller dies: fetch ends at once" {
	badidp_start --script - <<<$'read\nhang'
	fetch_liar 'timeout = 60'
	"$RIGS/fetchcall" --libexec "$LIBEXEC" "$FETCH_CONFIG" try login alice < <(printf CANARY) >/dev/null 3>&- &
	local caller=$!
	wait_until 10 grep -q ' request ' "$BADIDP_LOG"
	kill -9 "$caller"
	wait_until 5 sh -c '! pgrep -x fetch'
	badidp_stop
}
