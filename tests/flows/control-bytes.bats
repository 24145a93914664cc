# NET-13: no control byte gets from a file or from a person's keyboard into a request. The keys are read from the product's own tables, so that a new key is swept, too.

load pam

readonly SETTINGS=$SOURCE/common BYTES='00 01 02 03 04 05 06 07 08 09 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f 7f'

setup_file()
{
	pam_world
	local byte
	for byte in 0a $BYTES; do
		echo "auth required MODULE vendor=byte$byte"
	done >"$STACKS/bytes.text"
	mapfile -t lines <"$STACKS/bytes.text"
	rm "$STACKS/bytes.text"
	service bytes "${lines[@]}"
	install -d -m 755 /etc/apitoken/dialects
}
teardown_file() { pam_world_end; }

teardown()
{
	rm -f /etc/apitoken/vendors.d/byte*.conf /etc/apitoken/dialects/byte*.conf
	no_requests
}

# keys_of_table FILE NAME: the keys of "static const struct setting NAME[]" or the like in common/FILE.
keys_of_table()
{
	sed -n "/struct setting $2\[\] = {/,/^};/p" "$SETTINGS/$1" | grep -oE '(SETTING_[A-Z]+|SET|PATHS)\("[a-z_]+"|\.key = "[a-z_]+"' | sed 's/.*"\(.*\)"/\1/'
}

# swept FOLDER SECTION KEY: one file for each control byte, with it in the middle of this key's value; all are refused with file and line, by
# "apitoken check" and by the module. A line end makes two lines; the first may be refused for what is left of its value, the second is.
swept()
{
	local folder=$1 section=$2 key=$3 byte file line=4 dialect=oauth2
	for byte in $BYTES; do
		# shellcheck disable=SC2059 # the byte is part of the format
		printf "[vendor]\n# a comment\n[$section]\n$key = a\\x${byte}b\n" >"$folder/byte$byte.conf"
	done
	printf '[vendor]\n# a comment\n[%s]\n%s = a\nb\n' "$section" "$key" >"$folder/byte0a.conf"
	if [ "$section" = vendor ]; then
		sed -i 3d "$folder"/byte*.conf
		line=3
	elif [[ $folder = */dialects ]]; then
		sed -i '1s/.*/# a dialect/' "$folder"/byte*.conf
		for byte in 0a $BYTES; do
			printf '[vendor]\ndialect = byte%s\nhosts = h%s.test\nclient_id = a\ntoken_url = https://vendor.test/token\n' \
				"$byte" "$byte" >"/etc/apitoken/vendors.d/byte$byte.conf"
		done
	fi
	run apitoken check
	[ "$status" -eq 6 ]
	refused_everywhere "$folder" "$section" "$key" "$line" <<<"$output"
	clear_log
	SERVICE=bytes host alice "$(password_of alice)" auth >/dev/null
	said 'auth PAM_SERVICE_ERR'
	refused_everywhere "$folder" "$section" "$key" "$line" < <(grep '^<83>' "$LOG")
}

# Of the text on stdin: each file's line is named, with the reason.
refused_everywhere()
{
	awk -v folder="$1" -v section="$2" -v key="$3" -v line="$4" -v bytes="$BYTES" '
		{ text = text "\n" $0; lines[NR] = $0 }
		function told(byte, where, why, i)
		{
			for (i = 1; i <= NR; i++)
				if (index(lines[i], folder "/byte" byte ".conf:" where ": " why) && (why != "" || index(lines[i], "control character")))
					return 1
			return 0
		}
		END {
			split(bytes, list, " ")
			for (i in list)
				if (!told(list[i], line, ""))
					bad = bad " " list[i]
			if (!told("0a", line + 1, "expected") && !told("0a", line, "bad value"))
				bad = bad " 0a"
			if (bad != "")
				print "[" section "] " key ": not refused:" bad text
			exit bad != ""
		}'
}

@test "NET-13 each control byte in each key of a vendor file: refused with file and line, and nothing is sent" {
	local keys key
	mapfile -t keys < <(keys_of_table vendor_key.c vendor_settings)
	[ "${#keys[@]}" -ge 17 ] || { echo "keys: ${keys[*]}"; false; }
	for key in "${keys[@]}"; do
		swept /etc/apitoken/vendors.d vendor "$key"
	done
	mapfile -t keys < <(keys_of_table vendor_key.c host_settings)
	[ "${#keys[@]}" -ge 3 ] || { echo "keys: ${keys[*]}"; false; }
	for key in "${keys[@]}"; do
		swept /etc/apitoken/vendors.d 'host git.test' "$key"
	done
	swept /etc/apitoken/vendors.d variables realm
	swept /etc/apitoken/vendors.d 'step login' header.X-Own
}

