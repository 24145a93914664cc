# The lock around a renewal: holders that die or stop, other users, places without /run/user/UID.

bats_require_minimum_version 1.5.0
load helper
load world
load tools
load refresh

setup_file()
{
	start_world --set access_seconds=600
	echo 'timeout = 4' >>/etc/apitoken/vendors.d/acme.conf
}
teardown_file() { stop_world; }

setup()
{
	fresh_start
	no_run_folder
	log_in alice
	HOLDER=
	wait_until 10 all_answered
}
teardown() { allow_semaphores; let_go; }

# let_go: the holder is killed, and gone, and the vendor has done with its request.
let_go()
{
	[ -n "$HOLDER" ] || return 0
	kill -KILL "$HOLDER" 2>/dev/null || true
	wait "$HOLDER" 2>/dev/null || true
	HOLDER=
	wait_until 10 all_answered
}

get() { ask alice git.test:8443 get; }

# hold MILLISECONDS: a get of alice's, HOLDER, that holds the lock while the vendor thinks.
hold()
{
	local before
	before=$(vendor_count .requests.vendor)
	answer_next when=before "delay_ms=$1"
	printf 'protocol=https\nhost=git.test:8443\n\n' >/tmp/request
	"$RIGS/twouid" alice run git-credential-apitoken get </tmp/request >/tmp/held 2>&1 3>&- &
	HOLDER=$!
	wait_until 10 asked $((before + 1))
}

both_places() { [ "$1" = semaphore ] || run_folder alice; }

@test "REF-06 a holder that is killed gives the lock free at once: /run/user/UID and semaphore" {
	local kind
	for kind in semaphore folder; do
		both_places "$kind"
		log_in alice
		ended alice
		hold 3000
		kill -KILL "$HOLDER"
		SECONDS=0
		get
		[ "$SECONDS" -lt 3 ]
		let_go
	done
}

@test "REF-06 behind a holder that is stopped the wait is bounded: a living token is served, else exit 5" {
	local kind
	for kind in semaphore folder; do
		both_places "$kind"
		log_in alice
		ending alice
		hold 1000
		kill -STOP "$HOLDER"
		SECONDS=0
		run --separate-stderr get
		[ "$status" -eq 0 ]
		[ "$(answer_value password)" = "$(now_token alice)" ]
		[ "$SECONDS" -lt 20 ]
		aged alice 115
		run --separate-stderr get
		echo "$stderr"
		[ "$status" -eq 5 ]
		[[ $stderr == *"another process is still renewing"* ]]
		[ "$SECONDS" -lt 40 ]
		let_go
	done
}

@test "REF-06 what the holder starts has no hold on its lock" {
	run_folder alice
	ended alice
	hold 3000
	local child found=0
	for child in $(pgrep -P "$HOLDER") $(pgrep -x fetch); do
		found=$((found + 1))
		no_lock_in "$child"
	done
	[ "$found" -gt 0 ]
	ls -l "/proc/$HOLDER/fd" | grep apitoken.lock
}

no_lock_in() { ! ls -l "/proc/$1/fd" | grep apitoken.lock; }

# As bob: holds, changes and removes every semaphore that there is, and looks for the key that names it; each must fail.
attack_semaphores()
{
	as bob python3 - <<-'END'
		import ctypes
		libc = ctypes.CDLL(None, use_errno=True)
		class Operation(ctypes.Structure):
		    _fields_ = [("number", ctypes.c_ushort), ("operation", ctypes.c_short), ("flag", ctypes.c_short)]
		IPC_RMID, SETVAL, IPC_NOWAIT = 0, 16, 0o4000
		numbers = [int(line.split()[1]) for line in open("/proc/sysvipc/sem").readlines()[1:]]
		assert numbers
		for number in numbers:
		    for which in (0, 1):
		        assert libc.semop(number, ctypes.byref(Operation(which, 1, IPC_NOWAIT)), 1) == -1
		        assert libc.semctl(number, which, SETVAL, 1) == -1
		    assert libc.semctl(number, 0, IPC_RMID) == -1
	END
}
# forbid_semaphores, allow_semaphores: in this world no new one can be made, by anybody.
forbid_semaphores() { cut -f 1-3 /proc/sys/kernel/sem | sed 's/$/\t0/' >/proc/sys/kernel/sem; }
allow_semaphores() { cut -f 1-3 /proc/sys/kernel/sem | sed 's/$/\t32000/' >/proc/sys/kernel/sem; }
drop_semaphores() { ipcs -s | awk '/^0x/ { print $2 }' | xargs -r -n 1 ipcrm -s; }

