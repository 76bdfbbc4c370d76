#!/bin/sh
# Makes this machine a node of a Kajitori cluster: fetches the agent and its runtime from the service itself, verifies
# both, and keeps the agent running. Running it again upgrades; PREFIX/uninstall.sh removes all that it made.
# The service fills in the words between at signs when it serves this file.
set -eu

public_url='@PUBLIC_URL@'
gateway_url='@GATEWAY_URL@'
agent_sha256='@AGENT_SHA256@'
node_platform='@NODE_PLATFORM@'
node_sha256='@NODE_SHA256@'

# Only there when the agent runs under systemd.
unit=/etc/systemd/system/kajitori-agent.service

certificate_authority() {
  cat <<'PEM'
@CERTIFICATE_AUTHORITY@
PEM
}

usage() {
  cat <<'TEXT'
usage: install.sh --token TOKEN [--node-name NAME] [--prefix DIRECTORY] [--docker-socket PATH] [--wait SECONDS]

  --token TOKEN         the join token that `kaji nodes join-command` gave
  --node-name NAME      the node's name in the cluster (this machine's host name)
  --prefix DIRECTORY    where everything goes (/opt/kajitori)
  --docker-socket PATH  the Docker Engine's socket (/var/run/docker.sock)
  --wait SECONDS        how long to wait until the agent has joined (30)
TEXT
}

say() { printf '%s\n' "kajitori: $*"; }

fail() {
  printf '%s\n' "kajitori: $1" "  remedy: $2" >&2
  exit 1
}

# The whole work is a function that the last line calls: a download that breaks off runs nothing.
main() {
  token='' node_name='' prefix=/opt/kajitori docker_socket=/var/run/docker.sock wait_seconds=30
  while [ $# -gt 0 ]; do
    case $1 in
      --token | --node-name | --prefix | --docker-socket | --wait)
        [ $# -ge 2 ] || fail "$1 needs a value" "see --help"
        case $1 in
          --token) token=$2 ;;
          --node-name) node_name=$2 ;;
          --prefix) prefix=$2 ;;
          --docker-socket) docker_socket=$2 ;;
          --wait) wait_seconds=$2 ;;
        esac
        shift 2
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      *) fail "unknown option $1" "see --help" ;;
    esac
  done
  case $prefix in
    / | '' | /bin | /etc | /home | /lib | /opt | /root | /sbin | /tmp | /usr | /var) fail "--prefix $prefix is not a directory of its own" "give one like /opt/kajitori" ;;
    *[!A-Za-z0-9/._-]*) fail "--prefix $prefix has characters that a unit file cannot hold" "use letters, digits, . _ - and /" ;;
    /*) ;;
    *) fail "--prefix $prefix is not an absolute path" "give one like /opt/kajitori" ;;
  esac
  case $docker_socket in
    *[!A-Za-z0-9/._-]*) fail "--docker-socket $docker_socket has characters that the agent's files cannot hold" "use letters, digits, . _ - and /" ;;
    /*) ;;
    *) fail "--docker-socket $docker_socket is not an absolute path" "give one like /var/run/docker.sock" ;;
  esac
  case $wait_seconds in
    '' | *[!0-9]*) fail "--wait $wait_seconds is not a number of seconds" "give one like 30" ;;
  esac
  check_machine
  choose_name
  workplace=$(mktemp -d)
  trap 'rm -rf "$workplace"' EXIT
  trap 'exit 1' HUP INT TERM
  fetch_all
  stop_agent
  place_files
  start_agent
  wait_until_joined
}

check_machine() {
  [ "$(id -u)" = 0 ] || fail "only root can run the agent" "run it as root: … | sudo sh -s -- …"
  [ "$(uname -s)" = Linux ] || fail "this is $(uname -s); nodes are Linux machines" "use a Linux machine"
  case $(uname -m) in
    x86_64) platform=linux-x64 ;;
    aarch64 | arm64) platform=linux-arm64 ;;
    *) platform=linux-$(uname -m) ;;
  esac
  [ "$platform" = "$node_platform" ] || fail "the service has no runtime for $platform, only for $node_platform" "use a machine of that kind"
  for program in curl sha256sum mktemp; do
    command -v "$program" >/dev/null 2>&1 || fail "there is no $program" "install it: apt-get install curl coreutils"
  done
  [ -S "$docker_socket" ] || fail "there is no Docker Engine at $docker_socket" "install it (apt-get install docker.io), or give --docker-socket"
  curl -fsS --max-time 10 --unix-socket "$docker_socket" http://docker/_ping >/dev/null ||
    fail "the Docker Engine at $docker_socket does not answer" "start it: systemctl start docker"
  if [ -f "$unit" ] && ! grep -q "^ExecStart=$prefix/bin/run$" "$unit"; then
    fail "this machine has an agent in another place: $(sed -n 's/^ExecStart=//p' "$unit")" "remove that one first, or give its --prefix"
  fi
  if [ -z "$token" ] && [ ! -f "$prefix/state/credential" ]; then
    usage >&2
    fail "a machine that is not a node yet needs --token" "get one: kaji nodes join-command"
  fi
}

# An upgrade keeps the name that the machine joined with.
choose_name() {
  joined_name=''
  if [ -f "$prefix/state/credential" ] && [ -f "$prefix/agent.env" ]; then
    joined_name=$(sed -n 's/^NODE_NAME=//p' "$prefix/agent.env")
  fi
  if [ -n "$joined_name" ] && [ -n "$node_name" ] && [ "$joined_name" != "$node_name" ]; then
    fail "this machine is node $joined_name already" "remove it first: $prefix/uninstall.sh"
  fi
  node_name=${node_name:-$joined_name}
  if [ -z "$node_name" ]; then
    node_name=$(uname -n | tr 'A-Z_' 'a-z-' | sed 's/[^a-z0-9.-]//g; s/^[.-]*//; s/[.-]*$//')
  fi
  case $node_name in
    '' | *[!a-z0-9.-]* | [.-]* | *[.-]) fail "'$node_name' cannot be a node's name" "give one with --node-name: lower case letters, digits, dots and dashes" ;;
  esac
}

