# vendors.bash: a machine of one of the documents' vendors. In a .bats file: "load vendors" (it loads pam, and so helper and world).
#
# The test vendor answers at the vendors' own names (the private world's /etc/hosts), so that the shipped files run as they are.
# shellcheck shell=bash
load pam

readonly EXAMPLES=/usr/local/share/apitoken/examples

# vendor_conf NAME <FILE: the vendor's file, and PAM's vendor.
vendor_conf()
{
	rm -f /etc/apitoken/vendors.d/*.conf
	cat >"/etc/apitoken/vendors.d/$1.conf"
	printf '[pam]\nvendor = %s\non_last_logout = keep\n' "$1" >/etc/apitoken/apitoken.conf
	VENDOR=$1
}

# example NAME [SED SCRIPT]: the shipped example, with what an administrator changes in it.
example() { vendor_conf "$1" < <(sed -e "${2:-}" "$EXAMPLES/$1.conf"); }

# added TEXT: more lines at the end of the vendor's file.
added() { printf '%s\n' "$1" >>"/etc/apitoken/vendors.d/$VENDOR.conf"; }

# vendor_user NAME: a user of the vendor, with alice's password.
vendor_user() { { printf 'name=%s&state=%s&password=' "$1" "${2:-active}"; vendor_password alice; } | vendor_control /users -d @- >/dev/null; }

# option NAME=VALUE...: of tests/vendor/options.h
option() { local one; for one in "$@"; do vendor_control /options --data-urlencode "$one" >/dev/null; done; }

logs_in() { host alice "$(vendor_password alice)" auth setcred && said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS' && assert_token alice "$VENDOR"; }
no_login() { host alice "${1:-$(vendor_password alice)}" auth && unsaid '^auth PAM_SUCCESS' && assert_no_token alice; }

# sent [N] JQ-FILTER: of the last request to the vendor's endpoints (or the Nth from the end).
sent() { vendor_control "/requests?service=vendor&n=${2:-1}" | jq -r ".[0]$1"; }
# sent_header NAME [N]
sent_header() { vendor_control "/requests?service=vendor&n=${2:-1}" | jq -r --arg name "$1" '.[0].headers[] | select((.[0] | ascii_downcase) == ($name | ascii_downcase)) | .[1]'; }
# sent_fields [N]: the names of a form's fields, sorted.
sent_fields() { sent .body "${1:-1}" | tr '&' '\n' | sed 's/=.*//' | sort | tr '\n' ' '; }

# of_record KEY: a value of alice's record.
of_record() { record_of alice "$VENDOR" | sed -n "s/^$1=//p"; }

# aged SECONDS: alice's record, that much later: all its moments lie so far back. A test does not wait.
aged()
{
	local serial description body
	read -r serial _ _ _ _ description < <(token_of alice "$VENDOR" | head -n 1)
	body=$(record_of alice "$VENDOR" | grep -v '^checksum=' |
		awk -F= -v OFS== -v back="$1" '$1 ~ /_at$/ && $2 > 0 { $2 = sprintf("%.0f", $2 - back) } $1 ~ /_uptime$/ { if ($2 <= back * 1000) next; $2 = sprintf("%.0f", $2 - back * 1000) } { print }')
	{
		printf '%s\n' "$body"
		printf 'checksum=%s\n' "$(printf '%s\n' "$body" | sha256sum | cut -c 1-16)"
	} | as alice keyctl padd user "$description" @u >/dev/null
	as alice keyctl timeout "$serial" 86400
}

setup()
{
	clear_keys alice bob carol dave localuser
	clear_log
	vendor_control /reset -d '' >/dev/null
	printf 0 >"$AUTHENTICATIONS"
	PAMH=()
	SERVICE=acme
}