# Alice gets one token by one refresh, quickly.
assert_not_blocked()
{
	local before
	before=$(refresh_posts)
	ended alice
	SECONDS=0
	many_gets 10 alice git.test:8443
	tokens_got git.test:8443
	printf '%d refreshes more, %d s\n' $(($(refresh_posts) - before)) "$SECONDS"
	[ "$(tokens_got git.test:8443)" = '10 answers, 1 tokens' ] && [ "$SECONDS" -lt 8 ] && [ "$(refresh_posts)" -eq $((before + 1)) ]
}

@test "REF-05 another user's hands on the semaphore, lock files, links and FIFOs in every place block nobody" {
	local folder name thing
	folder=$(run_folder_of alice)
	attack_semaphores
	assert_not_blocked
	attack_semaphores
	run_folder alice
	assert_not_blocked
	name=$(basename "$(find "$folder" -name 'apitoken.lock.*' | head -n 1)")
	for thing in folder open link fifo file; do
		no_run_folder
		install -d /run/user
		case $thing in
		folder) install -d -m 700 -o bob -g bob "$folder" ;;
		open) install -d -m 777 -o alice -g alice "$folder" && as bob touch "$folder/$name" ;;
		link) install -d -m 700 -o bob -g bob /run/user/bobs && ln -s /run/user/bobs "$folder" && chown -h bob "$folder" ;;
		fifo) mkfifo "$folder" && chown bob "$folder" ;;
		file) touch "$folder" && chown bob "$folder" ;;
		esac
		assert_not_blocked || { echo "blocked by: $thing"; return 1; }
	done
	for thing in link fifo folder; do
		no_run_folder
		run_folder alice
		case $thing in
		link) touch /tmp/bobs && chown bob /tmp/bobs && ln -s /tmp/bobs "$folder/$name" ;;
		fifo) mkfifo -m 666 "$folder/$name" && chown bob "$folder/$name" ;;
		folder) install -d -o bob "$folder/$name" ;;
		esac
		assert_not_blocked || { echo "blocked by a lock that is a $thing"; return 1; }
	done
}

@test "REF-05 another user cannot open, take or break alice's own lock" {
	local folder semaphore
	run_folder alice
	ended alice
	hold 4000
	folder=$(run_folder_of alice)
	run ! as bob ls "$folder"
	no_run_folder
	semaphore=$(keys_of alice | grep -c "apitoken:lock:acme:")
	[ "$semaphore" = 1 ]
	for semaphore in $(ipcs -s | awk '/^0x/ { print $2 }'); do
		run ! as bob ipcrm -s "$semaphore"
		run ! as bob ipcs -s -i "$semaphore"
	done
}

@test "REF-07 with no lock at all no refresh is sent: a living token serves, an ended one is exit 71" {
	drop_semaphores
	forbid_semaphores
	ending alice
	run --separate-stderr get
	[ "$status" -eq 0 ]
	[ "$(answer_value password)" = "$(now_token alice)" ]
	ended alice
	run --separate-stderr get
	echo "$stderr"
	[ "$status" -eq 71 ]
	[ "$(refresh_posts)" = 0 ]
	allow_semaphores
	get
	[ "$(refresh_posts)" = 1 ]
}

@test "REF-07 where another user has taken all semaphores that the kernel has, the folder serves" {
	drop_semaphores
	forbid_semaphores
	run_folder alice
	assert_not_blocked
	allow_semaphores
}

@test "REF-06 a semaphore that is removed (ipcrm, or logind at a logout) is made anew" {
	local number
	for number in 1 2; do
		drop_semaphores
		assert_not_blocked
	done
	[ "$(ipcs -s | grep -c "^0x.*[[:space:]]$(id -un alice)[[:space:]]")" = 1 ]
}

@test "REF-07 from cron, with a full or read-only /run/user/UID and a read-only home the lock holds" {
	local folder
	folder=$(run_folder_of alice)
	chmod 500 "$(getent passwd alice | cut -d: -f6)" 2>/dev/null || true
	assert_not_blocked
	run_folder alice
	mount -t tmpfs -o "mode=700,uid=$(id -u alice),ro" tests "$folder"
	assert_not_blocked
	umount "$folder"
	mount -t tmpfs -o "mode=700,uid=$(id -u alice),nr_inodes=1" tests "$folder"
	assert_not_blocked
	umount "$folder"
	no_run_folder
	ended alice
	before=$(refresh_posts)
	run_cron alice "$(command -v git-credential-apitoken) get </tmp/request >/tmp/cron-answer"
	[ "$(refresh_posts)" -eq $((before + 1)) ]
	grep -q "^password=$(now_token alice)" /tmp/cron-answer
}
