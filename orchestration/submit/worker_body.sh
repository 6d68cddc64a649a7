
# --- the same in every array that papline submit writes ----------------------
# A worker that comes early waits, one that is killed loses its unit to another,
# and all leave when the work is done, or when there has long been no scheduler.
child= told=
hear() {
    told=1
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null
}

join() { # join PROGRAM: until it is sent home
    local tries=$patience status
    trap hear TERM USR1
    while [ -z "$told" ] && [ "$tries" -gt 0 ] && [ ! -e "$run/submit/ended" ]
    do
        "$1" --join "$run" &
        child=$!
        wait "$child"
        status=$?
        [ "$status" -ne 0 ] || return 0
        [ -z "$told" ] || { wait "$child"; break; }
        [ "$status" -eq 75 ] || [ ! -e "$run/control.json" ] || return "$status"
        tries=$((tries - 1))
        sleep 5 &
        child=$!
        wait "$child"
    done
    return 75
}

pids=()
trap '[ ${#pids[@]} -eq 0 ] || kill -TERM "${pids[@]}" 2>/dev/null' TERM USR1
for program in "${programs[@]}"; do
    join "$program" &
    pids+=("$!")
done
for pid in "${pids[@]}"; do
    while kill -0 "$pid" 2>/dev/null; do wait "$pid"; done
done
wait
exit 0
