# Every order of a PAM transaction's calls, compared with a model after each call: one key, one store, the count right.

load pam

setup_file() { pam_world; }
teardown_file() { pam_world_end; }

# orders DISTINCT REPEATED OTHERS: the number of logins is counted by the vendor.
orders()
{
	sed -i '/^on_last_logout/d' /etc/apitoken/apitoken.conf
	rm -rf /run/apitoken
	run timeout 800 "$RIGS/pammodel" "$STACKS" acme alice acme "$@" < <(password_of alice)
	echo "$output"
	password_posts >"$AUTHENTICATIONS"
	[ "$status" -eq 0 ]
}

@test "PAM-21 all orders of auth, setcred, acct, open, close and del up to six, and with repetition up to four" {
	orders 6 4 0
	# 6 + 36 + 216 + 1,296 with repetition; 720 of five and 720 of six without.
	[[ "$output" == *'2994 words, '*' calls, 0 wrong'* ]]
	# Each word's auth is one login there: 985 and 1,320.
	[ "$(password_posts alice)" -eq 2305 ]
}

@test "PAM-21 the same beside another session of that person: no order takes the record from it" {
	orders 4 3 1
	# 6 + 36 + 216 with repetition; 360 of four without.
	[[ "$output" == *'618 words, '*' calls, 0 wrong'* ]]
	[ "$(password_posts alice)" -eq 361 ]
}
