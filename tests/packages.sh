# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sourced by tests/run and examples/run: sees to it that what they need is there.

# need PACKAGE KIND NAME: notes the Debian package PACKAGE as missing unless
# NAME is there, which is a `command`, a pkg-config `module`, a `file` or a module
# of Debian's Python (`python`).
missing_packages=()

need () {
  case $2 in
    command) command -v "$3" ;;
    module) pkg-config --exists "$3" ;;
    file) test -e "$3" ;;
    python) /usr/bin/python3 -c "import $3" ;;
  esac > /dev/null 2>&1 || missing_packages+=("$1")
}

# Installs what was noted, or says what it is and ends the script.
install_missing_packages () {
  [ ${#missing_packages[@]} -gt 0 ] || return 0

  local become_root=()
  if [ "$(id -u)" != 0 ]; then
    become_root=(sudo)
    # Without a terminal nobody can type a password.
    [ -t 0 ] || become_root+=(-n)
  fi

  if ! command -v apt-get > /dev/null ||
     { [ "$(id -u)" != 0 ] && ! "${become_root[@]}" true 2> /dev/null; }; then
    echo "Missing (names of Debian packages): ${missing_packages[*]}" >&2
    echo "Install them and run this again." >&2
    exit 1
  fi

  echo "Installing: ${missing_packages[*]}"
  { "${become_root[@]}" apt-get update -qq &&
    "${become_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing_packages[@]}"; } < /dev/null > /dev/null || {
    echo "Could not install: ${missing_packages[*]}" >&2
    exit 1
  }
}

need_to_build () {
  need gcc command cc
  need libc6-dev file /usr/include/stdio.h
  need pkg-config command pkg-config
  need meson command meson
  need ninja-build command ninja
  need libglib2.0-dev module gio-unix-2.0
}
