# Whole stacks: the shipped example, the pam-auth-update profile, and combinations that must not open a door.

load pam

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

# The shipped example, with the path that the module has here.
example() { sed "s,pam_apitoken\\.so,$MODULE${1:-}," "$SOURCE/pam_apitoken/examples/pam.d-service" >"$STACKS/example"; }

@test "the example: a local password first, without the vendor; then the vendor; then nobody" {
	example
	SERVICE=example
	host localuser "$LOCAL_PASSWORD" auth acct setcred open close
	all_succeeded
	no_requests
	host root "$ROOT_PASSWORD" auth
	said 'auth PAM_SUCCESS'
	no_requests
	host alice "$(password_of alice)" auth acct setcred open close
	all_succeeded
	[ "$(grep -c ^prompt <<<"$output")" -eq 1 ]
	assert_token alice acme
	host alice wrong auth
	said 'auth PAM_AUTH_ERR'
	host root wrong auth
	said 'auth PAM_AUTH_ERR'
}

@test "the example: store = required ends a session without a token, and store = optional does not" {
	example
	SERVICE=example
	fill_keyring alice
	host alice "$(password_of alice)" auth setcred open
	all_succeeded
	printf '[pam]\nvendor = acme\nstore = required\n' >/etc/apitoken/apitoken.conf
	host alice "$(password_of alice)" auth setcred open
	said 'auth PAM_SUCCESS' 'open PAM_SESSION_ERR'
	host localuser "$LOCAL_PASSWORD" auth setcred open
	all_succeeded
	clear_keys alice
	host alice "$(password_of alice)" auth setcred open
	all_succeeded
	assert_token alice acme
}

@test "AVL-01 with the vendor down, local users log in as before and vendor users are denied" {
	example
	SERVICE=example
	sed -i 's,vendor.test/,vendor.test:4/,' /etc/apitoken/vendors.d/acme.conf
	host localuser "$LOCAL_PASSWORD" auth acct setcred open
	all_succeeded
	host root "$ROOT_PASSWORD" auth acct setcred
	all_succeeded
	host alice "$(password_of alice)" auth
	said 'auth PAM_AUTH_ERR'
}

@test "PAM-04 with the module missing, each shipped stack denies vendor users and lets local ones in" {
	local stack
	example .renamed
	profile_stack example2 .renamed
	for stack in example example2; do
		SERVICE=$stack
		host alice "$(password_of alice)" auth
		unsaid 'auth PAM_(SUCCESS|IGNORE)' || { echo "$stack"; return 1; }
		host root "$ROOT_PASSWORD" auth acct setcred
		said 'auth PAM_SUCCESS' 'acct PAM_SUCCESS' 'setcred PAM_SUCCESS' || { echo "$stack"; return 1; }
		host localuser "$LOCAL_PASSWORD" auth acct setcred
		said 'auth PAM_SUCCESS' 'acct PAM_SUCCESS' 'setcred PAM_SUCCESS' || { echo "$stack"; return 1; }
	done
	no_requests
}

# profile_stack NAME [SUFFIX]: what pam-auth-update makes of our profile, in private copies of its folders.
profile_stack()
{
	rm -rf /run/pam-work
	mkdir -p /run/pam-work/{upper,work,lib}
	install -d /run/pam-work/configs
	cp /usr/share/pam-configs/unix "$SOURCE/pam_apitoken/pam-configs/apitoken" /run/pam-work/configs/
	mount --bind /run/pam-work/configs /usr/share/pam-configs
	mount --bind /run/pam-work/lib /var/lib/pam
	cp -a /etc/pam.d /run/pam-work/pam.d
	printf '# here are the per-package modules (the "Primary" block)\n' >/dev/null
	DEBIAN_FRONTEND=noninteractive pam-auth-update --force --enable unix apitoken
	cat /etc/pam.d/common-auth /etc/pam.d/common-account /etc/pam.d/common-session | sed "s,pam_apitoken\\.so,$MODULE${2:-}," >"$STACKS/$1"
	rm -rf /etc/pam.d
	cp -a /run/pam-work/pam.d /etc/pam.d
	umount /usr/share/pam-configs /var/lib/pam
}

@test "the pam-auth-update profile is off by default, and enabled gives a stack that works" {
	grep -qx 'Default: no' "$SOURCE/pam_apitoken/pam-configs/apitoken"
	profile_stack profile
	cat "$STACKS/profile"
	[ "$(grep -c "$MODULE" "$STACKS/profile")" -eq 2 ]
	SERVICE=profile
	host alice "$(password_of alice)" auth acct setcred open close
	all_succeeded
	assert_token alice acme
	host alice wrong auth
	said 'auth PAM_AUTH_ERR'
	host localuser "$LOCAL_PASSWORD" auth acct setcred open
	all_succeeded
}

@test "PAM-07 account: ignored, and never a reason to let somebody in" {
	service account 'auth required MODULE' 'account sufficient MODULE' 'account required pam_deny.so'
	SERVICE=account
	host alice "$(password_of alice)" auth acct
	said 'auth PAM_SUCCESS'
	unsaid 'acct PAM_SUCCESS'
	service account 'auth required MODULE' 'account required MODULE'
	host alice "$(password_of alice)" auth acct
	unsaid 'acct PAM_SUCCESS'
	service account 'auth required MODULE' 'account required MODULE' 'account required pam_permit.so'
	host alice "$(password_of alice)" auth acct
	said 'acct PAM_SUCCESS'
}

@test "PAM-22 an argument that is unknown, repeated, empty or malformed is SERVICE_ERR and named in the log, in each phase" {
	local argument
	for argument in timeout=abc timeout=-1 timeout=99999999999 Debug 'debug debug' vendor= vendor=Acme 'vendor=acme vendor=acme' config=etc \
		libexec= use_first_password 'use_first_pass try_first_pass' nullok; do
		service options "auth required MODULE $argument" "account required MODULE $argument" "session required MODULE $argument"
		SERVICE=options
		clear_log
		host alice "$(password_of alice)" auth acct open close end
		[ "$(grep -c PAM_SERVICE_ERR <<<"$output")" -eq 4 ] || { echo "$argument"; return 1; }
		[ "$(grep -cE '^<83>.*pam_apitoken' "$LOG")" -eq 4 ]
		grep -qF "argument \"${argument##* }\"" "$LOG"
	done
	no_requests
}

@test "a broken module line in front of permit lets nobody in" {
	service options 'auth required MODULE nonsense' 'auth optional pam_permit.so'
	SERVICE=options
	host alice "$(password_of alice)" auth
	said 'auth PAM_SERVICE_ERR'
}
