# What "make install" puts where, and how.

load helper

manifest() { find "$1" -mindepth 1 ! -path '*/share/man/*' -printf '%m %u:%g %y /%P\n' | sed -E 's#(/dialects/|/examples/)[a-z0-9_-]+\.conf#\1NAME.conf#' | sort -k4 -u; }
manual_pages_manifest() { find "$1/usr/local/share/man" -mindepth 1 -printf '%m %u:%g %y\n' | sort -u; }

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
755 root:root d /usr/local/share/apitoken/examples
644 root:root f /usr/local/share/apitoken/examples/NAME.conf
755 root:root d /usr/local/share/man
755 root:root d /usr/local/share/pam-configs
644 root:root f /usr/local/share/pam-configs/apitoken'
	for mask in 022 077 000; do
		(umask "$mask" && make -s -C "$SOURCE" install "DESTDIR=/tmp/to-$mask" PREFIX=/usr/local)
		diff <(printf '%s\n' "$expected") <(manifest "/tmp/to-$mask")
		[ "$(manual_pages_manifest "/tmp/to-$mask")" = $'644 root:root f\n755 root:root d' ]
		[ -z "$(find "/tmp/to-$mask" -perm /6000)" ]
		[ -z "$(getcap -r "/tmp/to-$mask")" ]
	done
}

# What the module looks for is compiled in; README says "make" and then "make install PREFIX=/usr".
@test "a build for one PREFIX follows when it is installed below another" {
	for prefix in /usr/local /usr; do
		make -s -C "$SOURCE" B=/tmp/two-prefixes "PREFIX=$prefix" /tmp/two-prefixes/pam_apitoken.so
		[ "$(strings /tmp/two-prefixes/pam_apitoken.so | grep '^/usr.*libexec')" = "$prefix/libexec/apitoken" ]
	done
}

@test "installed programs run, and say their version" {
	run apitoken --version
	[ "$status" -eq 0 ]
	[[ "$output" == *[0-9].[0-9]* ]]
}

@test "PKG-06 what the flows of this world run is what make and make install leave, byte for byte" {
	local pair build=$SOURCE/${B:-build}
	[[ ${B:-build} != /* ]] || build=$B
	for pair in bin/apitoken bin/git-credential-apitoken bin/docker-credential-apitoken libexec/apitoken/fetch libexec/apitoken/stash lib/security/pam_apitoken.so; do
		cmp "/usr/local/$pair" "$build/${pair##*/}"
	done
}
