# setcred and the session: whose keyring gets what, in which order of calls, and what a failure does.

load pam

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

# The hand-off is in root's keyring, which is the machine's: others may log in there now. So only our own serials are looked at; the report
# names them where "env" follows authenticate.
handoffs_are_gone()
{
	local serial
	for serial in $(sed -n 's/^env APITOKEN_HANDOFF=//p' <<<"$output"); do
		wait_until 10 is_gone "$serial" || { echo "hand-off $serial is still there"; return 1; }
	done
}
is_gone() { ! "$RIGS/twouid" root keys | grep -q "^$1 "; }

@test "PAM-05 authenticate in a forked child, setcred in the parent: only the PAM environment travels, and the record arrives" {
	host alice "$(password_of alice)" fork auth acct join-env env setcred:establish env open env
	[ "$(grep -c '^env APITOKEN_HANDOFF=[0-9]*$' <<<"$output")" -eq 1 ]
	handoffs_are_gone
	said 'setcred:establish PAM_SUCCESS' 'open PAM_SUCCESS'
	assert_token alice acme
}

@test "PAM-05 a hand-off that was lost, and one of another login, give no token, and the login goes on" {
	host alice "$(password_of alice)" fork auth env join setcred open
	said 'setcred PAM_SUCCESS' 'open PAM_SUCCESS'
	assert_no_token alice
	serial=$(sed -n 's/^env APITOKEN_HANDOFF=//p' <<<"$output")
	[ -n "$serial" ]
	host bob "$(password_of bob)" "putenv=APITOKEN_HANDOFF=$serial" setcred open
	said 'setcred PAM_SUCCESS' 'open PAM_SUCCESS'
	assert_no_token alice bob
	logged notice 'no token is stored for user=bob'
	wait_until 10 is_gone "$serial"
}

@test "a forged hand-off number never stores, never removes another key and never fails a login" {
	local serial number
	serial=$(printf secret | keyctl padd user of-root @s)
	for number in "$serial" 0 -1 1 999999999 2147483647 99999999999 0x1 x ' 1' ''; do
		host bob x "putenv=APITOKEN_HANDOFF=$number" setcred open env setcred:delete
		said 'setcred PAM_SUCCESS' 'open PAM_SUCCESS'
		unsaid ^env
	done
	host root x "putenv=APITOKEN_HANDOFF=$serial" setcred
	host mallory x "putenv=APITOKEN_HANDOFF=$serial" setcred
	host bob x "putenv=APITOKEN_HANDOFF=$serial" setcred:delete
	host bob x "putenv=APITOKEN_HANDOFF=$serial" close
	[ "$(keyctl print "$serial")" = secret ]
	keyctl unlink "$serial" @s
	assert_no_token bob
}

