# apitoken token and header for one of several accounts at a vendor.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr
bats_require_minimum_version 1.5.0
load helper
load world
load tools

setup_file() { start_world; }
teardown_file() { stop_world; }

setup()
{
	fresh_start
	configure_acme
}

# user_of TOKEN: whose it is, by the vendor's own list.
user_of() { vendor_control /tokens | jq -r --arg token "$1" '.. | objects | select(.value? == $token or .token? == $token) | .user'; }

@test "token and header give the account that is named, by vendor and by host, and status shows which there are" {
	log_in alice
	WHO=bob log_in alice --account bob
	local first second
	first=$(as alice apitoken token acme)
	second=$(as alice apitoken token acme --account bob)
	[ "$first" != "$second" ]
	[ "$(user_of "$first")" = alice ]
	[ "$(user_of "$second")" = bob ]
	[ "$(as alice apitoken token acme --account alice)" = "$first" ]
	[ "$(as alice apitoken token git.test:8443 --account=bob)" = "$second" ]
	[ "$(as alice apitoken header --account bob)" = "Authorization: Bearer $second" ]
	run as alice apitoken status
	echo "$output"
	grep -q '^acme  *alice ' <<<"$output"
	grep -q '^acme  *bob ' <<<"$output"
}

@test "an account that is not stored is exit 3 with the command to type, and never another's token" {
	log_in alice
	run --separate-stderr as alice apitoken token acme --account bob
	[ "$status" -eq 3 ]
	[ -z "$output" ]
	[ "$stderr" = "apitoken: no token of the account bob is stored for vendor 'acme'; run: apitoken login acme --account bob" ]
	# what git calls the login there is no account
	printf '[host git.test:8443]\ngit_username = bob\n' >>/etc/apitoken/vendors.d/acme.conf
	run --separate-stderr as alice apitoken token git.test:8443 --account bob
	[ "$status" -eq 3 ]
	clear_keys alice
	run --separate-stderr as alice apitoken token acme --account bob
	[ "$status" -eq 3 ]
}

@test "of several further accounts none is guessed, and the way to name one is told" {
	WHO=alice log_in alice --account alice
	WHO=bob log_in alice --account bob
	run --separate-stderr as alice apitoken token acme
	[ "$status" -eq 7 ]
	[[ "$stderr" == *'--account NAME' ]]
	[ "$(user_of "$(as alice apitoken token acme --account bob)")" = bob ]
}

@test "an account's token that is over is renewed, and the other stays as it is" {
	vendor_control /options -d access_seconds=4 >/dev/null
	WHO=bob log_in alice --account bob
	vendor_control /options -d access_seconds=0 >/dev/null
	log_in alice
	local first old
	first=$(as alice apitoken token acme)
	old=$(as alice keyctl pipe "$(token_of alice acme: | cut -d' ' -f1)" | sed -n 's/^access_token=//p')
	wait_until 20 renewed_since "$old"
	[ "$(as alice apitoken token acme)" = "$first" ]
}
renewed_since() { [ "$(as alice apitoken token acme --account bob)" != "$1" ]; }

@test "the command to type is one that a shell takes as it stands, whatever the account is called" {
	local account
	log_in alice
	for account in 'CORP\anna' "Conor O'Neill" '$HOME;*' plain@example.com; do
		run as alice apitoken token acme --account "$account"
		echo "$output"
		[ "$status" -eq 3 ]
		eval "set -- ${output##*run: }"
		[ "$*" = "apitoken login acme --account $account" ]
		[ $# -eq 5 ]
	done
	[[ "$output" == *' --account plain@example.com' ]]
}
