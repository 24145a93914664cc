# skopeo pulls from Debian's docker-registry, which lets in only bearers of tokens that the vendor's token service signs.

# shellcheck disable=SC2154 # run --separate-stderr sets stderr and stderr_lines
bats_require_minimum_version 1.5.0
load helper
load world
load tools

REGISTRY=/tmp/registry
IMAGE=docker://registry.vendor.test:5000/apitoken/hello:1

setup_file()
{
	start_world
	mkdir -p "$REGISTRY"
	echo 5000 >"$REGISTRY/port"
	REGISTRY_REALM=https://registry.test:$REGISTRY_TOKEN_PORT/token REGISTRY_BUNDLE=$VENDOR_CERTIFICATES/registry-signing.pem \
		"$SOURCE/tests/servers/registry" start "$REGISTRY"
	cat "$REGISTRY/ca.pem" >>/etc/ssl/certs/ca-certificates.crt
	local user
	for user in alice bob; do
		install -d -o "$user" -g "$user" "/home/$user/.config" "/home/$user/.config/containers"
		echo '{"credHelpers":{"registry.vendor.test:5000":"apitoken"}}' >"/home/$user/.config/containers/auth.json"
	done
}

teardown_file()
{
	"$SOURCE/tests/servers/registry" stop "$REGISTRY"
	stop_world
}

setup()
{
	fresh_start
	rm -rf /home/alice/image
}

pull() { as "$1" env REGISTRY_AUTH_FILE="/home/$1/.config/containers/auth.json" skopeo --insecure-policy copy --src-cert-dir "$REGISTRY/trust" "$IMAGE" dir:image; }

@test "skopeo pulls the image with the token" {
	log_in alice
	run pull alice
	echo "$output"
	[ "$status" -eq 0 ]
	[ -f /home/alice/image/manifest.json ]
}

@test "without a login skopeo gets no image, and the hint names the command" {
	run pull bob
	echo "$output"
	[ "$status" -ne 0 ]
	[[ "$output" == *"run: apitoken login acme"* ]]
}

@test "a token that is over is renewed for skopeo" {
	vendor_control /options -d access_seconds=2 >/dev/null
	log_in alice
	vendor_control /options -d access_seconds=0 >/dev/null
	wait_until 20 over alice
	run pull alice
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(refresh_posts)" -eq 1 ]
}
over() { [ "$(as "$1" apitoken status --json | jq '.vendors[0].seconds_left')" -le 0 ]; }
