#!/bin/sh
# torch.sh ROOT: takes from a Debian root what comes with PyTorch and training does not need: modules that are imported late
# or never, and libraries that neither a program nor a module of Python's links to (it links to OpenCV, and that is built with a good part of a desktop).
set -eu
cd "$1"
(cd usr/lib/python3/dist-packages && rm -rf sympy hypothesis future past mpmath libfuturize libpasteurize caffe2 torch/include)
(cd usr/share && rm -rf X11 mime proj gdal gdcm-* fonts fontconfig tesseract-ocr libwacom zoneinfo)
libraries=usr/lib/x86_64-linux-gnu
find usr/lib/python3* usr/bin $libraries/ld-linux* $libraries/libnss_* $libraries/libtorch* -type f | sed 's|^|/|' >linked.programs
# shellcheck disable=SC2046
chroot . sh -c 'ldd $(cat linked.programs)' 2>/dev/null | awk '$2 == "=>" && $3 ~ "^/" {print $3}' | sort -u |
    while read -r library; do chroot . readlink -f "$library"; done | sed 's|^/||' | sort -u >linked.libraries
find $libraries -type f -name '*.so*' ! -path "$libraries/ld-linux*" ! -name 'libnss_*' ! -name 'libtorch*' | sort | comm -23 - linked.libraries | xargs rm
rm -rf usr/lib/libtorch-test $libraries/dri $libraries/mfx $libraries/qt5 linked.programs linked.libraries
