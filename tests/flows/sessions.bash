# sessions.bash: what the flows about counted sessions share. In a .bats file, after world or pam: "load sessions".
# shellcheck shell=bash

# last_logout delete|revoke|keep: for all services.
last_logout() { sed -i '/^on_last_logout/d; s/^vendor = acme$/&\non_last_logout = '"$1"'/' /etc/apitoken/apitoken.conf; }

# sessions_of USER: how many are counted, of living and dead processes.
sessions_of()
{
	local folder
	folder=/run/apitoken/$(id -u "$1")
	[ ! -d "$folder" ] || find "$folder" -mindepth 1 | wc -l
	[ -d "$folder" ] || echo 0
}

declare -gA HELD=()

# hold USER NAME CALL...: pamh logs USER in, makes the calls and stops, as a host in the middle of a session. go_on NAME: it closes the session and ends.
hold()
{
	local user=$1 name=$2
	shift 2
	[[ " $* " != *' setcred '* ]] || { set -- auth "$@"; count_authentications auth; }
	"$RIGS/pamh" -c "$STACKS" "$SERVICE" "$user" "$@" stop close < <(printf 'text %s\n' "$(password_of "$user")") >"/run/held.$name" 3>&- 4>&- &
	HELD[$name]=$!
	wait_until 30 is_stopped "${HELD[$name]}"
	cat "/run/held.$name"
}
is_stopped() { grep -q '^State:.T' "/proc/$1/status"; }

go_on()
{
	kill -CONT "${HELD[$1]}"
	wait "${HELD[$1]}"
	log_settled "$RANDOM"
}
