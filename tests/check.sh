#!/bin/sh
# Runs every static check, reports all that fail, and fails when one does.
set -u
cd "$(dirname "$0")/.." || exit 1
bin=.venv/bin
failed=""

run() {
    name=$1
    shift
    if output=$("$@" 2>&1); then
        echo "ok      $name"
    else
        echo "FAILED  $name"
        echo "$output" | sed 's/^/        /'
        failed="$failed $name;"
    fi
}

openapi_is_fresh() {
    fresh=$(mktemp) || return 1
    $bin/python manage.py spectacular --validate --fail-on-warn --file "$fresh" \
        && diff -u config/openapi.yaml "$fresh"
    result=$?
    rm -f "$fresh"
    [ $result -eq 0 ] || echo "Refresh it with: make openapi"
    return $result
}

run "ruff check" $bin/ruff check --quiet .
run "ruff format" $bin/ruff format --check --quiet .
run "import contracts" $bin/lint-imports
run "mypy" $bin/mypy .
run "migrations" $bin/python manage.py makemigrations --check --dry-run
run "django check" $bin/python manage.py check
run "openapi" openapi_is_fresh
run "capabilities" $bin/python manage.py capabilities --check

[ -z "$failed" ] || { echo "make check failed:$failed" >&2; exit 1; }
