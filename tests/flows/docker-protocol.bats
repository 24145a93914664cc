# docker-credential-apitoken, spoken to as docker's clients speak: exact texts, exact exit codes.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr and stderr_lines
bats_require_minimum_version 1.5.0
load helper
load world
load tools

setup_file() { start_world; }
teardown_file() { stop_world; }

setup()
{
	fresh_start
	log_in alice
}

readonly NOT_FOUND='credentials not found in native keychain'

assert_not_found()
{
	[ "$status/$output/$stderr" = "1/$NOT_FOUND/" ] || { echo "status $status: $output $stderr"; return 1; }
}

@test "CRD-12 get answers ServerURL, Username and Secret as one JSON object" {
	run --separate-stderr docker_ask alice get registry.vendor.test:5000
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$output" = "{\"ServerURL\":\"registry.vendor.test:5000\",\"Username\":\"alice\",\"Secret\":\"$(now_token alice)\"}" ]
}

@test "CRD-12 every way to write the registry is answered, with the key as it was asked" {
	local key
	for key in registry.vendor.test:5000 Registry.Vendor.Test:5000 https://registry.vendor.test:5000 https://registry.vendor.test:5000/ \
		https://registry.vendor.test:5000/v1/ https://registry.vendor.test:5000/v2/ registry.vendor.test:5000/apitoken/hello registry.vendor.test:5000/; do
		run --separate-stderr docker_ask alice get "$key"
		[ "$status" -eq 0 ] || { echo "$key: $output"; return 1; }
		[ "$(jq -r .ServerURL <<<"$output")" = "$key" ]
		[ "$(jq -r .Secret <<<"$output")" = "$(now_token alice)" ]
	done
	# a person's echo adds a line end
	run --separate-stderr docker_ask alice get $'registry.vendor.test:5000\r\n'
	[ "$(jq -r .Secret <<<"$output")" = "$(now_token alice)" ]
}

@test "CRD-12 any other key gets the exact not-found text on standard output and exit 1" {
	local key
	for key in registry.vendor.test registry.vendor.test:443 registry.vendor.test:50000 registry.vendor.test:05000 xregistry.vendor.test:5000 \
		registry.vendor.test.evil.com:5000 evil.com/registry.vendor.test:5000 user@registry.vendor.test:5000 https://u:p@registry.vendor.test:5000 \
		http://registry.vendor.test:5000 http://registry.vendor.test:5000/v2/ registry.vendor.test.:5000 'registry.vendor.test:5000 ' ' registry.vendor.test:5000' \
		registry.vendor.test%3a5000 https:///registry.vendor.test:5000 https://evil.com#registry.vendor.test:5000 'https://evil.com?@registry.vendor.test:5000' \
		docker.io https://index.docker.io/v1/ ghcr.io '"quoted"' $'registry.vendor.test:5000\x01' "$(printf 'x%.0s' {1..5000})"; do
		run --separate-stderr docker_ask alice get "$key"
		assert_not_found || { echo "key: $key"; return 1; }
	done
	run --separate-stderr as alice docker-credential-apitoken get < <(printf 'registry.vendor.test:5000\0x')
	assert_not_found
	[ "$(vendor_count .refresh_posts)" -eq 0 ]
}

@test "CRD-12 an empty key has its own text" {
	for key in '' $'\n' $'\r\n\n'; do
		run --separate-stderr docker_ask alice get "$key"
		[ "$status" -eq 1 ]
		[ "$output" = 'no credentials server URL' ]
	done
}

@test "CRD-12 list names hosts and usernames, never a token, and is empty without a login" {
	run --separate-stderr docker_ask alice list unused
	[ "$status" -eq 0 ]
	[ "$output" = '{"git.test:8443":"alice","registry.vendor.test:5000":"alice"}' ]
	[[ "$output" != *"$(now_token alice)"* ]]
	run --separate-stderr docker_ask bob list unused
	[ "$status" -eq 0 ]
	[ "$output" = '{}' ]
	[ -z "$stderr" ]
}

@test "list leaves out a login that has ended: docker build would lose all others for it" {
	vendor_control /options -d refresh_token=absent -d access_seconds=2 >/dev/null
	log_in alice
	vendor_control /options -d refresh_token=given -d access_seconds=0 >/dev/null
	wait_until 20 list_is_empty alice
	run --separate-stderr docker_ask alice get registry.vendor.test:5000
	[ "$status" -eq 1 ]
	[[ "$output" == *acme*'apitoken login acme'* ]]
}
list_is_empty() { [ "$(docker_ask "$1" list)" = '{}' ]; }