fetch_all() {
  certificate_authority >"$workplace/ca.pem"
  say "fetching the agent"
  fetch agent.mjs "$agent_sha256"
  if [ -f "$prefix/bin/node" ] && has_sum "$prefix/bin/node" "$node_sha256"; then
    say "the runtime is there already"
  else
    say "fetching the runtime"
    fetch "node-$platform" "$node_sha256"
  fi
}

# fetch NAME SHA256: into the workplace. The script itself came from a server whose key was pinned, or is publicly
# trusted, so the authority that it carries is the one to trust from here on.
fetch() {
  if [ -s "$workplace/ca.pem" ] && grep -q BEGIN "$workplace/ca.pem"; then
    curl -fsS --retry 3 --cacert "$workplace/ca.pem" -o "$workplace/$1" "$public_url/install/$1" ||
      fail "could not fetch $public_url/install/$1" "see the message of curl above"
  else
    curl -fsS --retry 3 -o "$workplace/$1" "$public_url/install/$1" ||
      fail "could not fetch $public_url/install/$1" "see the message of curl above"
  fi
  has_sum "$workplace/$1" "$2" ||
    fail "$1 is not what the service announced: its SHA-256 differs" "run the join command again; if it stays, tell us"
}

has_sum() { printf '%s  %s\n' "$2" "$1" | sha256sum -c >/dev/null 2>&1; }

has_systemd() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; }

stop_agent() {
  if [ -x "$prefix/bin/stop" ]; then "$prefix/bin/stop"; fi
}

place_files() {
  say "installing under $prefix"
  umask 022
  mkdir -p "$prefix/bin"
  mkdir -p -m 700 "$prefix/state"
  : >"$prefix/.kajitori"
  # Files are renamed into place: a running program is never written to.
  [ ! -f "$workplace/node-$platform" ] || place "$workplace/node-$platform" "$prefix/bin/node" 755
  place "$workplace/agent.mjs" "$prefix/agent.mjs" 644
  place "$workplace/ca.pem" "$prefix/ca.pem" 644
  "$prefix/bin/node" --version >/dev/null 2>"$workplace/node-error" ||
    fail "the runtime does not run here: $(head -n 1 "$workplace/node-error")" "install what it misses: apt-get install libstdc++6"
  write_environment
  write_programs
}

