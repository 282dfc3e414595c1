#!/bin/bash
# Compares nib with scribe: a page of one line of 40 columns has the line that nib writes in its middle.
set -euo pipefail
line='the quick brown fox jumps over lazy dogs'
[[ ${#line} -eq 40 ]]
diff <(scribe "$line" | sed -n 2p) <(printf '%s\n' "$line" | ./nib)
[[ $(printf 'a\n' | ./nib) == "|$(printf '%20s')a$(printf '%21s')|" ]]
if printf '%s too long\n' "$line" | ./nib 2>/dev/null; then
  echo 'a line that is too long goes unnoticed' >&2
  exit 1
fi
echo 'nib agrees with scribe'