@test "NET-13 each control byte in each key of a dialect file: refused with file and line, and nothing is sent" {
	local table section keys key
	while read -r table section; do
		mapfile -t keys < <(keys_of_table dialect_key.c "$table")
		[ "${#keys[@]}" -ge 2 ] || { echo "$table: ${keys[*]}"; false; }
		for key in "${keys[@]}"; do
			swept /etc/apitoken/dialects "$section" "$key"
		done
	done <<-'END'
		dialect_settings dialect
		dialect_step_settings step login
		dialect_discovery_settings discovery
		dialect_answer_settings answer
		dialect_rule_settings error e
		dialect_use_settings use
	END
	while read -r key section; do
		swept /etc/apitoken/dialects "$section" "$key"
	done <<-'END'
		client_id defaults
		header.X-Own step login
		field.extra step login
		header.X-Use use
		endpoint.token_url discovery
	END
}

@test "NET-13 each control byte in each key of apitoken.conf: refused with file and line, and nothing is sent" {
	local keys key byte section lines=()
	mapfile -t keys < <(keys_of_table policy.c settings)
	[ "${#keys[@]}" -ge 5 ] || { echo "keys: ${keys[*]}"; false; }
	for byte in 0a $BYTES; do
		cp -r /etc/apitoken "/run/byte$byte"
		lines+=("auth required MODULE config=/run/byte$byte")
	done
	service folders "${lines[@]}"
	for section in pam pam:folders pam:other; do
		for key in "${keys[@]}"; do
			for byte in $BYTES; do
				# shellcheck disable=SC2059 # the byte is part of the format
				printf "# policy\n[$section]\n$key = a\\x${byte}b\n" >"/run/byte$byte/apitoken.conf"
			done
			printf '[%s]\n# policy\n%s = a\nb\n' "$section" "$key" >/run/byte0a/apitoken.conf
			clear_log
			SERVICE=folders host alice "$(password_of alice)" auth >/dev/null
			said 'auth PAM_SERVICE_ERR'
			sed -n 's,/run/\(byte..\)/apitoken.conf:,/run/\1.conf:,p' "$LOG" >/run/told
			refused_everywhere /run "$section" "$key" 3 </run/told
		done
	done
	rm -r /run/byte*
	printf '[pam]\nvendor = acme\nprompt = a\x01b\n' >/etc/apitoken/apitoken.conf
	run apitoken check
	[ "$status" -eq 6 ]
	[[ $output = *'/etc/apitoken/apitoken.conf:3: '*'control character'* ]]
}

@test "NET-13 each control byte in a name that somebody types: refused, and nothing is sent" {
	local byte name uid accounts=0
	cp /etc/passwd /run/passwd.before
	uid=$(id -u alice)
	# The machine even knows people of such names: what refuses them is the byte.
	for byte in $BYTES; do
		[ "$byte" = 00 ] || printf "al\\x${byte}ice:x:$uid:$uid::/home/alice:/bin/bash\n"
	done >>/etc/passwd
	for byte in 00 0a $BYTES; do
		printf -v name "al\\x$byte"ice
		[ "$byte" = 00 ] || ! getent passwd "$name" >/dev/null || accounts=$((accounts + 1))
		host_script '' "hex 616c${byte}696365
text $(password_of alice)" auth >/dev/null
		said 'auth PAM_USER_UNKNOWN' || { echo "byte $byte"; return 1; }
		[ "$byte" = 00 ] || as alice apitoken login acme --username "$name" --password-stdin < <(password_of alice) >/run/said 2>&1 && status=0 || status=$?
		[ "$byte" = 00 ] || { [ "$status" -eq 2 ] && grep -q 'control character' /run/said; } || { echo "byte $byte: $status"; cat /run/said; return 1; }
	done
	cat /run/passwd.before >/etc/passwd
	[ "$accounts" -ge 25 ] || { echo "only $accounts of the names are known to libc"; false; }
}

@test "NET-13 the rig is right: without the byte the same files log in" {
	host alice "$(password_of alice)" auth
	said 'auth PAM_SUCCESS'
	[ "$(vendor_requests)" -eq 1 ]
	vendor_control /reset -d '' >/dev/null
}
