#!/bin/sh
# Does not go when asked.
trap "" TERM HUP INT
echo stubborn
while :; do sleep 1; done
