# on_last_logout = revoke, and revoke_displaced = yes, in the module: the vendor is told once, in a short time, and nothing hangs on it.

load pam
load refresh
load sessions

setup_file() { pam_world --set access_seconds=$LIFE; }
teardown_file() { pam_world_end; }
setup()
{
	clear_keys alice bob carol dave localuser
	clear_log
	vendor_control /reset -d '' >/dev/null
	vendor_control /users -d name=alice -d state=active >/dev/null
	revoking
	last_logout revoke
	printf 0 >"$AUTHENTICATIONS"
	PAMH=()
	SERVICE=acme
	rm -rf /run/apitoken
}

# revoking [LINE FOR [vendor]]...: the vendor can be told.
revoking() { configure_acme "$@" '[variables]' 'revoke_url = https://vendor.test/oauth2/revoke'; }

# told TOKEN: so many requests to revoke it.
told() { vendor_control '/requests?service=vendor&n=256' | jq -r '.[] | select(.target == "/oauth2/revoke") | .body' | tr '&' '\n' | grep -cx "token=$1"; }
revocations() { vendor_control '/requests?service=vendor&n=256' | jq '[.[] | select(.target == "/oauth2/revoke")] | length'; }
# taken TOKEN: the vendor still renews with it.
taken()
{
	local result
	result=$("$RIGS/fetchcall" --libexec "$LIBEXEC" /etc/apitoken acme refresh < <(printf %s "$1"))
	grep -qx 'result=0' <<<"$result"
}
refresh_token() { value_of "$1" acme refresh_token; }
hangs() { vendor_control /answers -d path=/oauth2/revoke -d count=9 -d status=200 -d delay_ms=20000 >/dev/null; }
# seconds COMMAND...: how long it took.
seconds() { local begin=$SECONDS; "$@" && took=$((SECONDS - begin)); }

@test "revoke: the last session's end removes the tokens and tells the vendor once; another end tells nothing" {
	local token
	hold alice first setcred open
	host alice x open close
	[ "$(revocations)" -eq 0 ]
	token=$(refresh_token alice)
	taken "$token"
	clear_keys alice # that renewal rotated it away
	go_on first
	host alice "$(password_of alice)" auth setcred
	token=$(refresh_token alice)
	host alice x open close
	all_succeeded
	assert_no_token alice
	[ "$(told "$token")" -eq 1 ]
	[ "$(revocations)" -eq 1 ]
	if taken "$token"; then false; fi
	logged debug 'vendor=acme was told that a login of user=alice is over'
}

@test "revoke: every account, and no vendor that has no way to be told" {
	local tokens
	host alice "$(password_of alice)" auth setcred
	as alice apitoken login acme --account bob --username bob --password-stdin < <(vendor_password bob) >/dev/null
	count_authentications auth
	mapfile -t tokens < <(for serial in $(token_of alice acme | cut -d' ' -f1); do as alice keyctl pipe "$serial" | sed -n 's/^refresh_token=//p'; done)
	[ "${#tokens[@]}" -eq 2 ]
	host alice x open close
	assert_no_token alice
	[ "$(told "${tokens[0]}")" -eq 1 ]
	[ "$(told "${tokens[1]}")" -eq 1 ]
	configure_acme
	last_logout revoke
	vendor_control /reset -d '' >/dev/null
	host alice "$(password_of alice)" auth setcred open close
	assert_no_token alice
	[ "$(vendor_count .requests.vendor)" -eq 1 ]
	logged debug 'vendor=acme has no way to be told'
}

@test "delete tells nobody, whatever the vendor's file says about apitoken logout" {
	revoking 'on_logout = revoke'
	last_logout delete
	host alice "$(password_of alice)" auth setcred open close
	assert_no_token alice
	[ "$(revocations)" -eq 0 ]
}

@test "a vendor that hangs holds the logout for 3 seconds in all, however many logins there are; the tokens are gone before" {
	host alice "$(password_of alice)" auth setcred
	as alice apitoken login acme --account bob --username bob --password-stdin < <(vendor_password bob) >/dev/null
	count_authentications auth
	hangs
	clear_log
	"$RIGS/pamh" -c "$STACKS" acme alice open close </dev/null >/run/closing 3>&- 4>&- &
	closing=$!
	wait_until 10 asked_to_revoke
	assert_no_token alice
	if grep -q ^close /run/closing; then false; fi
	flock -n "/run/apitoken/$(id -u alice)" true
	# Whoever logs in meanwhile does not wait for it, and keeps the token.
	host alice "$(password_of alice)" auth setcred open
	assert_token alice acme
	seconds wait "$closing"
	[ "$took" -le 15 ]
	grep -qx 'close PAM_SUCCESS' /run/closing
	log_settled hung
	[ "$(log_lines 'vendor=acme could not be told that a login of user=alice is over' | wc -l)" -eq 2 ]
	logged warning 'could not be told.*other vendors took all the time'
	assert_token alice acme
	vendor_control /reset -d '' >/dev/null
	printf 9 >"$AUTHENTICATIONS"
}
asked_to_revoke() { [ "$(vendor_count '.requests.vendor')" -ge 3 ]; }

