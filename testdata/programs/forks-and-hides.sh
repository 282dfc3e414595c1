#!/bin/sh
# Leaves two processes behind that no TERM, HUP or closed terminal reaches, and ends well.
hide="trap \"\" TERM HUP INT; exec >/dev/null 2>&1; while :; do sleep 1; done"
setsid sh -c "$hide" packmill-hidden &
(setsid sh -c "$hide" packmill-hidden &)
sleep 0.2
echo done
