#!/bin/sh
# Goes when asked, with a last word.
trap "echo goodbye; exit 0" TERM
echo waiting
while :; do sleep 0.05; done
