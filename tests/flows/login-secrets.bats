# Passwords, tokens and client secrets: nowhere but in the request and the keyring, also with "debug" and when things go wrong.

load helper
load world

setup_file()
{
	start_world
	openssl rand -hex 20 >"$WORLD/client-secret"
	chmod 600 "$WORLD/client-secret"
	NSRUN=1 "$SOURCE/tests/rigs/pam-stacks" '/usr/local/lib/security/pam_apitoken.so debug'
}
teardown_file() { stop_world; }

configure_confidential()
{
	vendor_control /options -d "client_secret=$(cat "$WORLD/client-secret")" >/dev/null
	configure_acme "client_secret_file = $WORLD/client-secret"
	sed -i 's/^client_id = .*/client_id = apitoken-confidential/' /etc/apitoken/vendors.d/acme.conf
}

all_kinds_of_logins()
{
	login_ssh alice "$(vendor_password alice)" env
	login_ssh_kbdint bob "$(vendor_password bob)" env
	login_su alice bob "$(vendor_password bob)" env
	login_login alice "$(vendor_password alice)" env
	login_sudo alice "$(vendor_password alice)" env
}

# An answer that repeats the password and tokens, as broken vendors' error pages do.
failing_logins()
{
	local script
	for script in 'status=500' 'status=400' 'status=200' 'status=401' 'drop=1'; do
		vendor_control /answers -d count=1 -d "$script" -d content_type=application/json --data-urlencode \
			"body@$WORLD/telltale" >/dev/null
		login_ssh alice "$(vendor_password alice)" env || true
	done
	login_su bob carol "$(vendor_password carol)" env || true
	login_ssh dave "$(vendor_password dave)" env || true
}

@test "SEC-01 HLP-04 no password, token or client secret in a log, a file, an argument or an environment" {
	fresh_start
	configure_confidential
	printf '{"error":"invalid_grant","error_description":"bad password %s","access_token":"tell-%s"}' \
		"$(vendor_password alice)" "$(vendor_password alice)" >"$WORLD/telltale"
	secrets=("$(vendor_password alice)" "$(vendor_password bob)" "$(vendor_password carol)" "$(vendor_password dave)" "$(cat "$WORLD/client-secret")")
	printf '%s\n' "${secrets[@]}" >"$WORLD/secrets"
	"$RIGS/procwatch" "$WORLD/report" <"$WORLD/secrets" >/dev/null 3>&- &
	watcher=$!
	all_kinds_of_logins >"$WORLD/output" 2>&1
	tokens=$(for user in alice bob; do record_of "$user" acme | sed -n 's/^[a-z]*_token=//p'; done)
	[ "$(wc -l <<<"$tokens")" -eq 4 ]
	failing_logins >>"$WORLD/output" 2>&1
	kill "$watcher"
	wait "$watcher"
	cat "$WORLD/report"
	[ "$(grep -c 'holds secret' "$WORLD/report")" -eq 0 ]
	grep -qE 'watched [0-9]{3,} times' "$WORLD/report"
	# What the person saw (the terminals' output and env), the logs, and every file.
	printf '%s\n' "${secrets[@]}" $tokens >"$WORLD/secrets"
	grep -q USER=alice "$WORLD/output"
	run grep -cFf "$WORLD/secrets" "$WORLD/output"
	[ "$output" = 0 ]
	log_lines | tail -20
	[ "$(log_lines | wc -l)" -gt 5 ]
	mapfile -t secrets <"$WORLD/secrets"
	assert_no_canary "${secrets[@]}"
}
