#!/usr/bin/env bash
# The house rule: data flows one way. Each folder may include only the folders listed beside it.
set -eu
cd "$1"
fail=0
check() { # folder allowed...
    local folder=$1 pattern
    shift
    pattern=$(IFS='|'; echo "$*")
    if grep -nE '^#include "(core|cells|lsm|fpga|datasets|apps)/' "$folder"/*.[ch] 2>/dev/null |
        grep -vE "#include \"($pattern)/"; then
        echo "layers: $folder may include only: $*" >&2
        fail=1
    fi
}
check core core
check cells core cells
check lsm core cells lsm
check datasets core datasets
check fpga core fpga
exit $fail
