#!/bin/sh
# Tries to write to places that are not its own; prints the ones that let it.
for place in / /usr /usr/bin /etc /opt /proc/sys/kernel /dev "$@"; do
  if (echo owned > "$place/packmill-was-here") 2>/dev/null; then echo "wrote to $place"; fi
done
if (echo owned >> /etc/passwd) 2>/dev/null; then echo "wrote to /etc/passwd"; fi
if (echo "|/bin/false" > /proc/sys/kernel/core_pattern) 2>/dev/null; then echo "wrote to core_pattern"; fi
echo tried
