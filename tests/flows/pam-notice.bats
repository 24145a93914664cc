# The notice about a token that cannot be renewed, in a PAM host that says exactly what it heard.

load vendors

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

@test "said once, when the token is stored and not before: by setcred, or by open_session where that is first" {
	example vyopta
	PAMH=(-i tty=ssh)
	host alice "$(vendor_password alice)" auth
	unsaid '^info'
	host alice "$(vendor_password alice)" auth setcred open setcred
	[ "$(grep -cxE "info Your token .* lasts for ([0-9]+ s|[0-9]+ min) and cannot be renewed; then run: apitoken login vyopta" <<<"$output")" -eq 1 ]
	[ "$(grep -n '^info' <<<"$output" | cut -d: -f1)" -lt "$(grep -n '^setcred' <<<"$output" | head -n 1 | cut -d: -f1)" ]
	host alice "$(vendor_password alice)" auth open setcred
	[ "$(grep -c '^info' <<<"$output")" -eq 1 ]
}

@test "PAM_SILENT, no terminal, a terminal that is not the host's output, cron: not a word" {
	local call
	example vyopta
	PAMH=(-i tty=ssh)
	host alice "$(vendor_password alice)" auth setcred:silent
	said 'setcred:silent PAM_SUCCESS'
	unsaid '^info'
	host alice "$(vendor_password alice)" auth open:silent
	unsaid '^info'
	for call in '' tty= tty=/dev/pts/7 tty=cron tty=:0; do
		PAMH=(${call:+-i "$call"})
		host alice "$(vendor_password alice)" auth setcred open
		all_succeeded
		unsaid '^info'
		assert_token alice vyopta
	done
}

@test "a host without a conversation, or one that fails, gets its token and its success" {
	example vyopta
	PAMH=(-i tty=ssh)
	# The password's answer is the last one there is: the conversation fails from then on.
	host_script alice "text $(vendor_password alice)" auth setcred open
	all_succeeded
	assert_token alice vyopta
}

@test "a vendor whose tokens are renewed says nothing" {
	configure_acme
	PAMH=(-i tty=ssh)
	host alice "$(vendor_password alice)" auth setcred open
	all_succeeded
	unsaid '^info'
	assert_token alice acme
}