@test "CRD-12 store succeeds, for ours and others', and so does erase for others', and nothing changes" {
	local token
	token=$(now_token alice)
	run --separate-stderr docker_ask alice store '{"ServerURL":"registry.vendor.test:5000","Username":"alice","Secret":"other"}'
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	run --separate-stderr docker_ask alice store '{"ServerURL":"ghcr.io","Username":"x","Secret":"y"}'
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	run --separate-stderr docker_ask alice store 'no JSON'
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	for key in http://registry.vendor.test:5000 ghcr.io '' garbage; do
		run --separate-stderr docker_ask alice erase "$key"
		[ "$status" -eq 0 ]
		[ -z "$output$stderr" ]
	done
	run --separate-stderr as alice docker-credential-apitoken store < <(head -c 3000000 /dev/zero)
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	[ "$(now_token alice)" = "$token" ]
}

@test "version tells name and version; a wrong verb or count tells the usage and exit 1" {
	for verb in version --version -v; do
		run --separate-stderr docker_ask alice "$verb"
		[ "$status" -eq 0 ]
		[[ "$output" == 'docker-credential-apitoken (apitoken) '[0-9]*.[0-9]* ]]
	done
	for verb in '' foo GET; do
		run --separate-stderr docker_ask alice "$verb"
		[ "$status" -eq 1 ]
		[[ "$output" == 'usage: docker-credential-apitoken get | store | erase | list | version'* ]]
	done
	run --separate-stderr as alice docker-credential-apitoken get get </dev/null
	[ "$status" -eq 1 ]
}

@test "without a login clients hear not-found, so that public images come, and the person hears the command" {
	run --separate-stderr docker_ask bob get registry.vendor.test:5000
	[ "$status" -eq 1 ]
	[ "$output" = "$NOT_FOUND" ]
	[ "$stderr" = "docker-credential-apitoken: vendor 'acme' serves this host, but there is no token; run: apitoken login acme" ]
	run login_sudo localuser "$LOCAL_PASSWORD" sh -c 'printf registry.vendor.test:5000 | docker-credential-apitoken get'
	[[ "$output" == *"sudo docker runs as root, whose keyring has no token; run docker without sudo"* ]]
}

@test "CRD-12 docker_username is obeyed, and names are escaped" {
	cat >>/etc/apitoken/vendors.d/acme.conf <<<'[host registry.vendor.test:5000]
docker_username = a"b\c'
	run --separate-stderr docker_ask alice get registry.vendor.test:5000
	run_list=$(docker_ask alice list)
	configure_acme
	[ "$(jq -r .Username <<<"$output")" = 'a"b\c' ]
	[[ "$output" == *'"Username":"a\"b\\c"'* ]]
	[ "$(jq -r '."registry.vendor.test:5000"' <<<"$run_list")" = 'a"b\c' ]
}

@test "Docker Hub may be listed under any of its names" {
	configure_acme
	sed -i 's/^hosts = /hosts = index.docker.io /' /etc/apitoken/vendors.d/acme.conf
	for key in https://index.docker.io/v1/ docker.io index.docker.io registry-1.docker.io; do
		run --separate-stderr docker_ask alice get "$key"
		[ "$status" -eq 0 ] || break
	done
	list=$(docker_ask alice list)
	configure_acme
	[ "$status" -eq 0 ]
	[ "$(jq -r '."https://index.docker.io/v1/"' <<<"$list")" = alice ]
}

@test "with a broken configuration foreign hosts still get not-found, and ours a reason" {
	echo 'nonsense = 1' >>/etc/apitoken/vendors.d/acme.conf
	run --separate-stderr docker_ask alice get ghcr.io
	assert_not_found || broken=1
	run --separate-stderr docker_ask alice get registry.vendor.test:5000
	local list
	list=$(docker_ask alice list)
	configure_acme
	[ -z "${broken:-}" ]
	[ "$status" -eq 1 ]
	[[ "$output" == *'acme.conf:'* ]]
	[ "$list" = '{}' ]
	run --separate-stderr as alice env -u HOME docker-credential-apitoken get < <(printf ghcr.io)
	assert_not_found
}

@test "when the vendor is down and the token is over, ours get one line with the cause" {
	vendor_control /options -d access_seconds=2 >/dev/null
	log_in alice
	sed -i 's#https://vendor.test/#https://vendor.test:444/#' /etc/apitoken/vendors.d/acme.conf
	wait_until 20 get_fails alice
	run --separate-stderr docker_ask alice get registry.vendor.test:5000
	configure_acme
	vendor_control /options -d access_seconds=0 >/dev/null
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == *acme* ]]
	[ "$output" != "$NOT_FOUND" ]
}
get_fails() { ! docker_ask "$1" get registry.vendor.test:5000 >/dev/null; }

@test "CRD-14 an answer that cannot be written is a failure" {
	for command in '>/dev/full' '>&-'; do
		run --separate-stderr as alice sh -c "printf registry.vendor.test:5000 | docker-credential-apitoken get $command"
		[ "$status" -eq 1 ]
		[[ "$stderr" == *'cannot write the answer'* ]]
	done
}
