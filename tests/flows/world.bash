# world.bash: a machine that logs in with the vendor "acme". In a .bats file after helper: "load world".
#
# start_world [testvendor argument]...   the test vendor, its authority trusted as an administrator would, apitoken configured, sshd
# stop_world
# Vendor users alice and bob are good, carol is disabled, dave is unknown to the vendor; each has an account here.
# shellcheck shell=bash

readonly WORLD=/run/test-vendor # what the vendor itself keeps: the only place where a secret may lie in a file
readonly ACME_HOSTS='git.test:8443 registry.vendor.test:5000'

# vendor_password USER: random for each world, so that one found in a log or file was leaked. Only the vendor's folder has them.
vendor_password()
{
	[ -s "$WORLD/$1.password" ] || printf '%s-%s' "$1" "$(openssl rand -hex 12)" >"$WORLD/$1.password"
	cat "$WORLD/$1.password"
}
password_of() { vendor_password "$1"; }

load "$SOURCE/tests/flows/servers"

start_world()
{
	install -d -m 755 "$WORLD"
	TMPDIR=$WORLD vendor_start --vendor-port 443 --git-port 8443 --registry-port 5001 --control-port 9000 "$@"
	trust "$VENDOR_CA"
	configure_acme
	start_sshd
}

stop_world()
{
	stop_sshd
	vendor_stop
}

# new_passwords USER...: another random password, told to the vendor.
new_passwords()
{
	local user
	for user in "$@"; do
		rm -f "$WORLD/$user.password"
		{ printf 'name=%s&password=' "$user"; vendor_password "$user"; } | vendor_control /users -d @- >/dev/null
	done
}

# trust CA.pem: into the system's store, both the hashed folder and the bundle (what update-ca-certificates does).
trust()
{
	local name=acme
	install -m 644 "$1" "/etc/ssl/certs/$name.pem"
	ln -sf "$name.pem" "/etc/ssl/certs/$(openssl x509 -noout -hash -in "$1").0"
	cat "$1" >>/etc/ssl/certs/ca-certificates.crt
}

# configure_acme [LINE FOR [vendor]]...  Tokens stay after the logins of a test: what the default does is the subject of sessions-*.bats.
configure_acme()
{
	install -d -m 755 /etc/apitoken/vendors.d
	printf '[pam]\nvendor = acme\non_last_logout = keep\n' >/etc/apitoken/apitoken.conf
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
}

# make_repository NAME README: at https://git.test:8443/NAME.git, with one commit.
make_repository()
{
	local work
	work=$(mktemp -d)
	git init -q --bare "$VENDOR_REPOSITORIES/$1.git"
	git init -q -b main "$work"
	printf '%s\n' "$2" >"$work/README"
	git -C "$work" add README
	git -C "$work" -c user.name=test -c user.email=test@vendor.test commit -qm "$1"
	git -C "$work" push -q "$VENDOR_REPOSITORIES/$1.git" main
	git -C "$VENDOR_REPOSITORIES/$1.git" symbolic-ref HEAD refs/heads/main
	rm -rf "$work"
}

# unique_user: makes an account with a name that nobody else on this machine has now, known to the vendor. For looking into root's keyring,
# which is the machine's: other runs may log in people there at the same time. There is one such account at a time.
unique_user()
{
	local name=u$RANDOM$RANDOM uid
	uid=$(($(id -u localuser) + 10))
	! getent passwd "$uid" >/dev/null || userdel "$(id -un "$uid")"
	useradd -u "$uid" -U -M -d / -s /bin/bash -p '*' "$name"
	clear_keys "$name"
	{ printf 'name=%s&password=' "$name"; vendor_password "$name"; } | vendor_control /users -d @- >/dev/null
	echo "$name"
}

# no_handoff_of USER: the record that authenticate parked did not outlive the login.
no_handoff_of() { ! "$RIGS/twouid" root keys | grep -q "apitoken:handoff:.*:$1\$"; }