place() {
  cp "$1" "$2.new"
  chmod "$3" "$2.new"
  mv -f "$2.new" "$2"
}

write_environment() {
  (
    umask 077
    {
      printf 'GATEWAY_URL=%s\n' "$gateway_url"
      printf 'NODE_NAME=%s\n' "$node_name"
      printf 'STATE_DIR=%s\n' "$prefix/state"
      printf 'DOCKER_SOCKET=%s\n' "$docker_socket"
      printf 'JOIN_TOKEN_FILE=%s\n' "$prefix/state/join-token"
      if grep -q BEGIN "$prefix/ca.pem"; then printf 'CA_FILE=%s\n' "$prefix/ca.pem"; fi
    } >"$prefix/agent.env.new"
    mv -f "$prefix/agent.env.new" "$prefix/agent.env"
    if [ -n "$token" ]; then printf '%s\n' "$token" >"$prefix/state/join-token"; fi
  )
}

write_programs() {
  cat >"$workplace/run" <<SCRIPT
#!/bin/sh
# Runs the agent once, with what it is told in agent.env.
set -a
. '$prefix/agent.env'
# A quiet agent gives memory back: glibc keeps two heaps, returns what is free at their end, and maps large blocks on their own.
MALLOC_ARENA_MAX=2
MALLOC_TRIM_THRESHOLD_=1048576
MALLOC_MMAP_THRESHOLD_=131072
set +a
exec '$prefix/bin/node' --enable-source-maps '$prefix/agent.mjs'
SCRIPT
  cat >"$workplace/keep-running" <<SCRIPT
#!/bin/sh
# Where there is no service manager: starts the agent again whenever it ends, with a growing pause.
pause=1
# The log is cut when it has 10 MB; the agent appends, so it goes on at the beginning.
(
  trap 'kill "\$nap" 2>/dev/null; exit 0' TERM
  while :; do
    sleep 60 &
    nap=\$!
    wait "\$nap"
    if [ "\$(wc -c <'$prefix/agent.log')" -gt 10000000 ]; then
      cp '$prefix/agent.log' '$prefix/agent.log.1'
      : >'$prefix/agent.log'
    fi
  done
) &
cutter=\$!
trap 'kill "\$cutter" "\$agent" 2>/dev/null; wait "\$agent"; rm -f "$prefix/agent.pid"; exit 0' TERM INT
echo \$\$ >'$prefix/agent.pid'
while :; do
  started=\$(date +%s)
  '$prefix/bin/run' >>'$prefix/agent.log' 2>&1 &
  agent=\$!
  wait "\$agent"
  if [ \$((\$(date +%s) - started)) -ge 60 ]; then pause=1; fi
  sleep "\$pause" &
  wait \$!
  pause=\$((pause * 2))
  if [ "\$pause" -gt 30 ]; then pause=30; fi
done
SCRIPT
  cat >"$workplace/start" <<SCRIPT
#!/bin/sh
# Starts the agent, as a unit of systemd or else as a daemon.
if [ -f '$unit' ]; then exec systemctl enable --quiet --now kajitori-agent; fi
if [ -f '$prefix/agent.pid' ] && kill -0 "\$(cat '$prefix/agent.pid')" 2>/dev/null; then exit 0; fi
if command -v setsid >/dev/null 2>&1; then
  setsid '$prefix/bin/keep-running' </dev/null >/dev/null 2>&1 &
else
  nohup '$prefix/bin/keep-running' </dev/null >/dev/null 2>&1 &
fi
SCRIPT
  cat >"$workplace/stop" <<SCRIPT
#!/bin/sh
# Stops the agent. The containers of the node keep running.
if [ -f '$unit' ]; then exec systemctl stop kajitori-agent; fi
[ -f '$prefix/agent.pid' ] || exit 0
keeper=\$(cat '$prefix/agent.pid')
kill "\$keeper" 2>/dev/null || { rm -f '$prefix/agent.pid'; exit 0; }
tries=0
while kill -0 "\$keeper" 2>/dev/null; do
  tries=\$((tries + 1))
  if [ "\$tries" -gt 150 ]; then kill -9 "\$keeper" 2>/dev/null; break; fi
  sleep 0.1
done
rm -f '$prefix/agent.pid'
SCRIPT
  for program in run keep-running start stop; do place "$workplace/$program" "$prefix/bin/$program" 755; done
  write_uninstaller
  if has_systemd; then write_unit; fi
}

