#!/bin/sh
# Tries to write to places that are not its own; prints the ones that let it.
for place in / /usr /usr/bin /etc /opt /proc/sys/kernel "$@"; do
  if (echo owned > "$place/packmill-was-here") 2>/dev/null; then echo "wrote to $place"; fi
done
# Opening is proof enough; a success must not change the machine that runs the test.
for file in /etc/passwd $(find /proc/sys /proc/irq /proc/sysrq-trigger -type f 2>/dev/null); do
  if (: >> "$file") 2>/dev/null; then echo "may write to $file"; fi
done
echo tried
