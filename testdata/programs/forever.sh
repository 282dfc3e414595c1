#!/bin/sh
# Runs until it is ended.
echo running
while :; do sleep 1; done
