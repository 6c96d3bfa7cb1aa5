#!/bin/sh
# slim.sh ROOT: takes from a Debian root what running Python programs does not need (a compiler that scipy depends on, tests, documentation).
set -eu
cd "$1"
rm -rf usr/lib/gcc usr/include usr/bin/x86_64-linux-gnu-* usr/lib/python3/dist-packages/pythran
rm -rf usr/lib/x86_64-linux-gnu/*.a usr/lib/x86_64-linux-gnu/lib[atl]san* usr/lib/x86_64-linux-gnu/libubsan* usr/lib/x86_64-linux-gnu/libgprofng*
rm -rf usr/lib/x86_64-linux-gnu/perl* usr/share/perl usr/share/doc usr/share/man usr/share/info usr/share/locale var/lib/apt/lists/* var/cache/apt/*
rm -rf usr/lib/x86_64-linux-gnu/*/*.a usr/lib/python3.*/config-* usr/bin/perl* usr/lib/x86_64-linux-gnu/libperl.so.* var/lib/dpkg/info
find usr/lib/python3* -type d \( -name tests -o -name test \) -prune -exec rm -rf {} +
