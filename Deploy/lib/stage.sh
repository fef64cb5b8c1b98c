# What the demo plays on: a folder that is removed in the end, servers that are ended, people at their devices, and checks
# that end the demo where something is not as it says. Sourced by bash after setup.sh; expects `set -euo pipefail`.

# The names of the servers, and by name their processes and addresses.
servers=()
declare -A server_process server_address
# Who types, on which device, and what the last command printed.
actor='' device='' output='' prompt=''

open_stage() {
    PATH=$1:$PATH
    stage=$(mktemp -d "${TMPDIR:-/tmp}/cloudmls-demo.XXXXXX")
    mkdir "$stage/shared-folder" "$stage/texts" "$stage/homes"
    # Whatever ends the demo ends its servers; a signal ends it with the shell's status for that signal.
    trap close_stage EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    trap 'exit 141' PIPE
}

keep_stage() {
    trap - EXIT
}

close_stage() {
    local status=$? name
    trap '' INT TERM HUP PIPE
    if [ "$status" -ne 0 ] && [ "$status" -lt 128 ]; then
        for name in "${servers[@]}"; do
            printf '\nThe end of the log of %s:\n' "$name" >&2
            tail -n 20 "$stage/$name/server.log" >&2 || true
        done
        printf '\nThe demo FAILED: what stands above is not what the step says.\n' >&2
    fi
    for name in "${servers[@]}"; do
        end_process "${server_process[$name]}"
    done
    rm -rf "$stage"
}

# Ends a server and its whole process group: it has ten seconds to do so in order.
end_process() {
    local tries=100
    kill -TERM -- "-$1" 2> /dev/null || return 0
    while kill -0 -- "-$1" 2> /dev/null; do
        tries=$((tries - 1))
        if [ "$tries" -eq 0 ]; then
            kill -KILL -- "-$1" 2> /dev/null || true
            break
        fi
        sleep 0.1
    done
    wait "$1" 2> /dev/null || true
}

# start_server NAME EXECUTABLE: on a free port of the loopback interface, with a data folder and a log of its own.
start_server() {
    local folder=$stage/$1 tries=300 address=
    mkdir -m 700 "$folder"
    # With job control on, a background process has its own process group: Ctrl-C reaches this script, which then ends
    # the servers itself.
    set -m
    "$2" --data "$folder" --port 0 > "$folder/server.log" 2>&1 < /dev/null &
    set +m
    servers+=("$1")
    server_process[$1]=$!
    while [ -z "$address" ]; do
        kill -0 "${server_process[$1]}" 2> /dev/null || fail "$2 did not start"
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "$2 does not say that it listens"
        sleep 0.1
        address=$(sed -n 's|.*\(http://127\.0\.0\.1:[0-9][0-9]*\).*|\1|p' "$folder/server.log" | head -n 1)
    done
    server_address[$1]=$address
    say "  $2 ($1) listens on $address, data in $folder"
}

address_of() {
    printf '%s' "${server_address[$1]}"
}

server_processes() {
    local name
    for name in "${servers[@]}"; do
        printf '%s ' "${server_process[$name]}"
    done
}

# The memory that a server has for itself, from /proc.
rss_anon_of() {
    awk '/^RssAnon:/ { printf "%.1f MB", $2 / 1024 }' "/proc/${server_process[$1]}/status"
}

chapter() {
    printf '\n== %s\n' "$1"
}

# person NAME DEVICE: who types from here on. A device is a home folder.
person() {
    actor=$1 device=$2
    mkdir -p "$stage/homes/$actor@$device"
}

# text NAME LINE...: a text that will be sent, in a file; no line feed at its end.
text() {
    local name=$1
    shift
    printf '%s\n' "$@" | head -c -1 > "$stage/texts/$name"
}

# long_text NAME SIZE: a text of exactly that many bytes.
long_text() {
    awk 'BEGIN { for (line = 1; line < 4000; line++) printf "Line %d of a long letter about the lake, the boat and the wind.\n", line }' \
        | head -c "$2" > "$stage/texts/$1" || true
    [ "$(wc -c < "$stage/texts/$1")" -eq "$2" ] || fail "the long text is not $2 bytes long"
}

show_command() {
    local word shown=''
    for word in "$@"; do
        case $word in
            '< '* | '> '*) shown+=" $word" ;;
            *[!A-Za-z0-9_./:@=-]*) shown+=" '$word'" ;;
            *) shown+=" $word" ;;
        esac
    done
    printf '%s$%s\n' "${prompt:-$actor@$device}" "$shown"
}

run_as_actor() {
    local status=0
    (cd "$stage" && XDG_DATA_HOME=$stage/homes/$actor@$device exec "$@") > "$stage/output" 2>&1 || status=$?
    output=$(cat "$stage/output")
    [ -z "$output" ] || printf '%s\n' "$output" | cut -c 1-160 | head -n 24 | sed 's/^/  /'
    return "$status"
}

# types COMMAND...: shows the command as the person would type it, runs it, and demands that it succeeds.
types() {
    show_command "$@"
    run_as_actor "$@" < /dev/null || fail "that command failed (exit status $?)"
}

# types_from FILE COMMAND...: the same, with the file as standard input.
types_from() {
    local file=$1
    shift
    show_command "$@" "< $file"
    run_as_actor "$@" < "$stage/$file" || fail "that command failed (exit status $?)"
}

# types_into FILE COMMAND...: the same, with the file for standard output.
types_into() {
    local file=$1
    shift
    show_command "$@" "> $file"
    (cd "$stage" && "$@" < /dev/null > "$file") || fail "that command failed (exit status $?)"
}

# refuses STATUS COMMAND...: the command must fail with exactly that exit status, and say what to do.
refuses() {
    local expected=$1 status=0
    shift
    show_command "$@"
    run_as_actor "$@" < /dev/null || status=$?
    [ "$status" -eq "$expected" ] || fail "the exit status is $status, not $expected"
    [[ $output == *"what to do:"* ]] || fail "the command does not say what to do"
    say "  (refused, as it should be)"
}

# The first line of a text that is long enough to be looked for.
mark_of() {
    head -n 1 "$stage/texts/$1"
}

# shows TEXT...: the last command printed these texts.
shows() {
    local name
    for name in "$@"; do
        [[ $output == *"$(mark_of "$name")"* ]] || fail "the text '$name' is not there"
    done
}

# hides TEXT...: the last command printed none of these texts, and neither can the person read them in another way.
hides() {
    local name
    for name in "$@"; do
        [[ $output != *"$(mark_of "$name")"* ]] || fail "the text '$name' can be read"
    done
}

# reads CHAT TEXT...: the person can read exactly these texts of the chat, in this order, byte by byte.
reads() {
    local chat=$1 name
    shift
    show_command cloudmls read "$chat" --all --json
    XDG_DATA_HOME=$stage/homes/$actor@$device cloudmls read "$chat" --all --json < /dev/null > "$stage/output" \
        || fail "that command failed (exit status $?)"
    python3 Deploy/lib/compare_texts.py "$stage/output" "${@/#/$stage/texts/}" \
        || fail "$actor does not read exactly these texts: $*"
    printf '  %s reads, byte by byte:' "$actor"
    for name in "$@"; do
        printf ' %s' "$name"
    done
    printf '\n'
}

# searches SERVER ARGUMENTS OF search_plaintext.py...
searches() {
    local name=$1
    shift
    printf '  %s: ' "$name"
    python3 Deploy/lib/search_plaintext.py "$stage/$name" "$@" || fail "the search of $name's files did not come out clean"
}
