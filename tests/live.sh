# The suites that need real services, tests/live/*.sh; sourced by tests/run. Needs bash.
#
# The first lines of such a suite say "# needs: PART..." of the bed (tests/bed). With BED="kube,node" only the suites that
# need no other part run. The bed ends with the suites (BED_AFTER=reset: its data too), unless it was up before them.
bed=tests/bed/bed

needs_of() { sed -n 's/^# needs:*//p' "$1"; } # FILE
within() { # "PART..." "PART...": whether each of the first is one of the second
    local part
    for part in $1; do [[ " $2 " == *" $part "* ]] || return 1; done
}
stands_on() { # "PART..." "PART...": whether one of the first is one of the second
    local part
    for part in $1; do [[ " $2 " != *" $part "* ]] || return 0; done
    return 1
}
bed_is_up() { $bed status 2>/dev/null | grep -q ' up '; }

comes_up() { # PART
    local status
    timed "$log/bed-$1" $bed up "$1"
    status=$?
    cat "$log/bed-$1.err" >>"$log/live-bed.err"
    return $status
}
begin_again() { # PART
    tail -3 "$log/live-bed.err"
    echo "bed $1: once more"
}
# The parts one after the other, so that one that does not come up takes only its own suites with it; in the bed's own order,
# each after what it stands on.
bring_up() { # PART...
    local part begun
    for part in $(basename -s .sh tests/bed/parts/*.sh | sed 's/^[0-9]*-//'); do
        [[ " $* " == *" $part "* ]] || continue
        begun=$(date +%s)
        # What is late with this much at work is there the second time; both times are told.
        if comes_up "$part" || { begin_again "$part" && comes_up "$part"; }; then
            export BED_IS_UP="${BED_IS_UP:-} $part"
            echo "ok - the bed's part $part comes up" >>"$log/live-bed.txt"
            echo "bed $part: up after $(spent "$begun" "$log/bed-$part")"
        else
            echo "not ok - the bed's part $part comes up" | tee -a "$log/live-bed.txt"
            tail -3 "$log/live-bed.err"
        fi
    done
}
unready() { sed -n "s/^not ok - the bed's part \(.*\) comes up/\1/p" "$log/live-bed.txt" | tr '\n' ' '; }

# A suite that failed among the others is run once more by itself, and both are told: two processors with all of this on them
# are late at times, and what is broken fails twice. Many that fail are no chance.
again_alone() {
    local file script failed=()
    for file in "$log"/live-*.txt; do
        script=tests/live/$(basename "${file/live-/}" .txt).sh
        [ ! -e "$script" ] || ! grep -q '^not ok' "$file" || failed+=("$script")
    done
    [ ${#failed[@]} -le 5 ] || return 0
    for script in "${failed[@]}"; do
        for file in "$log/live-$(basename "$script" .sh).txt"{,.err}; do cp "$file" "${file/live-/first-}"; done
        echo "live $(basename "$script" .sh): once more, alone"
        run_script "$script"
    done
}

# Chooses the suites and starts what they need, in the background: the next suite need not wait for it.
live_begun='' live_files=() live_up='' live_was_up=''
begin_live() {
    local file need why wanted=''
    live_begun=yes
    rm -f "$log"/live-* "$log"/first-*
    : >"$log/live-bed.txt"
    # OpenStack's take longest and keep the processors busy: they begin, each beside one that mostly waits.
    # shellcheck disable=SC2046
    for file in $(paste -d '\n' <(grep -l '^# needs:.* openstack' $(files_of tests/live)) <(grep -L '^# needs:.* openstack' $(files_of tests/live))); do
        need=$(needs_of "$file")
        [ -n "$need" ] || echo "not ok - $(basename "$file" .sh): its first lines do not say what it needs" | tee -a "$log/live-bed.txt"
        within "$need" "$(tr , ' ' <<<"${BED:-$need}")" || continue
        live_files+=("$file")
        wanted="$wanted $need"
    done
    why=$($bed unable)
    if [ -n "$why" ]; then
        for file in "${live_files[@]}"; do echo "ok - $(basename "$file" .sh) # SKIP $why"; done | tee "$log/live-bed.txt"
        live_files=()
        return
    fi
    ! bed_is_up || live_was_up=yes
    export BED_COMES=yes BED_CACHE="${BED_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/aiwf-bed}"
    bring_up "$wanted" >"$log/live-up.out" &
    live_up=$!
}

suite_live() {
    local file unready runnable=()
    [ -n "$live_begun" ] || begin_live
    [ -z "$live_up" ] || wait "$live_up"
    cat "$log/live-up.out" 2>/dev/null
    unready=$(unready)
    for file in "${live_files[@]}"; do
        if stands_on "$(needs_of "$file")" "$unready"; then
            echo "not ok - $(basename "$file" .sh): its part of the bed is not up" | tee -a "$log/live-bed.txt"
        else
            runnable+=("$file")
        fi
    done
    # They wait more than they compute: one more at once than processors.
    JOBS=$((JOBS + 1)) scripts live "${runnable[@]}"
    [ -z "$live_up" ] || [ -n "$live_was_up" ] || $bed "${BED_AFTER:-down}" 2>>"$log/live-bed.err"
}
