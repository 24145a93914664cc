# git's own test of external credential helpers, t0303, run out of its tree. It tests a general store of passwords; ours answers for the
# vendor's hosts only, so the cases that want back what they stored must fail, and all others must pass.

load ../flows/helper
load ../flows/world

reason() { tail -n 1 "$APITOKEN_TEST_CACHE/newest.unavailable" 2>/dev/null; }

setup_file()
{
	[ -z "$(reason)" ] || return 0
	start_world
	login_ssh alice "$(password_of alice)" true
}

teardown_file() { stop_world; }

setup()
{
	[ -z "$(reason)" ] || skip "$(reason)"
}

# Retrieve, overwrite, several users, compare, empty values, expiry and refresh token of what was stored.
readonly STORE_CASES='3 8 10 11 13 14 18 19 21'

@test "git's t0303: exactly the cases of a general password store fail" {
	cd "$APITOKEN_TEST_CACHE/git-newest/t"
	run as alice env -C "$PWD" GIT_TEST_CREDENTIAL_HELPER=apitoken TEST_OUTPUT_DIRECTORY=/tmp ./t0303-credential-external.sh --root=/tmp/t0303
	echo "$output"
	[ "$(sed -n 's/^not ok \([0-9]*\) .*/\1/p' <<<"$output" | xargs)" = "$STORE_CASES" ]
	[ "$(grep -c '^ok ' <<<"$output")" -eq 12 ]
}
