#!/bin/sh
# Prints a gigabyte.
dd if=/dev/zero bs=1048576 count=1024 2>/dev/null | tr "\000" x
