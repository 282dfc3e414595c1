#!/bin/sh
# Starts two hundred processes at one time.
count=0
while [ "$count" -lt 200 ]; do
  sleep 5 &
  count=$((count + 1))
done
echo "started $count"
