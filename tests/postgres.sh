#!/bin/sh
# usage: tests/postgres.sh COMMAND...
# Runs COMMAND with DATABASE_URL naming a PostgreSQL of its own, which is gone afterwards.
set -eu

die() {
    echo "tests/postgres.sh: $*" >&2
    exit 1
}

[ $# -gt 0 ] || die "no command given"
pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n | tail -n 1)
[ -n "$pg_bin" ] || pg_bin=$(dirname "$(command -v initdb || true)")
if [ ! -x "$pg_bin/initdb" ]; then
    [ "${CROSSDOCK_PG:-}" != optional ] || { echo "No PostgreSQL server here: skipped."; exit 0; }
    die "no PostgreSQL server programs found; on Debian: apt-get install postgresql"
fi

home=$(mktemp -d "${TMPDIR:-/tmp}/crossdock-pg.XXXXXX")
data=$home/data

# PostgreSQL refuses to run as root.
if [ "$(id -u)" -eq 0 ]; then
    command -v setpriv >/dev/null || die "running as root needs setpriv (util-linux)"
    account=$(id -un postgres 2>/dev/null || echo nobody)
    chown "$account" "$home"
    as_user() { (cd "$home" && setpriv --reuid="$account" --regid="$(id -g "$account")" --clear-groups "$@"); }
else
    as_user() { (cd "$home" && "$@"); }
fi

stop() {
    status=$?
    trap - EXIT INT TERM HUP
    if [ -f "$data/postmaster.pid" ]; then
        as_user "$pg_bin/pg_ctl" -D "$data" -m immediate -s stop || true
    fi
    rm -rf "$home"
    exit $status
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A benchmark measures what a real server does, and counts its statements.
if [ -n "${CROSSDOCK_PG_BENCH:-}" ]; then
    options="-c shared_preload_libraries=pg_stat_statements"
else
    options="-c fsync=off -c full_page_writes=off"
fi

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_user "$pg_bin/initdb" -D "$data" -U crossdock -A trust -E UTF8 --locale=C --no-sync >"$home/initdb.log" 2>&1 \
    || { cat "$home/initdb.log" >&2; die "initdb failed"; }
as_user "$pg_bin/pg_ctl" -D "$data" -l "$home/server.log" -s -w start -o "-p $port -k $home \
    -c listen_addresses=127.0.0.1 -c max_connections=200 $options" \
    || { cat "$home/server.log" >&2; die "the server did not start"; }

DATABASE_URL="postgres://crossdock@127.0.0.1:$port/postgres"
export DATABASE_URL
"$@"
