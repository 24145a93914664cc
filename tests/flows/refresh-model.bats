# Runs of the model of tests/model/refresh.pml, found by spin, with the real programs: each event of the run is one step of a process that atcall holds, in the run's order.
# At the end the record, the note beside it and what the vendor saw are what the model says.

bats_require_minimum_version 1.5.0
load helper
load world
load tools
load refresh

setup_file()
{
	start_world --set access_seconds=600
	{ cat /etc/apitoken/vendors.d/acme.conf; printf '[variables]\nrevoke_url = https://vendor.test/oauth2/revoke\n'; } >/run/acme.conf
}
teardown_file() { stop_world; }

setup()
{
	fresh_start
	no_run_folder
	cp /run/acme.conf /etc/apitoken/vendors.d/acme.conf
	printf 'protocol=https\nhost=git.test:8443\n\n' >/tmp/request
	rm -rf /tmp/model
	install -d -m 777 /tmp/model
	job=() points=() held=()
}
teardown() { local one; for one in "${job[@]}"; do kill "$one" 2>/dev/null || true; done; }

setting() { printf '%s\n' "$@" | sed -i '/^\[vendor\]/r /dev/stdin' /etc/apitoken/vendors.d/acme.conf; }
away_is_over() { "$RIGS/twouid" alice inherit keyctl unlink "%user:apitoken:v1:acme:away" @u >/dev/null 2>&1 || true; }
get() { ask alice git.test:8443 get; }

# ---- a process of the model is a real one, held before each system call that makes an event ------------------------------------

# start PROCESS POINTS COMMAND...: it runs up to the first of the points.
start()
{
	local me=$1
	points[me]=$2 held[me]=0
	shift 2
	"$RIGS/twouid" alice run "$RIGS/atcall" hold 0 "${points[me]}" "/tmp/model/held$me" "$@" <"${INPUT:-/tmp/request}" >"/tmp/model/said$me" 2>&1 3>&- &
	job[me]=$!
	settle "$me"
}
settled() { [ -s "/tmp/model/held$1" ] || ! kill -0 "${job[$1]}" 2>/dev/null; }
settle()
{
	wait_until 30 settled "$1" || { echo "process $1 neither stands still nor ends"; return 1; }
	held[$1]=$((held[$1] + 1))
}
stands_at() { [ -s "/tmp/model/held$1" ] && cut -d, -f"${held[$1]}" <<<"${points[$1]}"; }
go_on() { rm -f "/tmp/model/held$1"; settle "$1"; }

# step PROCESS SYSTEM-CALL: it stands before this call, and makes it.
step() { [[ $(stands_at "$1") == "$2":* ]] || { echo "process $1 stands at '$(stands_at "$1")', not at $2"; cat "/tmp/model/said$1"; return 1; }; go_on "$1"; }
run_to_end() { while [ -s "/tmp/model/held$1" ]; do go_on "$1"; done; }
kill_held() { [ -s "/tmp/model/held$1" ] || { echo "process $1 is over and cannot be killed"; return 1; }; kill -KILL "$(cat "/tmp/model/held$1")"; rm -f "/tmp/model/held$1"; wait "${job[$1]}" || true; }

# start_get PROCESS SENDS: the points are the refresh lock, each request, the lock of the swap, the store behind the note's.
start_get()
{
	local list=semtimedop:1 number
	for number in $(seq "$(($2 > 0 ? $2 : 1))"); do
		list+=,clone3:$number
	done
	start "$1" "$list,semtimedop:2,link:2" git-credential-apitoken get
}
start_login() { INPUT=<(printf '%s\n' "$(vendor_password alice)") start "$1" semtimedop:1,link:1 apitoken login acme --password-stdin; }
# Each vendor is told by a process of its own.
start_logout() { start "$1" semtimedop:1,unlink:1,clone:1 apitoken logout; }

# ---- the run -------------------------------------------------------------------------------------------------------------------

# play TRACE-FILE
play()
{
	local lines me what number sends
	mapfile -t lines < <(grep -v '^@ 0 ' "$1")
	[ "${#lines[@]}" -gt 3 ]
	for number in "${!lines[@]}"; do
		read -r _ me what <<<"${lines[number]}"
		case $what in
		reads)
			sends=$(printf '%s\n' "${lines[@]}" | grep -c "^@ $me sends") || true
			start_get "$me" "$sends"
			;;
		logs_in) start_login "$me" ;;
		takes)
			[ -n "${job[me]:-}" ] || start_logout "$me"
			step "$me" semtimedop
			;;
		sends) [[ $(stands_at "$me") == clone3:* ]] ;; # it goes out when the vendor judges it
		judges)
			[ "$(printf '%s\n' "${lines[@]:number+1}" | sed -n "s/^@ $me //p" | head -n 1)" != answer_lost ] || answer_next when=after drop=1
			step "$me" clone3
			;;
		request_lost)
			answer_next when=before drop=1
			step "$me" clone3
			;;
		stores | has_logged_in) step "$me" link ;;
		logs_out) step "$me" unlink ;;
		revokes) step "$me" clone ;;
		killed) kill_held "$me" ;;
		is_done) run_to_end "$me" ;;
		answered | answer_lost) ;;
		*) echo "the replay does not know the event $what"; return 1 ;;
		esac || { echo "at line $number: ${lines[number]}"; return 1; }
	done
}

