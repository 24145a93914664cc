# world.bash: a machine that logs in with the vendor "acme". In a .bats file after helper: "load world".
#
# start_world [testvendor argument]...   the test vendor, its authority trusted as an administrator would, apitoken configured, sshd
# stop_world
# Vendor users alice and bob are good, carol is disabled, dave is unknown to the vendor; each has an account here.
# shellcheck shell=bash
load servers

readonly WORLD=/run/test-vendor # what the vendor itself keeps: the only place where a secret may lie in a file
readonly ACME_HOSTS='git.test:8443 registry.vendor.test:5000'

start_world()
{
	install -d -m 755 "$WORLD"
	TMPDIR=$WORLD vendor_start --vendor-port 443 --git-port 8443 --registry-port 5001 --control-port 9000 "$@"
	new_passwords alice bob carol
	trust "$VENDOR_CA"
	configure_acme
	start_sshd
}

stop_world()
{
	stop_sshd
	vendor_stop
}

# Random passwords, so that one that is found in a log or file was leaked and not merely guessed. Only the vendor's folder has them.
new_passwords()
{
	local user
	for user in "$@"; do
		printf '%s-%s' "$user" "$(openssl rand -hex 12)" >"$WORLD/$user.password"
		{ printf 'name=%s&password=' "$user"; cat "$WORLD/$user.password"; } | vendor_control /users -d @- >/dev/null
	done
	vendor_control /users -d name=carol -d state=disabled >/dev/null
	printf 'dave-%s' "$(openssl rand -hex 12)" >"$WORLD/dave.password"
}

password_of() { cat "$WORLD/$1.password"; }

# trust CA.pem: into the system's store, both the hashed folder and the bundle (what update-ca-certificates does).
trust()
{
	local name=acme
	install -m 644 "$1" "/etc/ssl/certs/$name.pem"
	ln -sf "$name.pem" "/etc/ssl/certs/$(openssl x509 -noout -hash -in "$1").0"
	cat "$1" >>/etc/ssl/certs/ca-certificates.crt
}

# configure_acme [LINE FOR [vendor]]...
configure_acme()
{
	install -d -m 755 /etc/apitoken/vendors.d
	printf '[pam]\nvendor = acme\n' >/etc/apitoken/apitoken.conf
	printf '%s\n' '[vendor]' 'dialect = oauth2' 'token_url = https://vendor.test/oauth2/token' 'client_id = apitoken' \
		"hosts = $ACME_HOSTS" "$@" >/etc/apitoken/vendors.d/acme.conf
	chmod 644 /etc/apitoken/apitoken.conf /etc/apitoken/vendors.d/acme.conf
}

# password_posts [USER]: how often a password reached the vendor since the last reset.
password_posts() { vendor_count "${1:+.by_user.\"$1\"}.password_posts // 0"; }

# vendor_requests: connections to the vendor's endpoints, whatever came of them.
vendor_requests() { vendor_count '.connections.vendor // 0'; }

# fresh_start: no token anywhere, counters and log at zero.
fresh_start()
{
	clear_keys alice bob carol dave localuser
	clear_log
	vendor_control /reset -d '' >/dev/null
	local user
	for user in alice bob carol; do
		{ printf 'name=%s&password=' "$user"; cat "$WORLD/$user.password"; } | vendor_control /users -d @- >/dev/null
	done
	vendor_control /users -d name=carol -d state=disabled >/dev/null
}
