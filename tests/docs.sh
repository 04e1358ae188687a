#!/usr/bin/env bash
# Runs every command of the documentation: the lines of indented blocks (four spaces) in README.md
# and docs/*.md, each file in a folder of its own, in order, with the built `tuft` before all else.
# What stands between ``` is code and not run.
#
#   docs.sh SOURCE BUILD FILE.md
#
# Commands that train are shortened: a `tuft` in front of the real one appends --seeds 1, leaves
# augmented copies out, makes few letters of each kind and takes two values of each axis of a sweep,
# benchmarks run with --smoke, so that this tells whether they run, not what they give (what they give stands in the documents, with
# the commands in full). Lines that need the real recordings make the whole file skip (77) where
# these are not there. Lines that set up the machine or build are left out: scripts/test has just
# done that.
set -euo pipefail
source=$(realpath "$1") build=$(realpath "$2") document=$3
data=${TUFT_DATA:-$source/../shared/data}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

commands=$(awk '/^```/ { fenced = !fenced }
    !fenced && /^    [^ ]/ { line = substr($0, 5); if (line !~ /^[{|<}"]/) print line }' \
    "$source/$document" | grep -vE "^(cmake|train|test|git clone|scripts/|apt|cd |DATA=|man )" || true)
[ -n "$commands" ] || exit 0
if [ ! -d "$data" ]; then
    if grep -q -e '\$DATA' -e shared/data <<<"$commands"; then
        echo "docs: $document needs the recordings in $data"
        exit 77
    fi
fi

mkdir -p "$work/bin" "$work/shared" "$work/here"
[ -d "$data" ] && ln -s "$(realpath "$data")" "$work/shared/data"
cat >"$work/bin/tuft" <<SHORT
#!/usr/bin/env bash
set -e
short=augment.copies=0,readout.updates=600 set= over=
case "\$1" in
run | sweep)
    grep -qe '"command": "zero-shot"' -- "\$2" && short+=,epochs=2
    grep -qEe '"command": "(classify|zero-shot)"' -- "\$2" || short= ;;
esac
given=()
for argument; do
    [ "\$over" ] && argument=\$(sed -E 's/^([^,]*,[^,]*),.*/\1/' <<<"\$argument")
    [ "\$argument" = --over ] && over=1 || over=
    [ "\$set" ] && argument=\$argument\${short:+,\$short} short=
    [[ \$1 != simulate && \$1 != device && \$argument =~ ^--set ]] && set=1 || set=
    given+=("\$argument")
done
case " \$* " in
*" --help "*) ;;
*" enhance train "*) given+=(--limit 8 --epochs 1 --test 2 --validation 1) ;;
*" enhance test "*) given+=(--limit 8 --quick --snr-step 24) ;;
*" classify "*" --network "*)
    given+=(--seeds 1 --epochs 1 --set "group0.maps=20") ;;
*" --dataset mnist "*) given+=(--seeds 1 --limit 100 \${short:+--set "\$short"}) ;;
*" enhance "*) ;;
*" run "* | *" sweep "*) given+=(--seeds 1 \${short:+--set "\$short"}) ;;
*" classify "*) given+=(--seeds 1 \${short:+--set "\$short"}) ;;
*" cell multiplex "*) given+=(--seeds 1 --cells 100) ;;
*" zero-shot "*) given+=(--seeds 1 --epochs 2 --set-vision augment.copies=0
    --set-audio augment.copies=0) ;;
esac
case " \$* " in
*" --help "*) ;;
*" zero-shot "*" synthetic-neural "*) given+=(--per-class 8 --shots 1,2 --choices 2) ;;
*" synthetic-neural "* | *" synthetic-letters "*) given+=(--per-class 8) ;;
esac
exec "$build/tuft" "\${given[@]}"
SHORT
chmod +x "$work/bin/tuft"
cd "$work/here"
mkdir -p build
ln -s "$work/bin/tuft" build/tuft
mkdir docs apps
ln -s "$source/docs/examples" docs/examples
mkdir -p build/tests
for bench in "$build"/tests/bench_*; do
    [ -f "$bench" ] && [ -x "$bench" ] || continue
    printf '#!/bin/sh\nexec "%s" --smoke "$@"\n' "$bench" >"build/tests/${bench##*/}"
    chmod +x "build/tests/${bench##*/}"
done
ln -s "$source/apps/experiments" apps/experiments
export PATH="$work/bin:$PATH" DATA=../shared/data
while IFS= read -r command; do
    echo "\$ $command"
    bash -c "set -euo pipefail; $command" </dev/null >output 2>&1 || {
        cat output
        echo "docs: $document: this command failed: $command" >&2
        exit 1
    }
done <<<"$commands"