# sent TARGET FIELD: the values of the field in the requests to there, one a line.
sent() { vendor_control '/requests?service=vendor&n=256' | jq -r ".[] | select(.target == \"$1\") | .body" | tr '&' '\n' | sed -n "s/^$2=//p"; }
is_noted() { keys_of alice | grep -c ' apitoken:v1:acme:sent$' || true; }

# record_is LOGIN GENERATION, of the model: login 0 is none.
record_is()
{
	case $1 in
	0) assert_no_token alice ;;
	1) [ "$(value_of alice acme generation)/$([ "$(now_token alice)" != "$first_access" ] || echo first)" = "$2/$([ "$2" -ne 1 ] || echo first)" ] ;;
	*) [ "$(value_of alice acme generation)" = "$2" ] && [ "$(value_of alice acme refresh_token)" != "$first" ] && [ "$(now_token alice)" != "$first_access" ] ;;
	esac
}

# check TRACE-FILE: the facts at its end.
check()
{
	local fact value more failed=0
	while read -r _ _ fact value more; do
		case $fact in
		record) record_is "$value" "$more" ;;
		noted) [ "$(is_noted)" = "$value" ] ;;
		seen_first) [ "$(sent /oauth2/token refresh_token | grep -cxFe "$first")" = "$value" ] ;;
		seen_second) [ "$(sent /oauth2/token refresh_token | grep -cvxFe "$first")" = "$value" ] ;;
		refused) [ "$(refusals)" = "$value" ] ;;
		grace | retry | revoke) ;;
		*) false ;;
		esac || { echo "the model says: $fact $value $more"; failed=1; }
	done < <(grep '^@ 0 ' "$1")
	[ "$(sent /oauth2/revoke token | grep -cxFe "$first")" = "$(grep -c revokes "$1")" ] || { echo 'revocations differ'; failed=1; }
	[ "$failed" -eq 0 ] || { keys_of alice; payload_of alice | grep -v token; cat /tmp/model/said*; return 1; }
}

# fact TRACE-FILE NAME: its first value.
fact() { sed -n "s/^@ 0 $2 \([0-9]*\).*/\1/p" "$1"; }

# The login lives on; or it is over, that is said, and its refresh token does not go out again.
check_next()
{
	local before
	away_is_over
	if [ "$(fact "$1" record)" != 0 ] && [ "$(fact "$1" refused)/$(fact "$1" noted)" = 0/0 ]; then
		lives alice git.test:8443
		return
	fi
	before=$(refresh_posts)
	run get
	echo "$output"
	[ "$status" -eq $((3 + ($(fact "$1" record) > 0))) ] && [ "$(refresh_posts)" -eq "$before" ]
}

# replay NAME
replay()
{
	local trace=/tmp/model/trace
	"$SOURCE/tests/model/trace" "$1" >$trace
	vendor_control /options -d "reuse_grace_seconds=$(fact $trace grace)" >/dev/null
	[ "$(fact $trace retry)" = 1 ] || setting 'refresh_retry = 0'
	[ "$(fact $trace revoke)" = 0 ] || setting 'on_logout = revoke'
	log_in alice
	ended alice
	first=$(value_of alice acme refresh_token) first_access=$(now_token alice)
	play $trace && check $trace && check_next $trace || { cat $trace; return 1; }
}

@test "REF-12 REF-01 two refreshers at once: one request, and both have its answer" { replay two-refreshers-at-once; }
@test "REF-12 one that read before the other stored asks no more" { replay read-before-the-store; }
@test "REF-12 a logout behind the vendor's answer is final" { replay logout-behind-the-answer; }
@test "REF-12 a logout before the request is final" { replay logout-before-the-request; }
@test "REF-12 a login behind the vendor's answer wins" { replay login-behind-the-answer; }
@test "REF-12 a login before the request wins" { replay login-before-the-request; }
@test "REF-12 a crash behind the request, before the store; then the next call: with grace the login lives" { replay crash-then-next-grace; }
@test "REF-12 a crash there and a strict vendor: one use more, and the end is said" { replay crash-then-next-strict; }
@test "REF-12 a crash there and refresh_retry = 0: no use more" { replay crash-then-next-never-again; }
@test "REF-12 a lost answer, then the repeat: with grace the login lives" { replay lost-answer-grace; }
@test "REF-12 a lost answer of a strict vendor: one use more, and the end is said" { replay lost-answer-strict; }
@test "REF-12 a lost answer with refresh_retry = 0: no use more" { replay lost-answer-never-again; }
@test "REF-12 a logout killed between the record's end and the revocation, a renewal under way: nothing comes back" { replay crash-before-revoke; }

@test "each run that the model gives is replayed" {
	[ "$("$SOURCE/tests/model/trace" | sort)" = "$(sed -n 's/^@test .*{ replay \(.*\); }$/\1/p' "$BATS_TEST_FILENAME" | sort)" ]
}
