# What "make install" puts where, and how.

load helper

manifest() { find "$1" -mindepth 1 -printf '%m %u:%g %y /%P\n' | sed -E 's#(/dialects/)[a-z0-9_-]+\.conf#\1NAME.conf#; s#(/man[158]/)[a-z_-]+(\.conf)?\.[158]#\1PAGE#' | sort -k4 -u; }

@test "PKG-01 every installed file has the mode and owner that it should, and no privilege of its own" {
	expected='755 root:root d /usr
755 root:root d /usr/local
755 root:root d /usr/local/bin
755 root:root f /usr/local/bin/apitoken
755 root:root f /usr/local/bin/docker-credential-apitoken
755 root:root f /usr/local/bin/git-credential-apitoken
755 root:root d /usr/local/lib
755 root:root d /usr/local/lib/security
644 root:root f /usr/local/lib/security/pam_apitoken.so
755 root:root d /usr/local/libexec
755 root:root d /usr/local/libexec/apitoken
755 root:root f /usr/local/libexec/apitoken/fetch
755 root:root f /usr/local/libexec/apitoken/stash
755 root:root d /usr/local/share
755 root:root d /usr/local/share/apitoken
755 root:root d /usr/local/share/apitoken/dialects
644 root:root f /usr/local/share/apitoken/dialects/NAME.conf
755 root:root d /usr/local/share/man
755 root:root d /usr/local/share/man/man1
644 root:root f /usr/local/share/man/man1/PAGE
755 root:root d /usr/local/share/man/man5
644 root:root f /usr/local/share/man/man5/PAGE
755 root:root d /usr/local/share/man/man8
644 root:root f /usr/local/share/man/man8/PAGE'
	for mask in 022 077 000; do
		(umask "$mask" && make -s -C "$SOURCE" install "DESTDIR=/tmp/to-$mask" PREFIX=/usr/local)
		diff <(printf '%s\n' "$expected") <(manifest "/tmp/to-$mask")
		[ -z "$(find "/tmp/to-$mask" -perm /6000)" ]
		[ -z "$(getcap -r "/tmp/to-$mask")" ]
	done
}

@test "installed programs run, and say their version" {
	run apitoken --version
	[ "$status" -eq 0 ]
	[[ "$output" == *[0-9].[0-9]* ]]
}
