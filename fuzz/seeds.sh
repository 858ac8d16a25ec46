#!/bin/sh
# Fills fuzz/corpus with the texts of the fixtures, one a file.
set -eu
cd "$(dirname "$0")/.."
for target in reply text bounce log; do
    mkdir -p "fuzz/corpus/$target"
done
for fixture in tests/reading/fixtures/*.txt; do
    name=$(basename "$fixture" .txt)
    case $name in
        logs) targets="log text" ;;
        words | others | forms) targets="reply text bounce log" ;;
        *) targets="text bounce" ;;
    esac
    for target in $targets; do
        awk -v out="fuzz/corpus/$target/$name" '
            /^#### / { n++; next }
            n { print > (out "-" n) }
        ' "$fixture"
    done
done
