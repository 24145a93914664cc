# Living in somebody else's process: its signals, children, descriptors, limits and state.

load pam

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

readonly SIGCHLD_MODES='dfl ign nocldwait handler waiter blocked count'

@test "HST-02 right, wrong and no answer are told apart in every SIGCHLD mode; no signal reaches the host" {
	local mode
	for mode in $SIGCHLD_MODES; do
		PAMH=(-s "$mode" -k)
		host alice "$(password_of alice)" auth setcred auth
		said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS' 'signals 0' 'state same' || { echo "mode: $mode"; return 1; }
		[ "$(grep -c '^auth PAM_SUCCESS' <<<"$output")" -eq 2 ]
		assert_token alice acme
		clear_keys alice
		host alice wrong auth
		said 'auth PAM_AUTH_ERR' 'signals 0' 'state same' || { echo "mode: $mode"; return 1; }
	done
	configure_acme 'timeout = 1'
	for mode in $SIGCHLD_MODES; do
		PAMH=(-s "$mode" -k)
		vendor_control /answers -d delay_ms=3000 >/dev/null
		host alice "$(password_of alice)" auth
		said 'auth PAM_AUTHINFO_UNAVAIL' 'signals 0' 'state same' || { echo "mode: $mode"; return 1; }
	done
	wait_until 20 posts_are $((4 * $(wc -w <<<"$SIGCHLD_MODES")))
}
# The vendor counts a delayed request when its delay is over: not in the next test, please.
posts_are() { [ "$(password_posts)" -eq "$1" ]; }

@test "HST-06 with any of the descriptors 0, 1, 2 closed a login works and writes to none of them" {
	local closed
	for closed in 0 1 2 01 02 12 012; do
		PAMH=(-x "$closed" -o 9 -k)
		: >/run/standard-output
		: >/run/report
		exec 9>/run/report
		host alice "$(password_of alice)" auth setcred >/run/standard-output 2>&1
		exec 9>&-
		output=$(cat /run/report)
		said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS' 'state same' || { echo "closed: $closed"; cat /run/report; return 1; }
		[ ! -s /run/standard-output ] || grep -qx '' /run/standard-output
		assert_token alice acme
		clear_keys alice
	done
}

@test "HST-07 the number of descriptors, children and the rest stay the same over 100 logins of all outcomes" {
	PAMH=(-k -n 25)
	host alice "$(password_of alice)" auth setcred open close
	said '25 auth PAM_SUCCESS' 'state same'
	host alice wrong auth
	said '25 auth PAM_AUTH_ERR' 'state same'
	host root wrong auth
	said '25 auth PAM_USER_UNKNOWN' 'state same'
	sed -i 's,vendor.test/,vendor.test:4/,' /etc/apitoken/vendors.d/acme.conf
	host alice wrong auth
	said '25 auth PAM_AUTHINFO_UNAVAIL' 'state same'
}

@test "HST-11 HST-01 ENV-08 the module exports the entry points only, links three libraries, and has no getenv" {
	diff - <(nm -D --defined-only "$MODULE" | awk '$2 != "A" { print $3 }' | sort) <<-'GOLDEN'
		pam_sm_acct_mgmt
		pam_sm_authenticate
		pam_sm_close_session
		pam_sm_open_session
		pam_sm_setcred
	GOLDEN
	diff - <(readelf -d "$MODULE" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort) <<-'GOLDEN'
		libc.so.6
		libkeyutils.so.1
		libpam.so.0
	GOLDEN
	[ -z "$(forbidden_calls)" ]
	[ "$(mutable_data | grep -c __dso_handle)" -eq 1 ]
	[ -z "$(mutable_data | grep -vxE 'completed\.0|__dso_handle|__TMC_END__')" ]
}

forbidden_calls()
{
	nm -D --undefined-only "$MODULE" | awk '{ sub(/@.*/, "", $2); print $2 }' |
		grep -xE '(secure_)?getenv|environ|system|popen|printf|puts|perror|v?fork|exit|set(res|re|e|fs)?[ug]id|signal|alarm|setitimer|pthread_create'
}
# What is writable when the module runs; .data.rel.ro is not.
mutable_data()
{
	objdump -t "$SOURCE/${B:-build}/pam_apitoken.so" | awk 'NF > 3 && $(NF - 2) ~ /^\.(data|bss|tbss|tdata)$/ && $NF !~ /^\./ { print $NF }'
}

@test "HST-11 a host that defines our internal names does not change what the module does" {
	local build=$SOURCE/${B:-build}
	nm --defined-only "$build/libpammodule.a" "$build/libcommon.a" 2>/dev/null | awk '$2 == "T" && $3 !~ /^pam_sm_/ { print $3 }' | sort -u >/run/names
	[ "$(wc -l </run/names)" -gt 50 ]
	sed 's/.*/void &(void) { __builtin_trap(); }/' /run/names | gcc -w -fno-builtin -shared -fPIC -o /run/libclash.so -xc -
	PAMH=(-k)
	WRAPPER=(env LD_PRELOAD=/run/libclash.so)
	host alice "$(password_of alice)" auth setcred
	said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS'
	assert_token alice acme
}

@test "HST-13 nothing is ever written to the host's standard output and error" {
	local password
	PAMH=(-o 9)
	for password in "$(password_of alice)" wrong ''; do
		exec 9>/run/report
		host alice "$password" auth acct setcred open close end >/run/standard-output 2>&1
		exec 9>&-
		# run_pamh itself ends with one empty line: the report is elsewhere.
		[ "$(tr -d '\n' </run/standard-output | wc -c)" -eq 0 ]
		grep -q ^auth /run/report
	done
	echo nonsense >>/etc/apitoken/apitoken.conf
	exec 9>/run/report
	host alice x auth >/run/standard-output 2>&1
	exec 9>&-
	[ "$(tr -d '\n' </run/standard-output | wc -c)" -eq 0 ]
	grep -q 'auth PAM_SERVICE_ERR' /run/report
}

@test "HST-14 folder, umask, locale, signals, timers, ids, environment: all as before, whatever the outcome" {
	local password
	PAMH=(-k)
	cd /home
	umask 0137
	for password in "$(password_of alice)" wrong ''; do
		host alice "$password" auth acct setcred open close end
		said 'state same' 'signals 0'
	done
	host root x auth
	said 'state same' 'signals 0'
	umask 022
}

@test "HST-08 under low limits of descriptors, processes, memory and file size there is no crash and no false success" {
	local limit
	for limit in nofile={3,4,5,6,7,8,10,16,32} nproc={0,1,2} fsize={0,1,100} as={8000000,12000000,20000000,40000000} stack={8192,16384,65536} core=0; do
		PAMH=(-l "$limit")
		host alice "$(password_of alice)" auth || { [ "$status" -eq 71 ] || echo "$limit: pamh ended with $status"; }
		[ "$status" -lt 128 ] || { echo "$limit: a signal"; return 1; }
		if grep -q 'auth PAM_SUCCESS' <<<"$output"; then
			[ "$(password_posts)" -ge 1 ]
		fi
		unsaid PAM_IGNORE
		vendor_control /reset -d '' >/dev/null
		printf 0 >"$AUTHENTICATIONS"
	done
}

@test "HST-09 eight threads with two users: each gets the right answer" {
	PAMH=(-t 8 -n 4)
	host_script alice,bob "text $(password_of alice)" auth setcred
	said '16 auth PAM_SUCCESS' '16 auth PAM_AUTH_ERR'
	assert_token alice acme
	assert_no_token bob
}
