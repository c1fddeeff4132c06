# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Sourced by tests/run, examples/run and tests/bench/peers/build: installs the Debian packages
# that they need.

# Whether nothing may be installed: set by --no-install.
no_install=false

# Packages that are missing: those without which nothing can be built, and the others,
# each with what needs it.
missing_packages=()
missing_options=()
missing_uses=()

# exists KIND NAME: whether NAME exists, which is a `command`, a pkg-config `module`, a
# `file` or a module of Debian's Python (`python`).
exists () {
  case $1 in
    command) command -v "$2" ;;
    module) pkg-config --exists "$2" ;;
    file) test -e "$2" ;;
    python) /usr/bin/python3 -c "import $2" ;;
  esac > /dev/null 2>&1
}

# need PACKAGE KIND NAME: notes the Debian package PACKAGE as missing unless NAME exists.
need () {
  exists "$2" "$3" || is_missing "$1" || missing_packages+=("$1")
}

# want PACKAGE KIND NAME USE: the same for a package that only USE needs.
want () {
  exists "$2" "$3" || is_missing "$1" || {
    missing_options+=("$1")
    missing_uses+=("$4")
  }
}

# is_missing PACKAGE…: whether any of the packages was noted as missing, and has not been
# installed since.
is_missing () {
  local package
  for package in "$@"; do
    case " ${missing_packages[*]} ${missing_options[*]} " in
      *" $package "*) return 0 ;;
    esac
  done
  return 1
}

# Lists what is missing and what is left out for it. Ends the script if that is
# everything.
do_without () {
  local i
  if [ ${#missing_packages[@]} -gt 0 ]; then
    echo "Missing Debian packages: ${missing_packages[*]} ${missing_options[*]}" >&2
    echo "Nothing can be built without: ${missing_packages[*]}" >&2
    exit 1
  fi
  for i in "${!missing_options[@]}"; do
    echo "Missing Debian package: ${missing_options[i]}; left out: ${missing_uses[i]}"
  done
}

# Installs the packages that were noted. Where it cannot, it lists them and ends the
# script; with --no-install, it lists them and goes on if something can be built.
install_missing_packages () {
  local packages=("${missing_packages[@]}" "${missing_options[@]}") become_root=()
  [ ${#packages[@]} -gt 0 ] || return 0

  if $no_install; then
    do_without
    return
  fi

  if [ "$(id -u)" != 0 ]; then
    become_root=(sudo)
    # Without a terminal nobody can type a password.
    [ -t 0 ] || become_root+=(-n)
  fi

  if ! command -v apt-get > /dev/null ||
     { [ "$(id -u)" != 0 ] && ! "${become_root[@]}" true 2> /dev/null; }; then
    echo "Missing Debian packages: ${packages[*]}" >&2
    echo "Install them and run this again." >&2
    [ ${#missing_packages[@]} -gt 0 ] ||
      echo "To install nothing and leave out what needs them, pass --no-install." >&2
    exit 1
  fi

  echo "Installing Debian packages: ${packages[*]}"
  echo "(To install nothing, pass --no-install.)"
  { "${become_root[@]}" apt-get update -qq &&
    "${become_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${packages[@]}"; } < /dev/null > /dev/null || {
    echo "Could not install: ${packages[*]}" >&2
    exit 1
  }
  missing_packages=()
  missing_options=()
  missing_uses=()
}

need_to_build () {
  need gcc command cc
  need libc6-dev file /usr/include/stdio.h
  need pkg-config command pkg-config
  need meson command meson
  need ninja-build command ninja
  need libglib2.0-dev module gio-unix-2.0
  need libglib2.0-dev-bin command glib-compile-resources
  need libexpat1-dev module expat
}
