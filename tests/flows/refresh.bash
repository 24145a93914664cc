# refresh.bash: what the flows of renewed tokens share. In a .bats file after helper, world and tools: "load refresh".
# Tokens live for LIFE seconds; a test does not wait, it makes the record older.
# shellcheck shell=bash

readonly LIFE=600

# payload_of USER [VENDOR]; value_of USER VENDOR KEY: the record as it lies in the keyring, neither renewed nor judged.
payload_of() { "$RIGS/twouid" "$1" inherit keyctl pipe "$("$RIGS/twouid" "$1" inherit keyctl search @u user "apitoken:v1:${2:-acme}")"; }
value_of() { payload_of "$1" "$2" | sed -n "s/^$3=//p"; }

# aged USER SECONDS [VENDOR]: the record as it would be that much later.
aged()
{
	local user=$1 body serial
	body=$(payload_of "$user" "${3:-acme}" | grep -v '^checksum=' |
		awk -F= -v OFS== -v back="$2" '$1 ~ /_at$/ && $2 > 0 { $2 = sprintf("%.0f", $2 - back) } $1 ~ /_uptime$/ { if ($2 <= back * 1000) next; $2 = sprintf("%.0f", $2 - back * 1000) } { print }')
	serial=$({
		printf '%s\n' "$body"
		printf 'checksum=%s\n' "$(printf '%s\n' "$body" | sha256sum | cut -c 1-16)"
	} | "$RIGS/twouid" "$user" inherit keyctl padd user "apitoken:v1:${3:-acme}" @u)
	"$RIGS/twouid" "$user" inherit keyctl timeout "$serial" 3600
}
# ended: the access token is over. ending: it still lives, and is to be renewed.
ended() { aged "$1" $((LIFE - 5)) "${2:-acme}"; }
ending() { aged "$1" $((LIFE - 120)) "${2:-acme}"; }

# run_folder USER: /run/user/UID, as pam_systemd makes it. no_run_folder: as in su, cron and containers.
run_folder() { install -d -m 755 /run/user && install -d -m 700 -o "$1" -g "$1" "$(run_folder_of "$1")"; }
run_folder_of() { echo "/run/user/$(id -u "$1")"; }
no_run_folder() { rm -rf /run/user; }

# many_gets COUNT USER HOST...: that many gets for each host, all at once. tokens_got HOST: how many answered, and with how many different tokens.
many_gets()
{
	local count=$1 user=$2
	shift 2
	rm -rf /tmp/gets
	install -d -m 700 -o "$user" /tmp/gets
	# shellcheck disable=SC2016 # the inner shell's variables
	as "$user" bash -c 'count=$1; shift
		for number in $(seq "$count"); do
			for host; do
				printf "protocol=https\nhost=%s\n\n" "$host" | git-credential-apitoken get >"/tmp/gets/$host.$number" 2>"/tmp/gets/$host.$number.err" &
			done
		done
		wait' gets "$count" "$@" 3>&-
}
tokens_got()
{
	cat "/tmp/gets/$1".*.err
	printf '%d answers, %d tokens\n' "$(cat "/tmp/gets/$1".* | grep -c '^password=')" "$(cat "/tmp/gets/$1".* | grep '^password=' | sort -u | wc -l)"
}

# lives USER HOST [VENDOR]: the login does: one more renewal works.
lives()
{
	local before
	before=$(value_of "$1" "${3:-acme}" generation)
	ended "$1" "${3:-acme}"
	ask "$1" "$2" get | grep -q '^password=' && [ "$(value_of "$1" "${3:-acme}" generation)" -eq $((before + 1)) ]
}

refusals() { vendor_count '.refresh_refused // 0'; }
# answer_next FIELD=VALUE...: for the next request to the token endpoint.
answer_next()
{
	local field fields=()
	for field; do fields+=(--data-urlencode "$field"); done
	vendor_control /answers -d path=/oauth2/token "${fields[@]}" >/dev/null
}
# asked N: the vendor has that many requests, answered or not.
asked() { [ "$(vendor_count .requests.vendor)" -ge "$1" ]; }
# all_answered: it has answered all that it has.
all_answered() { [ "$(vendor_control '/requests?service=vendor&n=256' | jq length)" -ge "$(vendor_count .requests.vendor)" ]; }
