# A real dockerd pulls from a real registry that takes only tokens; docker-credential-apitoken answers for the registry's token service.

load ../flows/helper
load ../flows/world

REGISTRY=/tmp/registry
DOCKER=/tmp/docker
IMAGE=registry.vendor.test:5000/apitoken/hello:1

setup_file()
{
	start_world
	mkdir -p "$REGISTRY" "$DOCKER"
	echo 5000 >"$REGISTRY/port"
	REGISTRY_REALM=https://registry.test:$REGISTRY_TOKEN_PORT/token REGISTRY_BUNDLE=$VENDOR_CERTIFICATES/registry-signing.pem \
		"$SOURCE/tests/servers/registry" start "$REGISTRY"
	install -D -m 644 "$REGISTRY/ca.pem" /etc/docker/certs.d/registry.vendor.test:5000/ca.crt
	start_dockerd
	login_ssh alice "$(password_of alice)" true
	install -d -o alice -g alice /home/alice/.docker
	echo '{"credHelpers":{"registry.vendor.test:5000":"apitoken"}}' >/home/alice/.docker/config.json
}

teardown_file()
{
	kill "$(cat "$DOCKER/pid")" 2>/dev/null
	"$SOURCE/tests/servers/registry" stop "$REGISTRY"
	stop_world
}

start_dockerd()
{
	dockerd --bridge=none --iptables=false --ip6tables=false --storage-driver=vfs --data-root="$DOCKER/data" --exec-root="$DOCKER/exec" \
		-H "unix://$DOCKER/socket" -G alice --pidfile="$DOCKER/pid" </dev/null >"$DOCKER/log" 2>&1 3>&- 4>&- &
	wait_until 60 docker -H "unix://$DOCKER/socket" version >/dev/null 2>&1 || { tail "$DOCKER/log"; return 1; }
	chmod 755 "$DOCKER"
}

as_docker() { as "$1" docker -H "unix://$DOCKER/socket" "${@:2}"; }

@test "docker pulls the image with the token" {
	run as_docker alice pull "$IMAGE"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$(as_docker alice images -q "$IMAGE")" ]]
}

@test "without the helper the registry lets nobody in" {
	run as alice env HOME=/nonexistent docker -H "unix://$DOCKER/socket" --config /tmp/no-config pull "$IMAGE"
	echo "$output"
	[ "$status" -ne 0 ]
}

@test "nothing of the token is in docker's files" {
	assert_no_canary "$(password_of alice)" "$(as alice apitoken token acme)"
}

@test "docker logout of another registry leaves the login, and of this one ends it" {
	run as_docker alice logout ghcr.io
	assert_token alice acme
	run as_docker alice logout registry.vendor.test:5000
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"logged out of vendor 'acme'"* ]]
	[[ "$output" != *'could not erase'* ]]
	assert_no_token alice
}