@test "a vendor that is down, that says no, or whose file is gone or broken: the tokens are gone, one warning, no failure" {
	local fault
	for fault in 'sed -i s,test/oauth2/revoke,test:9/revoke, /etc/apitoken/vendors.d/acme.conf' \
		'vendor_control /answers -d path=/oauth2/revoke -d status=503 -o /dev/null' 'vendor_control /answers -d path=/oauth2/revoke -d drop=1 -o /dev/null' \
		'rm /etc/apitoken/vendors.d/acme.conf' 'chmod 666 /etc/apitoken/vendors.d/acme.conf' 'rm /usr/local/libexec/apitoken/fetch'; do
		revoking
		last_logout revoke
		host alice "$(password_of alice)" auth setcred
		clear_log
		cp -p /usr/local/libexec/apitoken/fetch /run/fetch
		eval "$fault"
		host alice x open close
		cp -p /run/fetch /usr/local/libexec/apitoken/fetch
		all_succeeded
		assert_no_token alice
		logged warning 'vendor=acme could not be told that a login of user=alice is over; there it lives on'
	done
}

@test "under su the vendor is told as it is by root, and nothing of the caller's environment is asked" {
	host alice "$(password_of alice)" auth setcred
	token=$(refresh_token alice)
	PAMH=(-r bob -k)
	HTTPS_PROXY=http://127.0.0.1:9 SSLKEYLOGFILE=/tmp/keys host alice x open close
	said 'close PAM_SUCCESS' 'state same'
	[ "$(told "$token")" -eq 1 ]
	[ ! -e /tmp/keys ]
	assert_no_token alice
}

@test "revoke_displaced: a login ends the one before it at the vendor, and stands itself; by default it does not" {
	local options first second
	last_logout keep
	for options in '' '-u alice' '-r bob'; do
		read -ra PAMH <<<"$options"
		revoking
		last_logout keep
		host alice "$(password_of alice)" auth setcred
		first=$(refresh_token alice)
		host alice "$(password_of alice)" auth setcred
		[ "$(told "$first")" -eq 0 ]
		second=$(refresh_token alice)
		revoking 'revoke_displaced = yes'
		last_logout keep
		host alice "$(password_of alice)" auth setcred open
		all_succeeded
		[ "$(told "$second")" -eq 1 ]
		[ "$(told "$first")" -eq 0 ]
		if taken "$second"; then false; fi
		[ "$(refresh_token alice)" != "$second" ]
		taken "$(refresh_token alice)"
		clear_keys alice
		vendor_control /reset -d '' >/dev/null
		printf 0 >"$AUTHENTICATIONS"
	done
}

@test "revoke_displaced: the first login, and one that could not be stored, tell nothing" {
	revoking 'revoke_displaced = yes'
	last_logout keep
	host alice "$(password_of alice)" auth setcred
	[ "$(revocations)" -eq 0 ]
	first=$(refresh_token alice)
	fill_keyring alice
	host alice "$(password_of alice)" auth setcred open
	all_succeeded
	[ "$(refresh_token alice)" = "$first" ]
	[ "$(revocations)" -eq 0 ]
	taken "$first"
}

@test "revoke_displaced: a vendor that hangs holds the login for 3 seconds, and it succeeds with its token stored" {
	revoking 'revoke_displaced = yes'
	last_logout keep
	host alice "$(password_of alice)" auth setcred
	first=$(refresh_token alice)
	hangs
	clear_log
	seconds host alice "$(password_of alice)" auth setcred open
	all_succeeded
	[ "$took" -le 15 ]
	[ "$(refresh_token alice)" != "$first" ]
	logged warning 'vendor=acme could not be told that a login of user=alice is over'
	vendor_control /reset -d '' >/dev/null
	printf 9 >"$AUTHENTICATIONS"
}

@test "many logins and a vendor that hangs: one line tells of those for which no time was left" {
	local serial
	host alice "$(password_of alice)" auth setcred
	serial=$(token_of alice acme | cut -d' ' -f1)
	as alice "$(command -v keyctl)" session - /bin/sh -c 'set -e; keyctl link @u @s; for number in $(seq 100 111); do
		key=$(keyctl pipe '"$serial"' | keyctl padd user apitoken:v1:acme:0000000000000$number @u)
		keyctl timeout $key 600; keyctl setperm $key 0x3f0000; done' >/dev/null
	[ "$(token_of alice | wc -l)" -eq 13 ]
	hangs
	clear_log
	host alice x open close
	all_succeeded
	assert_no_token alice
	[ "$(log_lines 'could not be told' | wc -l)" -eq 2 ]
	logged warning '11 logins of user=alice are too many to tell their vendors about'
	vendor_control /reset -d '' >/dev/null
	printf 9 >"$AUTHENTICATIONS"
}
