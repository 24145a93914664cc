# tools.bash: what the flows of the user's programs share. In a .bats file after helper and world: "load tools".
# shellcheck shell=bash
# shellcheck disable=SC2154 # bats sets output

# ask USER HOST OPERATION [LINE]...: git's helper, run as git runs it, about https://HOST; LINEs go before protocol and host.
ask()
{
	local user=$1 host=$2 operation=$3
	shift 3
	{ [ $# -eq 0 ] || printf '%s\n' "$@"; printf 'protocol=https\nhost=%s\n\n' "$host"; } | as "$user" git-credential-apitoken "$operation"
}

# docker_ask USER VERB [KEY]: docker's helper, run as docker runs it.
docker_ask() { printf %s "${3:-}" | as "$1" docker-credential-apitoken "$2"; }

# log_in USER [OPTION]...: apitoken login with the right password of USER, or of the user that WHO names.
log_in()
{
	local user=$1
	shift
	as "$user" apitoken login acme --password-stdin "$@" < <(printf '%s\n' "$(vendor_password "${WHO:-$user}")")
}

# now_token USER: the token that is stored, straight from the keyring: it is neither renewed nor judged.
now_token()
{
	local serial
	serial=$(token_of "$1" "${2:-acme}\$" | cut -d' ' -f1)
	"$RIGS/twouid" "$1" inherit keyctl pipe "$serial" | sed -n 's/^access_token=//p'
}

# older USER SECONDS: makes the stored record that much older. A token is renewed by force only when it is 30 s old, and a test does not wait.
older()
{
	local user=$1 serial description body
	read -r serial _ _ _ _ description < <(token_of "$user" acme | head -n 1)
	body=$("$RIGS/twouid" "$user" inherit keyctl pipe "$serial" | grep -v '^checksum=' |
		awk -F= -v OFS== -v back="$2" '$1 == "obtained_at" { $2 = sprintf("%.0f", $2 - back) } $1 == "obtained_uptime" { if ($2 <= back * 1000) next; $2 = sprintf("%.0f", $2 - back * 1000) } { print }')
	{
		printf '%s\n' "$body"
		printf 'checksum=%s\n' "$(printf '%s\n' "$body" | sha256sum | cut -c 1-16)"
	} | "$RIGS/twouid" "$user" inherit keyctl padd user "$description" @u >/dev/null
	"$RIGS/twouid" "$user" inherit keyctl timeout "$serial" 3600
}

# answer_value NAME: its value in the git answer that is in $output.
answer_value() { sed -n "s/^$1=//p" <<<"$output"; }

# refresh_posts: how often a refresh token reached the vendor since the last reset.
refresh_posts() { vendor_count '.refresh_posts // 0'; }
