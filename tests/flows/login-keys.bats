# One user against another in the kernel's keyrings, after real su and ssh.

load helper
load world

setup_file() { start_world; }
teardown_file() { stop_world; }
setup() { fresh_start; }

# as_localuser_in_alices_session SCRIPT: alice comes in by ssh, and from there su makes localuser, without pam_keyinit: localuser possesses
# alice's session keyring and with it her @u, in which there is also a key "ordinary" of hers, with the permission that keys have.
as_localuser_in_alices_session()
{
	printf '%s\n' "$1" >/home/localuser/script
	printf 'Password: \t%s\n' "$LOCAL_PASSWORD" >/home/alice/typing
	chmod 644 /home/localuser/script /home/alice/typing
	run login_ssh_key alice "keyctl add user ordinary good @u >/dev/null; $RIGS/typist su localuser -c 'sh /home/localuser/script' <typing"
	output=${output//$'\r'/}
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "KEY-03 su from alice to bob: bob's keyring has the token, alice's has nothing" {
	login_su alice bob "$(vendor_password bob)" id -un
	assert_token bob acme
	assert_no_token alice carol localuser
}

@test "KEY-03 sudo to bob: the caller's password counts, nobody gets a token, and no hand-off is left" {
	user=$(unique_user)
	run login_sudo "$user" "$(vendor_password "$user")" -u bob id -un
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *bob* ]]
	[ "$(password_posts "$user")" -eq 1 ]
	assert_no_token alice bob dave
	no_handoff_of "$user"
}

@test "KEY-01 who inherited the session keyring by su can do nothing to the token in it" {
	login_ssh alice "$(vendor_password alice)"
	serial=$(token_of alice acme | cut -d' ' -f1)
	before=$(record_of alice acme)
	# The same way an ordinary key of hers can be read and overwritten: the refusal is the permission's doing.
	as_localuser_in_alices_session "ordinary=\$(keyctl search @s user ordinary); keyctl pipe \$ordinary; keyctl update \$ordinary evil; keyctl pipe \$ordinary
		$RIGS/twouid localuser attack $serial; keyctl search @s user apitoken:v1:acme; keyctl add user apitoken:v1:other x \$ordinary; true"
	[[ "$output" == *goodevil* ]]
	for deed in view read update link setperm chown timeout revoke invalidate; do
		[[ $'\n'"$output" != *$'\n'"$deed"* ]]
	done
	[[ "$output" == *"keyctl_search: "* ]]
	assert_token alice acme
	[ "$(record_of alice acme)" = "$before" ]
}

@test "KEY-02 a record planted in the session keyring or a nested one is not used" {
	login_ssh bob "$(vendor_password bob)"
	record_of bob acme >/run/planted
	token=$(sed -n 's/^access_token=//p' /run/planted)
	# The control: the very same record counts in her own keyring, so that it is the place that makes the difference.
	run as alice sh -c "$RIGS/twouid alice plant @u apitoken:v1:acme private <&3; apitoken token --force" 3</run/planted
	[[ "$output" == *"$token"* ]]
	clear_keys alice
	for kind in '' private; do
		run as alice sh -c "$RIGS/twouid alice plant @s apitoken:v1:acme $kind <&3; apitoken token --force; echo exit \$?" 3</run/planted
		[[ "$output" == *"exit 3"* ]]
		[[ "$output" != *"$token"* ]]
		run as alice sh -c "keyctl newring nested @s; $RIGS/twouid alice plant \$(keyctl search @s keyring nested) apitoken:v1:acme $kind <&3
			apitoken token --force; echo exit \$?" 3</run/planted
		[[ "$output" == *"exit 3"* ]]
		[[ "$output" != *"$token"* ]]
	done
}

