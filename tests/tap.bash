# tap.bash: TAP from a shell script. Source it, then tap_open NAME, any number of tap_check, tap_close.
# shellcheck shell=bash

# tap_open NAME: the results go to build/results/NAME.tap.
tap_open()
{
	tap_name=$1
	tap_count=0
	tap_file=${B:-build}/results/$tap_name.tap
	mkdir -p "${tap_file%/*}"
	: >"$tap_file"
	rm -f "${tap_file%.tap}.err"
}

# tap_check NAME COMMAND...: passed when COMMAND succeeds; what it printed explains a failure.
tap_check()
{
	local name=$1 output
	shift
	tap_count=$((tap_count + 1))
	if output=$("$@" 2>&1); then
		printf 'ok %d %s\n' "$tap_count" "$name" >>"$tap_file"
	else
		printf 'not ok %d %s\n' "$tap_count" "$name" >>"$tap_file"
		head -n 25 <<<"$output" | sed 's/^/# /' >>"$tap_file"
	fi
}

# tap_skip NAME REASON
tap_skip()
{
	tap_count=$((tap_count + 1))
	printf 'ok %d %s # skip %s\n' "$tap_count" "$1" "$2" >>"$tap_file"
}

# Writes the plan and prints the suite's line; fails when a test failed.
tap_close()
{
	printf '1..%d\n' "$tap_count" >>"$tap_file"
	"$(dirname "${BASH_SOURCE[0]}")/tap-summary" --suite "$tap_file"
}

# nothing COMMAND...: succeeds when COMMAND prints nothing, an error message included: a check that could not look has not passed.
nothing()
{
	local found
	found=$("$@" 2>&1)
	[ -z "$found" ] || { printf '%s\n' "$found"; return 1; }
}
