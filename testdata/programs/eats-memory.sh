#!/bin/sh
# Takes memory until somebody says no.
echo eating
data=xxxxxxxxxxxxxxxx
while :; do data=$data$data; done
