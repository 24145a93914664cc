# fetch.bash: exchanges by the real fetch, from the shell. In a .bats file after helper and servers: "load fetch".
#
# fetch_vendor [LINE FOR THE VENDOR FILE]...   configures the vendor "try"; without a "dialect" line: oauth2
# fetch_liar [LINE]...                         the same for badidp: https://${LIAR_HOST:-vendor.test}:$BADIDP_PORT/token, its authority as ca_file
# fetch_login USER PASSWORD [fetchcall option]...  one login; fetchcall's lines are in $output, its time in $milliseconds
# fetch_refresh TOKEN, fetch_revoke TOKEN
# value NAME                                   what fetchcall printed as NAME
# verdict_is WORD, message_has TEXT            fail with the whole output
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables for the tests, and those of bats

readonly LIBEXEC=/usr/local/libexec/apitoken
readonly FETCH_CONFIG=/run/fetch-config
readonly CANARY_PASSWORD=CANARY-of-alice

fetch_vendor()
{
	install -d -m 755 "$FETCH_CONFIG/vendors.d"
	{
		printf '[vendor]\n'
		[[ " $*" = *' dialect = '* ]] || printf 'dialect = oauth2\n'
		[[ $* = *'hosts = '* ]] || printf 'hosts = git.test\n'
		printf '%s\n' "$@"
	} >"$FETCH_CONFIG/vendors.d/try.conf"
	chmod 644 "$FETCH_CONFIG/vendors.d/try.conf"
}

fetch_liar()
{
	install -m 644 "$BADIDP_CA" /run/liar-ca.pem
	[[ $* = *'ca_file = '* ]] || set -- 'ca_file = /run/liar-ca.pem' "$@"
	[[ $* = *'token_url = '* ]] || set -- "token_url = https://${LIAR_HOST:-vendor.test}:$BADIDP_PORT/token" "$@"
	[[ $* = *'timeout = '* ]] || set -- 'timeout = 5' "$@"
	fetch_vendor 'client_id = apitoken' "$@"
}

# fetch_call SECRET OPERATION USER-OR-EMPTY [fetchcall option]...
fetch_call()
{
	run "$RIGS/fetchcall" --libexec "$LIBEXEC" "${@:4}" "$FETCH_CONFIG" try "$2" ${3:+"$3"} < <(printf %s "$1")
	milliseconds=$(value milliseconds)
}
fetch_login() { fetch_call "$2" login "$1" "${@:3}"; }
fetch_refresh() { fetch_call "$1" refresh '' --show; }
fetch_revoke() { fetch_call "$1" revoke '' --show; }

value() { sed -n "s/^$1=//p" <<<"$output"; }

verdict_is()
{
	[ "$(value verdict)" = "$1" ] || { printf 'expected %s:\n%s\n' "$1" "$output"; return 1; }
	if [ "$1" = success ]; then
		[ "$(value result)" = 0 ]
	else
		[ "$(value result)" = -1 ] && [ -z "$(value access_token)" ] || { printf 'a failure with a token:\n%s\n' "$output"; return 1; }
	fi
}

message_has() { [[ $(value text) = *"$1"* ]] || { printf 'expected "%s" in:\n%s\n' "$1" "$output"; return 1; }; }

# sent_once: the liar has received the password exactly once, in one request.
sent_once() { [ "$(badidp_canaries)" = 1 ] || { echo "the password was sent $(badidp_canaries) times:"; cat "$BADIDP_LOG"; return 1; }; }
# never_sent: not a byte of the application reached the liar.
never_sent()
{
	[ "$(badidp_canaries)" = 0 ] && [ "$(badidp_received)" = 0 ] || { echo 'something was sent:'; cat "$BADIDP_LOG"; return 1; }
}

# lie [badidp argument]... : a liar, configured and asked once with alice's password. A script may come on standard input: lie --script -
lie()
{
	badidp_stop
	badidp_start "$@"
	fetch_liar
	fetch_login alice "$CANARY_PASSWORD"
}

readonly GOOD_ANSWER='{"access_token":"liar-token","token_type":"Bearer","expires_in":60}'