@test "PAM-06 a keyring that is full or forbidden fails no login, unless store = required" {
	local code call
	# A hand-off that cannot be dropped stays for two minutes in root's keyring: of carol, so that it puzzles no other test.
	vendor_control /users -d name=carol -d state=active >/dev/null
	for code in EDQUOT ENOSYS EPERM EACCES; do
		for call in add_key keyctl; do
			clear_log
			WRAPPER=(strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:error=$code")
			host carol "$(password_of carol)" auth setcred open close
			said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS' 'open PAM_SUCCESS' 'close PAM_SUCCESS'
			logged_some warning 'user=carol .*token'
			assert_no_token carol
		done
	done
}
logged_some() { grep -qE "^<84>.*pam_apitoken.*$2" "$LOG" || { cat "$LOG"; return 1; }; }

@test "PAM-06 with store = required a token that cannot be stored is CRED_ERR in setcred, SESSION_ERR in open_session" {
	printf '[pam]\nvendor = acme\non_last_logout = keep\nstore = required\n' >/etc/apitoken/apitoken.conf
	fill_keyring alice
	host alice "$(password_of alice)" auth setcred
	said 'auth PAM_SUCCESS' 'setcred PAM_CRED_ERR'
	logged warning 'user=alice'
	host alice "$(password_of alice)" auth open
	said 'open PAM_SESSION_ERR'
	configure_acme
	host alice "$(password_of alice)" auth setcred open
	said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS' 'open PAM_SUCCESS'
	clear_keys alice
	printf '[pam]\nvendor = acme\non_last_logout = keep\nstore = required\n' >/etc/apitoken/apitoken.conf
	host alice "$(password_of alice)" auth setcred
	said 'setcred PAM_SUCCESS'
	assert_token alice acme
}

# A stash whose first "store" fails.
flaky_stash()
{
	install -d -m 755 /run/libexec
	cp -r "$LIBEXEC"/* /usr/local/share/apitoken/dialects /run/libexec/
	install -m 755 "$RIGS/standin" /run/libexec/stash
	printf 'exec /run/libexec/flaky\n' >/run/libexec/stash.standin
	cat >/run/libexec/flaky <<-END
		#!/bin/sh
		[ "\$1" != store ] || ! mkdir /run/libexec/failed || exit 1
		exec $LIBEXEC/stash "\$@"
	END
	chmod 755 /run/libexec/flaky
	service flaky 'auth required MODULE libexec=/run/libexec debug' 'session required MODULE libexec=/run/libexec debug'
	SERVICE=flaky
}

@test "a failed store is tried once more by open_session, and then the hand-off is gone" {
	flaky_stash
	host alice "$(password_of alice)" auth env setcred
	said 'setcred PAM_SUCCESS'
	logged warning 'user=alice is logged in without a token'
	assert_no_token alice
	handoffs_are_gone
	rm -d /run/libexec/failed
	host alice "$(password_of alice)" auth env setcred open open
	all_succeeded
	assert_token alice acme
	handoffs_are_gone
}

@test "PAM-19 a forked child's pam_end does not drop the hand-off that waits for its second try" {
	local end
	for end in end:data_silent end; do
		flaky_stash
		host alice "$(password_of alice)" auth setcred fork "$end" join open
		all_succeeded
		assert_token alice acme
		rm -d /run/libexec/failed
		clear_keys alice
	done
}

@test "PAM-19 pam_end in a forked child, silent or not, takes nothing from the parent" {
	local end
	for end in end:data_silent end; do
		clear_keys alice
		host alice "$(password_of alice)" auth fork "$end" join setcred
		said 'setcred PAM_SUCCESS'
		assert_token alice acme
		host alice "$(password_of alice)" auth setcred fork "$end" join open fork close "$end" join
		assert_token alice acme
	done
	PAMH=(-u bob)
	host bob "$(password_of bob)" auth fork end:data_silent join setcred:refresh
	assert_token bob acme
}

@test "PAM-21 in each order of setcred, open, close and delete up to four after auth there is at most one record and no error" {
	local a b c d order
	local words=(setcred open close setcred:delete)
	for a in "${words[@]}"; do for b in "${words[@]}"; do for c in "${words[@]}"; do
		clear_keys alice
		host alice "$(password_of alice)" acct auth env "$a" "$b" "$c" env
		all_succeeded
		[ "$(grep -c ^env <<<"$output")" -eq 1 ]
		case $a in
		setcred | open) assert_token alice acme ;;
		*) assert_no_token alice ;;
		esac
	done; done; done
	handoffs_are_gone
}

@test "PAM-21 before authenticate, twice, and for a second login of the same transaction" {
	host alice "$(password_of alice)" setcred open close setcred:delete
	all_succeeded
	host alice "$(password_of alice)" setcred auth setcred setcred:reinit setcred:refresh open close setcred auth setcred
	all_succeeded
	assert_token alice acme
	host alice "$(password_of alice)" auth env auth env setcred
	[ "$(grep -c ^env <<<"$output")" -eq 2 ]
	handoffs_are_gone
}

@test "KEY-03 PAM-20 real uid alice, effective 0, login of bob: bob's keyring has the token, alice's has nothing" {
	local call
	for call in setcred:establish setcred open; do
		clear_keys alice bob
		PAMH=(-r alice -k)
		host bob "$(password_of bob)" auth "$call"
		said 'auth PAM_SUCCESS' "$call PAM_SUCCESS" 'state same'
		assert_token bob acme
		assert_no_token alice
	done
}

@test "PAM-20 a setuid program that somebody else started renews nothing: reinitialize and refresh store for nobody" {
	local call
	for call in setcred:reinit setcred:refresh setcred:reinit+refresh setcred:establish+refresh; do
		clear_log
		PAMH=(-r alice -k)
		host bob "$(password_of bob)" auth env "$call" open
		said 'auth PAM_SUCCESS' "$call PAM_SUCCESS" 'open PAM_SUCCESS' 'state same'
		assert_no_token alice bob
		handoffs_are_gone
		logged notice 'no token is stored for user=bob: this host program was started by uid'
	done
}

@test "PAM-20 reinitialize and refresh renew one's own record: as root, and from one's own setuid program" {
	local call options
	for options in '' '-r alice' '-u alice'; do
		for call in setcred:reinit setcred:refresh; do
			read -ra PAMH <<<"$options"
			host alice "$(password_of alice)" auth setcred
			first=$(token_of alice acme)
			host alice "$(password_of alice)" auth "$call"
			assert_token alice acme
			[ "$(token_of alice acme)" != "$first" ]
			first=$(token_of alice acme)
			host alice x "$call" setcred:delete
			[ "$(token_of alice acme | cut -d' ' -f1)" = "$(cut -d' ' -f1 <<<"$first")" ]
		done
	done
}

@test "PAM-20 delete removes the hand-off only, with real uid alice too" {
	PAMH=(-r alice)
	host bob "$(password_of bob)" auth setcred
	host bob "$(password_of bob)" auth env setcred:delete+reinit setcred
	assert_token bob acme
	assert_no_token alice
	handoffs_are_gone
	host alice "$(password_of alice)" setcred:delete close
	assert_token bob acme
}

@test "PAM_USER changed after authenticate, as sudo does: nobody gets a token, the hand-off is gone" {
	local target
	for target in bob root mallory localuser; do
		PAMH=(-r alice)
		host alice "$(password_of alice)" auth env "user=$target" setcred:reinit open close setcred:delete
		all_succeeded
		assert_no_token alice bob localuser
		handoffs_are_gone
	done
}

@test "an unprivileged host stores for itself, by any flag, and for nobody else" {
	PAMH=(-u alice -k)
	host alice "$(password_of alice)" auth acct setcred:refresh
	said 'auth PAM_SUCCESS' 'setcred:refresh PAM_SUCCESS' 'state same'
	assert_token alice acme
	clear_keys alice
	host bob "$(password_of bob)" auth setcred:refresh env
	said 'auth PAM_SUCCESS' 'setcred:refresh PAM_SUCCESS'
	logged notice 'no token is stored for user=bob'
	assert_no_token alice bob
	unsaid ^env
}

@test "an unprivileged host that changes PAM_USER to itself does not get the other person's token" {
	PAMH=(-u bob)
	host alice "$(password_of alice)" auth user=bob setcred open
	said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS'
	logged notice "no token is stored for user=bob: the login that was handed over is another user's"
	assert_no_token alice bob
}

@test "PAM-17 first-pass options: prompts, results, and PAM_AUTHTOK for later modules" {
	# Columns: what stands before us, our argument, our result, prompts in all, posts.
	local first option result prompts posts earlier
	while read -r first option result prompts posts; do
		earlier=()
		[ "$first" = - ] || earlier=('auth optional pam_unix.so nodelay')
		service first "${earlier[@]}" "auth required MODULE ${option#-}" 'auth optional pam_unix.so use_first_pass nodelay'
		vendor_control /reset -d '' >/dev/null
		SERVICE=first
		host alice "$(password_of alice)" auth
		said "auth $result"
		[ "$(grep -c ^prompt <<<"$output")" -eq "$prompts" ] || { echo "$first $option: $output"; return 1; }
		[ "$(password_posts)" -eq "$posts" ]
	done <<-'TABLE'
		unix - PAM_SUCCESS 1 1
		unix try_first_pass PAM_SUCCESS 1 1
		unix use_first_pass PAM_SUCCESS 1 1
		- - PAM_SUCCESS 1 1
		- try_first_pass PAM_SUCCESS 1 1
		- use_first_pass PAM_AUTH_ERR 0 0
	TABLE
}

@test "PAM-17 after a refusal there is no second prompt and no second post" {
	service first 'auth optional pam_unix.so nodelay' 'auth required MODULE try_first_pass'
	SERVICE=first
	host alice wrong-password auth
	said 'auth PAM_AUTH_ERR'
	[ "$(grep -c ^prompt <<<"$output")" -eq 1 ]
	[ "$(password_posts)" -eq 1 ]
}

@test "the later module gets the password that we asked for" {
	printf '#!/bin/sh\ntr -d "\\0" | sha256sum >/run/heard\n' >/run/listener
	chmod 755 /run/listener
	service later 'auth required MODULE' 'auth required pam_exec.so expose_authtok quiet /run/listener'
	SERVICE=later
	host alice "$(password_of alice)" auth
	said 'auth PAM_SUCCESS'
	[ "$(cat /run/heard)" = "$(password_of alice | sha256sum)" ]
}

@test "PAM-18 whatever the conversation does, there is no crash, no success and no request" {
	local script result
	while IFS=: read -r script result; do
		host_script alice "$script" auth auth
		[ "$(grep -c "^auth $result\$" <<<"$output")" -ge 1 ] || { echo "$script"; return 1; }
		unsaid 'auth PAM_SUCCESS'
	done <<-'TABLE'
		null:PAM_CONV_ERR
		no-response:PAM_CONV_ERR
		error:PAM_CONV_ERR
		again:PAM_CONV_ERR
		abort:PAM_CONV_ERR
	TABLE
	PAMH=(-C)
	host_script alice error auth
	said 'auth PAM_CONV_ERR'
	no_requests
	PAMH=()
	host_script '' $'error\nerror' auth
	said 'auth PAM_CONV_ERR'
	host_script '' $'text \ntext x' auth
	unsaid 'auth PAM_SUCCESS'
	no_requests
	host_script '' "text alice"$'\n'"text $(password_of alice)" auth getuser
	said 'auth PAM_SUCCESS' 'user alice' 'prompt on login:'
}
