#!/bin/sh
# Prints the descriptors it was given, one number per line.
ls -l /proc/$$/fd | sed -n "s/.* \([0-9][0-9]*\) -> .*/\1/p" | sort -n
