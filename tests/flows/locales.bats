# ENV-07: whatever the language of a person or of a login program, numbers, dates, words and answers are the same.

load pam
load tools

readonly LOCALES='C.UTF-8 de_DE.UTF-8 tr_TR.UTF-8 fa_IR.UTF-8'

setup_file()
{
	local locale
	pam_world
	start_sshd
	# Made here, and gone with this world.
	cp -r /usr/lib/locale/C.utf8 /run/
	mount -t tmpfs -o mode=755 none /usr/lib/locale
	cp -r /run/C.utf8 /usr/lib/locale/
	for locale in de_DE tr_TR fa_IR; do
		localedef -i "$locale" -f UTF-8 "/usr/lib/locale/$locale.UTF-8"
	done
}
teardown_file() { stop_sshd; pam_world_end; }

# same_everywhere FUNCTION: what it prints is the same in each locale as in C.
same_everywhere()
{
	local locale
	LC_ALL=C "$1" C >"$WORLD/said.C" 2>&1
	[ -s "$WORLD/said.C" ]
	for locale in $LOCALES; do
		(export LC_ALL=$locale LANGUAGE=de:tr:fa LANG=$locale; "$1" "$locale") >"$WORLD/said.$locale" 2>&1
		diff "$WORLD/said.C" "$WORLD/said.$locale" || { echo "in $locale"; return 1; }
	done
}

@test "ENV-07 the rig is right: these locales are here, and do write numbers and letters otherwise" {
	[ "$(LC_ALL=de_DE.UTF-8 bash -c 'printf %.1f 1,5')" = 1,5 ]
	[ "$(LC_ALL=tr_TR.UTF-8 bash -c 'i=i; echo "${i^}"')" = İ ]
	[ "$(LC_ALL=de_DE.UTF-8 date -d @0 +%a)" = Do ]
}

user_programs()
{
	local host
	for words in status 'status --json' 'header acme' 'token --force acme' 'check' 'check --vendor acme' 'check --json' 'refresh nobody' 'logout nobody' 'login bad/name' nonsense; do
		# shellcheck disable=SC2086
		as alice apitoken $words </dev/null | sed -E 's/"now":[0-9]+|"seconds_left":[0-9]+|[0-9]+ of [0-9]+|"(keys|bytes)":[0-9]+|[0-9]+ min/N/g' || echo "exit ${PIPESTATUS[0]}"
	done
	for host in git.test:8443 GIT.TEST:8443 Git.Test:8443 gIt.test:8443 unknown.test; do
		ask alice "$host" get 'capability[]=authtype' || echo "exit $?"
		docker_ask alice get "$host" || echo "exit $?"
	done
	docker_ask alice list
}

@test "ENV-07 apitoken, git's and docker's helper: the same output in every locale" {
	log_in alice >/dev/null
	printf 1 >"$AUTHENTICATIONS"
	same_everywhere user_programs
	grep -q '^password_expiry_utc=[0-9]*$' "$WORLD/said.C"
	grep -q '"Secret"' "$WORLD/said.C"
}

# Answers whose numbers, letters and dates a locale could read otherwise; the module's host has that locale.
module_answers()
{
	local body header
	for body in '"expires_in":3600.5' '"expires_in":"3600"' '"expires_in":"3,600"' '"expires_in":"۳۶۰۰"' '"token_type":"BEARER"' '"token_type":"BEARİR"'; do
		[[ $body = *token_type* ]] || body="\"token_type\":\"Bearer\",$body"
		answer_by "$1" status=200 "body={\"access_token\":\"sound\",$body}"
	done
	answer_by "$1" status=400 'body={"error":"INVALID_GRANT"}'
	answer_by "$1" status=400 'body={"error":"invalid_grant"}'
	answer_by "$1" status=503 'header=Retry-After: Sat, 01 Jan 2028 00:00:00 GMT' body=
}

answer_by()
{
	local locale=$1 one
	shift
	clear_log
	clear_keys alice
	for one in "$@"; do
		printf '%s\0' --data-urlencode "$one"
	done | xargs -0 curl -sS --noproxy '*' "http://127.0.0.1:$CONTROL_PORT/answers" -o /dev/null
	PAMH=(-L "$locale" -k)
	host alice "$(password_of alice)" auth setcred | grep -v '^resident'
	sed 's/^\(<[0-9]*>\)[A-Z][a-z]* *[0-9]* [0-9:]* /\1/' "$LOG" | grep pam_apitoken
	record_of alice acme 2>/dev/null | awk -F= '/^obtained_at=/ { from = $2 } /^access_expires_at=/ { until = $2 } END { if (until) print "life", until - from }'
}

@test "ENV-07 the module in a host of that locale: the same results, log lines and lives of tokens" {
	same_everywhere module_answers
	grep -q '^auth PAM_SUCCESS' "$WORLD/said.C"
	grep -q '^life 3600$' "$WORLD/said.C"
	grep -q '^auth PAM_AUTH_ERR' "$WORLD/said.C"
}

real_logins()
{
	printf 100 >"$AUTHENTICATIONS"
	clear_log
	clear_keys alice
	# The prompt is pam_unix's, in the person's language.
	printf ': \t%s\n' "$(password_of alice)" | as localuser "$RIGS/typist" su alice -c 'id -un' | tr -d '\r' | grep -x alice
	login_ssh alice "$(password_of alice)" 'apitoken header acme >/dev/null; echo $?'
	sed 's/^\(<[0-9]*>\)[A-Z][a-z]* *[0-9]* [0-9:]* //; s/\[[0-9]*\]//; s/tty=[^ ]*//' "$LOG" | grep -o 'pam_apitoken.*'
}

@test "ENV-07 su and ssh from a terminal of that locale: the same" {
	same_everywhere real_logins
	grep -q 'authentication success' "$WORLD/said.C"
}
