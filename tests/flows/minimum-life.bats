# How long a token still lives when a tool gets it: the vendor file's and each tool's wish, and what vendors' lifetimes allow.

bats_require_minimum_version 1.5.0
load helper
load world
load tools
load refresh

setup_file() { start_world --set access_seconds=3600; }
teardown_file() { stop_world; }

setup()
{
	vendor_control /options -d access_seconds=3600 >/dev/null
	configure_acme
	fresh_start
	no_run_folder
}

# life SECONDS: a new login whose token lives so long. left SECONDS: the token, older or younger, that ends in so many.
life()
{
	vendor_control /options -d "access_seconds=$1" >/dev/null
	log_in alice
}
left() { aged alice $(($(seconds_left) - $1)); }
seconds_left() { as alice apitoken status --json | jq '.vendors[0].seconds_left'; }

git_gets() { ask alice git.test:8443 get; }
docker_gets() { docker_ask alice get registry.vendor.test:5000; }
cli_gets() { as alice apitoken token acme "$@"; }

# renews TOOL..., keeps TOOL...: the tool's get makes one refresh, or none.
renews()
{
	local before
	before=$(refresh_posts)
	"$@" >/dev/null
	[ "$(refresh_posts)" -eq $((before + 1)) ] || { echo "$* renewed nothing: $(seconds_left) s are left"; return 1; }
}
keeps()
{
	local before
	before=$(refresh_posts)
	"$@" >/dev/null
	[ "$(refresh_posts)" -eq "$before" ] || { echo "$* renewed a token"; return 1; }
}

@test "REF-10 a token that a tool gets lives for more than 5 minutes where the vendor's lifetime allows" {
	local seconds tool
	for seconds in 3600 600 400 340; do
		for tool in git_gets docker_gets cli_gets; do
			life "$seconds"
			left 320
			keeps "$tool"
			left 295
			renews "$tool"
			[ "$(seconds_left)" -gt 300 ]
		done
	done
}

@test "REF-10 where it does not, for half of what it can have, and the gets after that renew nothing" {
	local seconds
	for seconds in 300 120 60; do
		life "$seconds"
		left $((seconds / 2 + 20))
		keeps docker_gets
		left $((seconds / 2 - 2))
		renews docker_gets
		keeps docker_gets
		keeps git_gets
		keeps cli_gets
	done
}

@test "REF-10 minimum_life of the vendor file, and git's and docker's own" {
	configure_acme 'minimum_life = 1200'
	life 3600
	left 1100
	renews git_gets
	left 1100
	renews docker_gets
	left 1100
	renews cli_gets
	left 1300
	keeps git_gets
	configure_acme 'minimum_life = 1200' 'git_minimum_life = 60' 'docker_minimum_life = 1800'
	left 1100
	keeps git_gets
	renews cli_gets
	left 1700
	keeps git_gets
	keeps cli_gets
	renews docker_gets
	left 1900
	keeps docker_gets
}

@test "REF-10 apitoken token and header take --minimum-life" {
	life 3600
	left 1100
	keeps cli_gets
	keeps cli_gets --minimum-life 1000
	renews cli_gets --minimum-life=1200
	left 1100
	renews as alice apitoken header acme --minimum-life 1200
	[ "$(seconds_left)" -gt 3500 ]
	local wrong
	for wrong in 0 -1 86401 5m ''; do
		run --separate-stderr as alice apitoken token acme --minimum-life "$wrong"
		[ "$status" -eq 2 ]
		[ -z "$output" ]
	done
	[[ $stderr == *"--minimum-life"* ]]
	run as alice apitoken status --minimum-life 5
	[ "$status" -eq 2 ]
}

@test "REF-10 a wish for more than the vendor gives renews at half of its life, not at each call" {
	configure_acme 'minimum_life = 86400'
	life 3600
	left 3500
	for _ in 1 2 3; do
		keeps git_gets
		keeps docker_gets
		keeps cli_gets --minimum-life 86400
	done
	left 1790
	renews cli_gets
	keeps docker_gets
}

@test "REF-10 REF-09 with the vendor down, a token with less life than asked for still serves, and few requests are made" {
	configure_acme 'minimum_life = 1200'
	life 3600
	left 1000
	answer_next count=1000 status=503 body=down
	local before
	before=$(vendor_count .requests.vendor)
	many_gets 20 alice git.test:8443
	[ "$(tokens_got git.test:8443)" = '20 answers, 1 tokens' ]
	[ "$(vendor_count .requests.vendor)" -le $((before + 2)) ]
}
