# docker logout and its like: erase ends the login of the vendor that serves the host, and nothing else.

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
	rm -f /etc/apitoken/vendors.d/other.conf
	log_in alice
}

# other_vendor: a second one, with a login of alice's.
other_vendor()
{
	sed "s/^hosts = .*/hosts = ${1:-registry.other.test}/" /etc/apitoken/vendors.d/acme.conf >/etc/apitoken/vendors.d/other.conf
	as alice apitoken login other --password-stdin < <(vendor_password alice)
	token_of alice other
}

# revoking: acme's file says on_logout = revoke.
revoking()
{
	configure_acme 'on_logout = revoke'
	printf '[variables]\nrevoke_url = https://vendor.test/oauth2/revoke\n' >>/etc/apitoken/vendors.d/acme.conf
}

@test "docker logout's four erases end the login, say so once, and succeed" {
	local key told=0
	other_vendor
	for key in registry.vendor.test:5000 registry.vendor.test:5000 http://registry.vendor.test:5000 https://registry.vendor.test:5000; do
		run --separate-stderr docker_ask alice erase "$key"
		[ "$status" -eq 0 ]
		[ -z "$output" ]
		[ -z "$stderr" ] || { told=$((told + 1)) && [[ "$stderr" == *"logged out of vendor 'acme', for all its hosts and for git too"*"apitoken login acme" ]]; }
	done
	[ "$told" -eq 1 ]
	if token_of alice acme; then false; fi
	token_of alice other
	run --separate-stderr docker_ask alice get registry.vendor.test:5000
	[ "$output" = 'credentials not found in native keychain' ]
	[ "$(docker_ask alice list)" = '{"registry.other.test":"alice"}' ]
	run ask alice git.test:8443 get
	[ "$status" -eq 3 ]
	[ "$(vendor_count '.revocations // 0')" = 0 ]
}

@test "every spelling of the registry that get answers ends the login" {
	local key
	for key in Registry.Vendor.Test:5000 https://registry.vendor.test:5000/v2/ registry.vendor.test:5000/apitoken/hello $'registry.vendor.test:5000\r\n' git.test:8443; do
		log_in alice
		run docker_ask alice erase "$key"
		[ "$status" -eq 0 ]
		assert_no_token alice || { echo "key: $key"; return 1; }
	done
}

@test "a look-alike, a stranger, http and rubbish end nothing and succeed" {
	local key token
	token=$(now_token alice)
	for key in registry.vendor.test registry.vendor.test:443 registry.vendor.test:50000 xregistry.vendor.test:5000 registry.vendor.test.evil.com:5000 \
		evil.com/registry.vendor.test:5000 user@registry.vendor.test:5000 https://u:p@registry.vendor.test:5000 http://registry.vendor.test:5000 \
		http://registry.vendor.test:5000/v2/ registry.vendor.test.:5000 'registry.vendor.test:5000 ' registry.vendor.test%3a5000 https:///registry.vendor.test:5000 \
		'https://evil.com#registry.vendor.test:5000' 'https://evil.com?@registry.vendor.test:5000' ghcr.io https://index.docker.io/v1/ '' garbage \
		"$(printf 'x%.0s' {1..5000})"; do
		run --separate-stderr docker_ask alice erase "$key"
		[ "$status/$output/$stderr" = 0// ] || { echo "key: $key: $status $output $stderr"; return 1; }
		[ "$(now_token alice)" = "$token" ] || { echo "key: $key"; return 1; }
	done
	run --separate-stderr as alice docker-credential-apitoken erase < <(printf 'registry.vendor.test:5000\0x')
	[ "$status" -eq 0 ]
	run --separate-stderr docker_ask bob erase registry.vendor.test:5000
	[ "$status/$output/$stderr" = 0// ]
	[ "$(now_token alice)" = "$token" ]
}

@test "no other account answers after a docker logout" {
	WHO=bob log_in alice --account bob
	[ "$(token_of alice acme | wc -l)" -eq 2 ]
	docker_ask alice erase registry.vendor.test:5000
	assert_no_token alice
	run docker_ask alice get registry.vendor.test:5000
	[ "$status" -eq 1 ]
}

@test "git's erase still marks only the rejected access token dead" {
	run ask alice git.test:8443 erase "password=$(now_token alice)"
	[ "$status" -eq 0 ]
	token_of alice acme
	as alice keyctl pipe "$(token_of alice acme | cut -d' ' -f1)" | grep -q '^refresh_token='
}

@test "a host that two vendors list, or whose file is broken, is nobody's to log out of: the reason is told" {
	other_vendor registry.vendor.test:5000
	run --separate-stderr docker_ask alice erase registry.vendor.test:5000
	[ "$status" -eq 1 ]
	[[ "$output" == *'stands in two vendors'* ]]
	rm /etc/apitoken/vendors.d/other.conf
	echo 'nonsense = 1' >>/etc/apitoken/vendors.d/acme.conf
	run --separate-stderr docker_ask alice erase registry.vendor.test:5000
	[ "$status" -eq 1 ]
	[[ "$output" == *'acme.conf:'* ]]
	token_of alice acme
	token_of alice other
}

@test "with on_logout = revoke the vendor is told once, in all of a docker logout" {
	local key
	revoking
	for key in registry.vendor.test:5000 registry.vendor.test:5000 http://registry.vendor.test:5000 https://registry.vendor.test:5000; do
		docker_ask alice erase "$key"
	done
	assert_no_token alice
	[ "$(vendor_count .revocations)" = 1 ]
}

@test "a vendor that hangs or fails keeps docker logout no longer than 3 seconds, and the tokens are gone" {
	revoking
	vendor_control /answers -d count=1 -d status=200 -d delay_ms=60000 -d path=/oauth2/revoke >/dev/null
	run --separate-stderr docker_ask alice erase registry.vendor.test:5000
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[[ "$stderr" == *"vendor 'acme' could not be told"*'no complete answer in time'* ]]
	assert_no_token alice
}

@test "skopeo logout ends the login" {
	install -d -o alice -g alice /home/alice/.config /home/alice/.config/containers
	echo '{"credHelpers":{"registry.vendor.test:5000":"apitoken","ghcr.io":"apitoken"}}' >/home/alice/.config/containers/auth.json
	chown alice /home/alice/.config/containers/auth.json
	as alice env REGISTRY_AUTH_FILE=/home/alice/.config/containers/auth.json skopeo logout ghcr.io || true
	token_of alice acme
	run as alice env REGISTRY_AUTH_FILE=/home/alice/.config/containers/auth.json skopeo logout registry.vendor.test:5000
	echo "$output"
	[ "$status" -eq 0 ]
	assert_no_token alice
}