write_unit() {
  cat >"$workplace/unit" <<UNIT
[Unit]
Description=Kajitori node agent
After=network-online.target docker.service
Wants=network-online.target
# It is started again however often it ends: a gateway or an engine that is away comes back.
StartLimitIntervalSec=0

[Service]
ExecStart=$prefix/bin/run
Restart=always
RestartSec=5
# The agent is asked to end, and what it left behind is ended. The node's containers are Docker's: they stand in no group of this unit and outlive it.
KillMode=mixed
TimeoutStopSec=15

[Install]
WantedBy=multi-user.target
UNIT
  place "$workplace/unit" "$unit" 644
  systemctl daemon-reload
}

write_uninstaller() {
  cat >"$workplace/remove-containers.mjs" <<'PROGRAM'
@REMOVE_CONTAINERS@
PROGRAM
  place "$workplace/remove-containers.mjs" "$prefix/bin/remove-containers.mjs" 644
  cat >"$workplace/uninstall.sh" <<SCRIPT
#!/bin/sh
# Removes all that the installer and the agent made on this machine: the agent, its unit, its containers and networks, its
# files. The cluster forgets the node with: kaji nodes remove $node_name
set -eu
[ "\$(id -u)" = 0 ] || { echo 'kajitori: only root can remove the agent' >&2; exit 1; }
[ -f '$prefix/.kajitori' ] || { echo 'kajitori: $prefix is not an installation' >&2; exit 1; }
'$prefix/bin/stop' || true
if [ -f '$unit' ]; then
  systemctl disable --quiet kajitori-agent || true
  rm -f '$unit'
  systemctl daemon-reload || true
fi
'$prefix/bin/node' '$prefix/bin/remove-containers.mjs' '$docker_socket' '$prefix/state'
# Volumes that lie in memory are mounted below the agent's folder.
while read -r _ point _; do
  case \$point in '$prefix'/*) umount -l "\$point" ;; esac
done </proc/mounts
rm -rf '$prefix'
echo 'kajitori: removed; if the cluster still lists the node: kaji nodes remove $node_name'
SCRIPT
  place "$workplace/uninstall.sh" "$prefix/uninstall.sh" 755
}

start_agent() {
  say "starting the agent"
  if has_systemd; then
    systemctl enable --quiet kajitori-agent
    systemctl restart kajitori-agent
  else
    "$prefix/bin/start"
    say "there is no systemd here: after a reboot, start the agent with $prefix/bin/start"
  fi
}

# The agent keeps a credential of its own, and throws the token away once the gateway has welcomed it.
wait_until_joined() {
  tries=0
  while [ ! -f "$prefix/state/credential" ] || [ -f "$prefix/state/join-token" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt $((wait_seconds * 10)) ]; then
      show_log >&2
      fail "the agent has not joined within $wait_seconds seconds" "read its log: $(log_command)"
    fi
    sleep 0.1
  done
  say "this machine is node $node_name. Its log: $(log_command). To remove it: $prefix/uninstall.sh"
}

log_command() {
  if has_systemd; then printf 'journalctl -u kajitori-agent'; else printf 'tail %s/agent.log' "$prefix"; fi
}

show_log() {
  if has_systemd; then journalctl -u kajitori-agent -n 5 --no-pager -o cat; else tail -n 5 "$prefix/agent.log" 2>/dev/null || true; fi
}

main "$@"
