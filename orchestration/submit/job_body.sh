
# --- the same in every job that papline submit writes ------------------------
# A job that was told to stop, or that nothing could be started in any more,
# ends with status 75 and is put into the queue anew, to go on where it was.
child= told= heard=0
hear() { # hear SIGNAL: tell what is running
    told=$1
    heard=$((heard + 1))
    [ -z "$child" ] || kill -s "$1" "$child" 2>/dev/null
}
trap 'hear USR1' USR1 # time is nearly up, or papline cancel
trap 'hear TERM' TERM # it was cancelled, or another takes its place

one() { # one COMMAND...: in the background, else no signal would be heard
    local before=-1 status
    [ -z "$told" ] || return 75
    "$@" &
    child=$!
    [ -z "$told" ] || kill -s "$told" "$child"
    until [ "$before" -eq "$heard" ]; do # a signal ends wait, not the child
        before=$heard
        wait "$child"
        status=$?
    done
    child=
    return "$status"
}

leave() { # leave STATUS: for good; workers that wait need not any longer
    : >"$run/submit/ended"
    exit "$1"
}

work
status=$?
again=$((${SLURM_RESTART_COUNT:-0} + ${PAPLINE_RESTARTS:-0} + 1))
if [ "$status" -ne 75 ] || [ "$told" = TERM ] || [ -e "$run/submit/cancelled" ]
then
    leave "$status"
fi
if [ "$again" -gt "$limit" ]; then
    echo "papline: not done after $limit times in the queue, the limit of" \
        "requeue.limit; papline submit $run goes on"
    leave 75
fi
echo "papline: not done; into the queue again, $again of $limit"
requeue
exit 75
