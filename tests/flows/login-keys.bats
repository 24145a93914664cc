# One user against another in the kernel's keyrings, after real su and ssh.

load helper
load world

setup_file() { start_world; }
teardown_file() { stop_world; }
setup() { fresh_start; }

# In the ssh session of alice: su to localuser without pam_keyinit, so that localuser possesses alice's session keyring and with it her @u.
as_localuser_in_alices_session()
{
	printf 'Password: \t%s\n' "$LOCAL_PASSWORD" >/home/alice/script
	chown alice: /home/alice/script
	login_ssh alice "$(vendor_password alice)" "$RIGS/typist su localuser -c '$*' </home/alice/script"
}

@test "KEY-03 su from alice to bob: bob's keyring has the token, alice's has nothing" {
	login_su alice bob "$(vendor_password bob)" id -un
	assert_token bob acme
	assert_no_token alice carol localuser
}

@test "KEY-03 sudo from alice to bob: her password counts, and nobody gets a token" {
	run login_sudo alice "$(vendor_password alice)" -u bob id -un
	[ "$status" -eq 0 ]
	[[ "$output" == *bob* ]]
	[ "$(password_posts alice)" -eq 1 ]
	assert_no_token alice bob
	wait_until 10 no_handoff
}
no_handoff() { ! "$RIGS/twouid" root keys | grep apitoken | grep -qwE 'alice|bob'; }

@test "KEY-01 who inherited the session keyring by su can do nothing to the token in it" {
	login_ssh alice "$(vendor_password alice)"
	serial=$(token_of alice acme | cut -d' ' -f1)
	before=$(record_of alice acme)
	# The ring is possessed: an ordinary key of hers is readable there, so that the refusal below is the permission's doing.
	printf good | "$RIGS/twouid" alice plant @u ordinary >/dev/null
	script="keyctl search @s user ordinary; $RIGS/twouid localuser attack $serial; keyctl search @s user apitoken:v1:acme"
	printf 'Password: \t%s\n' "$LOCAL_PASSWORD" >/home/alice/script
	chown alice: /home/alice/script
	run login_ssh_key alice "$RIGS/typist su localuser -c '$script' </home/alice/script"
	[[ "$output" =~ [0-9]{5,} ]]
	for deed in view read update link setperm chown timeout revoke invalidate; do
		[[ $'\n'"$output" != *$'\n'"$deed"* ]]
	done
	[[ "$output" == *"Permission denied"* || "$output" == *"not available"* ]]
	assert_token alice acme
	[ "$(record_of alice acme)" = "$before" ]
}

@test "KEY-02 a record planted in the session keyring or a nested one is not used" {
	login_ssh bob "$(vendor_password bob)"
	record_of bob acme >/run/planted
	run as alice sh -c "$RIGS/twouid alice plant @s apitoken:v1:acme <&3; apitoken token --force; echo exit \$?" 3</run/planted
	[[ "$output" == *"exit 3"* ]]
	run as alice sh -c "keyctl newring nested @s; $RIGS/twouid alice plant \$(keyctl search @s keyring nested) apitoken:v1:acme <&3
		apitoken token --force; echo exit \$?" 3</run/planted
	[[ "$output" == *"exit 3"* ]]
	[[ "$output" != *"$(sed -n 's/^access_token=//p' /run/planted)"* ]]
}

@test "KEY-02 a record of somebody else in the user's own keyring is not used" {
	login_ssh bob "$(vendor_password bob)"
	record_of bob acme >/home/localuser/planted
	chmod 644 /home/localuser/planted
	chmod 755 /home/localuser
	as_localuser_in_alices_session "ring=\$(keyctl search @s keyring _uid.\$(id -u alice)) && $RIGS/twouid localuser plant \$ring apitoken:v1:acme </home/localuser/planted"
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
