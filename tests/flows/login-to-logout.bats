# The main job: one ssh login, and git, docker's helper, an image pull and the CLI have the token; nothing is typed, nothing is on disk.

load helper
load world

setup_file()
{
	start_world
	make_repository hello hello
	start_registry
}
teardown_file() { stop_registry; stop_world; }

start_registry()
{
	install -d "$WORLD/registry"
	echo 5000 >"$WORLD/registry/port"
	REGISTRY_REALM="https://registry.test:$REGISTRY_TOKEN_PORT/token" REGISTRY_BUNDLE=$VENDOR_CERTIFICATES/registry-signing.pem \
		"$SOURCE/tests/servers/registry" start "$WORLD/registry"
	cat "$WORLD/registry/ca.pem" >>/etc/ssl/certs/ca-certificates.crt
}
stop_registry() { "$SOURCE/tests/servers/registry" stop "$WORLD/registry"; }

configure_user()
{
	install -d -m 700 -o "$1" -g "$1" "/home/$1/.docker"
	printf '[credential]\n\thelper = apitoken\n' >"/home/$1/.gitconfig"
	printf '{"credHelpers":{"registry.vendor.test:5000":"apitoken"}}\n' >"/home/$1/.docker/config.json"
	chown -R "$1:" "/home/$1/.gitconfig" "/home/$1/.docker"
}

@test "without a login git, the image pull and the CLI are refused, and each says what to do" {
	fresh_start
	configure_user alice
	run login_ssh_key alice 'git -c core.askPass=/bin/false clone -q https://git.test:8443/hello.git 2>&1'
	[ "$status" -ne 0 ]
	[[ "$output" == *"apitoken login"* ]]
	run login_ssh_key alice 'skopeo copy -q docker://registry.vendor.test:5000/apitoken/hello:1 dir:/tmp/image 2>&1'
	[ "$status" -ne 0 ]
	run login_ssh_key alice 'apitoken status 2>&1'
	[[ "$output" == *"apitoken login"* ]]
}

@test "ssh login, git clone and push, docker's helper, image pull, status, logout" {
	fresh_start
	configure_user alice
	cat >/home/alice/work <<-'END'
		set -eu
		git clone -q https://git.test:8443/hello.git
		cat hello/README
		cd hello
		echo more >more && git add more && git -c user.name=a -c user.email=a@vendor.test commit -qm more && git push -q
		cd ..
		echo registry.vendor.test:5000 | docker-credential-apitoken get | jq -r .Username
		skopeo --insecure-policy copy -q docker://registry.vendor.test:5000/apitoken/hello:1 dir:image
		test -s image/manifest.json && echo pulled
		apitoken status
		apitoken token --force >/dev/null && echo token
		apitoken logout
		apitoken status || echo "status \$?"
	END
	run login_ssh alice "$(vendor_password alice)" bash /home/alice/work
	echo "$output"
	[ "$status" -eq 0 ]
	for line in hello pulled token; do
		grep -qx "$line" <<<"$output"
	done
	grep -q acme <<<"$output"
	[ "$(password_posts)" -eq 1 ]
	[ "$(git -C "$VENDOR_REPOSITORIES/hello.git" log --oneline | wc -l)" -eq 2 ]
	assert_no_token alice
}

@test "after the walk nothing of it is on disk" {
	fresh_start
	configure_user alice
	login_ssh alice "$(vendor_password alice)" 'rm -rf hello && git clone -q https://git.test:8443/hello.git'
	mapfile -t tokens < <(record_of alice acme | sed -n 's/^[a-z]*_token=//p')
	[ "${#tokens[@]}" -eq 2 ]
	assert_no_canary "${tokens[@]}" "$(vendor_password alice)"
}
