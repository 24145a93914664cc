# AVL-07: apitoken is upgraded while a host program runs: its module is of one version, fetch and stash of the next, or the one before.

load pam

# version NUMBER FOLDER: module, fetch and stash that speak this version of the protocol: this very build, but for the one object that knows the number.
version()
{
	local copy=/run/build-$1
	install -d "$copy/build" "$2"
	cp -a "$SOURCE"/{Makefile,common,pam_apitoken,git-credential} "$copy/"
	(cd "$SOURCE/${B:-build}" && cp -a --parents compiled-in common pam_apitoken git-credential ./*.a "$copy/build/")
	touch -r "$SOURCE/common/message.h" /run/mark
	sed -i "s/MESSAGE_VERSION = 1,/MESSAGE_VERSION = $1,/" "$copy/common/message.h"
	touch -r /run/mark "$copy/common/message.h"
	rm "$copy/build/common/message_socket.o" "$copy/build/libcommon.a"
	make -s -C "$copy" PREFIX=/usr/local build/fetch build/stash build/pam_apitoken.so >/run/make.said 2>&1 || { cat /run/make.said; return 1; }
	install -m 755 "$copy/build/fetch" "$copy/build/stash" "$2/"
	install -m 644 "$copy/build/pam_apitoken.so" "$2/"
	cp -r /usr/local/share/apitoken/dialects "$2/"
	rm -r "$copy"
}

setup_file()
{
	[[ ${B:-build} != /* ]] || skip 'the build folder is elsewhere'
	pam_world
	install -d /run/versions
	version 1 /run/versions/1
	version 0 /run/versions/0
	version 2 /run/versions/2
	install -d /run/versions/mixed
}
teardown_file() { pam_world_end; }

# together MODULE FETCH STASH: the versions of each.
together()
{
	cp -r /run/versions/1/dialects /run/versions/mixed/
	install -m 755 "/run/versions/$2/fetch" /run/versions/mixed/fetch
	install -m 755 "/run/versions/$3/stash" /run/versions/mixed/stash
	service "with$1" "auth required /run/versions/$1/pam_apitoken.so libexec=/run/versions/mixed" "session required /run/versions/$1/pam_apitoken.so libexec=/run/versions/mixed"
	SERVICE=with$1
	clear_log
	clear_keys alice
	host alice "$(password_of alice)" auth setcred
}

@test "AVL-07 the rig is right: parts of one version work together, whichever it is" {
	local number
	for number in 0 1 2; do
		together "$number" "$number" "$number"
		said 'auth PAM_SUCCESS' 'setcred PAM_SUCCESS' || { echo "version $number"; return 1; }
		assert_token alice acme
	done
}

@test "AVL-07 a module and a fetch of versions N and N-1, N and N+1: AUTHINFO_UNAVAIL, logged as an error that says so, nothing sent" {
	local module fetch
	for module in 0 1 2; do
		for fetch in 0 1 2; do
			[ "$module" != "$fetch" ] || continue
			vendor_control /reset -d '' >/dev/null
			together "$module" "$fetch" "$module"
			said 'auth PAM_AUTHINFO_UNAVAIL' || { echo "module $module, fetch $fetch"; return 1; }
			logged err 'vendor unavailable; .*mixed/fetch is of another version of apitoken than this program'
			assert_no_token alice
			no_requests
		done
	done
}

@test "AVL-07 a stash of another version: the vendor's yes stands, there is no token, and the log says why" {
	local module stash
	for module in 1 2; do
		for stash in 0 1 2; do
			[ "$module" != "$stash" ] || continue
			together "$module" "$module" "$stash"
			said 'auth PAM_SUCCESS' || { echo "module $module, stash $stash"; return 1; }
			logged warning 'user=alice gets no token: .*mixed/stash is of another version of apitoken'
			assert_no_token alice
		done
	done
}
