# What every script in Deploy needs before it can build: messages, Debian's packages, the Swift toolchain.
# Sourced by bash; expects `set -euo pipefail` and leaves it so.

# The libraries that the build links, and the programs that the tests and the demo run.
# shellcheck disable=SC2034  # read by the scripts that source this file
CLOUDMLS_BUILD_PACKAGES=(libargon2-dev libsqlite3-dev libssl-dev)
# shellcheck disable=SC2034
CLOUDMLS_DEMO_PACKAGES=(python3)
# shellcheck disable=SC2034
CLOUDMLS_TEST_PACKAGES=(python3 python3-venv strace)
# The other MLS implementation, from PyPI.
# shellcheck disable=SC2034
CLOUDMLS_MLS_RS=agentvault-mls-rs-uniffi==0.1.1

say() {
    printf '%s\n' "$*"
}

fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    local line
    for line in "$@"; do
        printf '       %s\n' "$line" >&2
    done
    exit 1
}

# The steps of a script, and how long each took: `step NAME` ends the one before it, `end_steps` prints them all.
steps=() step_name='' step_began=$SECONDS

step() {
    end_step
    step_name=$1 step_began=$SECONDS
    say "== $1"
}

end_step() {
    [ -n "$step_name" ] || return 0
    local line
    line=$(printf '%4d:%02d  %s' $(((SECONDS - step_began) / 60)) $(((SECONDS - step_began) % 60)) "$step_name")
    steps+=("$line")
    step_name=''
    # A script that calls this one shows them too.
    if [ -n "${DEPLOY_STEPS-}" ]; then printf '%s\n' "$line" >> "$DEPLOY_STEPS"; fi
}

end_steps() {
    end_step
    say "Minutes and seconds of each step:"
    printf '%s\n' "${steps[@]}"
}

# Runs a command as root: as it is for root, else through sudo.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        fail "this needs root, and there is no sudo: $*" "Run that command as root, then this script again."
    fi
}

# Installs those of the named Debian packages that are missing, and says so.
install_debian_packages() {
    local package missing=()
    for package in "$@"; do
        if ! dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed; then
            missing+=("$package")
        fi
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return
    fi
    command -v apt-get > /dev/null || fail "these packages are missing: ${missing[*]}" \
        "This script can install them on Debian and its children only." \
        "Install what your system calls them, then run this script again."
    say "Installing from Debian: ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        > /dev/null || fail "apt-get could not install: ${missing[*]}" "Its reason stands above."
}

# prepare_python FOLDER PACKAGE...: a Python environment of its own in that folder, with these packages from PyPI. What is
# there already is left as it is; a package that is asked for as NAME==VERSION has to be there in that version.
prepare_python() {
    local folder=$1 package missing=()
    shift
    [ -x "$folder/bin/pip" ] || python3 -m venv "$folder"
    for package in "$@"; do
        case $package in
            *==*) "$folder/bin/pip" freeze | grep -qix "$package" ;;
            *) "$folder/bin/pip" show -q "$package" > /dev/null 2>&1 ;;
        esac || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        say "Installing from PyPI into $folder: ${missing[*]}"
        "$folder/bin/pip" install -q --disable-pip-version-check "${missing[@]}"
    fi
}

# Ends with a clear message unless a Swift toolchain that is new enough is at hand.
require_swift() {
    local version
    command -v swift > /dev/null || fail "the Swift toolchain is missing (6.2 or newer is needed)." \
        "Get it from https://www.swift.org/install/linux/ and run this script again."
    version=$(swift --version 2>&1 | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    if [ "$(printf '%s\n6.2\n' "${version:-0.0}" | sort -V | head -n 1)" != 6.2 ]; then
        fail "Swift 6.2 or newer is needed; this is ${version:-of unknown version}." \
            "Get it from https://www.swift.org/install/linux/ and run this script again."
    fi
}

# The Debian packages of the shared libraries that a program loads, in one line.
packages_needed_by() { # program
    local library path
    ldd "$1" | awk '$3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }' | while read -r library; do
        # dpkg knows a file by the path it was packed with: /usr/lib may be written /lib.
        path=$(readlink -f "$library")
        dpkg-query -S "$path" 2> /dev/null || dpkg-query -S "${path#/usr}" 2> /dev/null \
            || fail "$1 loads $library, which no Debian package has"
    done | cut -d : -f 1 | sort -u | paste -s -d ' '
}