@test "KEY-02 a record of somebody else in the user's own keyring is not used" {
	login_ssh bob "$(vendor_password bob)"
	record_of bob acme >/home/localuser/planted
	chmod 644 /home/localuser/planted
	chmod 755 /home/localuser
	as_localuser_in_alices_session "ring=\$(keyctl search @s keyring _uid.$(id -u alice)) && $RIGS/twouid localuser plant \$ring apitoken:v1:acme </home/localuser/planted"
	[ "$(token_of alice acme | cut -d' ' -f3)" = "$(id -u localuser)" ]
	run as alice apitoken token --force
	[ "$status" -ne 0 ]
	[[ "$output" != *"$(sed -n 's/^access_token=//p' /home/localuser/planted)"* ]]
	run as alice git-credential-apitoken get <<<$'protocol=https\nhost=git.test:8443\n'
	[[ "$output" != *password=* ]]
}

@test "KEY-02 a record of the user's own with other permissions is not used" {
	login_ssh alice "$(vendor_password alice)"
	record_of alice acme >/run/planted
	"$RIGS/twouid" alice plant @u apitoken:v1:acme </run/planted
	run as alice apitoken token --force
	[ "$status" -ne 0 ]
	[[ "$output" != *"$(sed -n 's/^access_token=//p' /run/planted)"* ]]
}

@test "KEY-09 KEY-08 the token is found in a fresh and in a revoked session keyring" {
	login_ssh alice "$(vendor_password alice)"
	token=$(record_of alice acme | sed -n 's/^access_token=//p')
	[ -n "$token" ]
	run as alice apitoken token --force
	[ "$output" = "$token" ]
	run as alice sh -c 'keyctl revoke @s; apitoken token --force'
	[ "$output" = "$token" ]
}

@test "KEY-18 sudo and su to somebody else show that user's ring, never the caller's token" {
	login_ssh alice "$(vendor_password alice)"
	token=$(record_of alice acme | sed -n 's/^access_token=//p')
	clear_keys bob
	for command in "apitoken token --force" "-u bob apitoken token --force"; do
		# shellcheck disable=SC2086 # options and words
		run login_sudo alice "$(vendor_password alice)" $command
		echo "$output"
		[ "$status" -eq 3 ]
		[[ "$output" != *"$token"* ]]
	done
	run login_su alice localuser "$LOCAL_PASSWORD" 'apitoken token --force'
	[ "$status" -eq 3 ]
	[[ "$output" != *"$token"* ]]
	assert_token alice acme
}

@test "KEY-17 descriptions name the vendor, not the account or a host, and other users do not see even that" {
	login_ssh alice "$(vendor_password alice)"
	vendor_password bob | as alice apitoken login acme --account bob --password-stdin
	descriptions=$(keys_of alice | cut -d' ' -f6- | grep apitoken | sort)
	echo "$descriptions"
	[ "$(wc -l <<<"$descriptions")" -eq 4 ]
	[ "$(sed -n 3p <<<"$descriptions")" = apitoken:v1:acme ]
	[[ "$(sed -n 4p <<<"$descriptions")" =~ ^apitoken:v1:acme:[0-9a-f]{16}$ ]]
	# The locks beside them: a number of the IPC namespace more.
	[ "$(head -2 <<<"$descriptions" | grep -cE '^apitoken:lock:acme(:[0-9a-f]{16})?:[0-9]+$')" -eq 2 ]
	run as bob grep apitoken: /proc/keys
	echo "$output"
	[ -z "$output" ]
	for user in alice root; do
		run as "$user" grep -E "apitoken:(v1|lock):.*(alice|bob|test|http)" /proc/keys
		[ -z "$output" ]
	done
}

@test "KEY-07 a quota used up by two hundred keyrings: the login succeeds, and the CLI says that the keyring is full" {
	# As rootless containers leave them.
	as alice sh -c 'i=0; while keyctl newring "container$i" @u >/dev/null 2>&1; do i=$((i + 1)); done; echo "$i"' >/run/made
	[ "$(cat /run/made)" -gt 100 ]
	run login_ssh alice "$(vendor_password alice)" id -un
	[ "$output" = alice ]
	assert_no_token alice
	run as alice apitoken login acme --username alice --password-stdin < <(vendor_password alice)
	echo "$output"
	[ "$status" -eq 5 ]
	[[ "$output" == *full* ]]
	[[ "$output" == *maxkeys* ]]
}
