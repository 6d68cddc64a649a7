#!/bin/bash
# cluster.sh - a small Slurm on this machine alone, for tests
#
#     cluster.sh start DIR [NODES] [memory]
#     cluster.sh stop DIR
#     cluster.sh there
#
# start: NODES (4) nodes n1, n2, ... of one core and 2000 MB each, in a new
# directory DIR: the configuration, munged with a key and socket of its own,
# slurmctld, slurmd, and free ports, so that several clusters can live at the
# same time.  With "memory" memory is given out too (CR_Core_Memory), and the
# last node has two cores.  Then
#
#     . DIR/env
#
# makes sbatch, srun and the others speak to it.  stop ends every job and every
# process of it.  there: is what it takes installed?  If not, what is missing is
# printed and the status is 1.
set -u
SBIN=/usr/sbin:/usr/local/sbin:/sbin
PATH=$PATH:$SBIN

there() {
    local c
    for c in munged mungekey slurmctld slurmd sbatch srun scontrol scancel; do
        command -v "$c" >/dev/null || {
            echo "no Slurm to start here: $c is missing"
            return 1
        }
    done
}

free_port() { # from $port on
    while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        port=$((port + 1))
    done
}

write_config() { # write_config DIR NODES [memory]
    local d=$1 n=$2 host user how=CR_Core i cpus
    host=$(uname -n)
    user=$(id -un)
    [ "${3-}" = memory ] && how=CR_Core_Memory
    port=$((10000 + RANDOM % 20000))
    free_port
    cat <<END
ClusterName=papline
SlurmctldHost=${host%%.*}(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$d/munge/socket,cred_expire=5
StateSaveLocation=$d/state
SlurmdSpoolDir=$d/spool-%n
SlurmctldPidFile=$d/slurmctld.pid
SlurmdPidFile=$d/slurmd-%n.pid
SlurmctldLogFile=$d/slurmctld.log
SlurmdLogFile=$d/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=$how
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
ReturnToService=2
KillWait=5
MpiDefault=none
TmpFS=$d/tmp-%n
END
    for i in $(seq "$n"); do
        port=$((port + 1))
        free_port
        cpus=1
        [ "${3-}" = memory ] && [ "$i" -eq "$n" ] && cpus=2
        mkdir -p "$d/spool-n$i" "$d/tmp-n$i"
        echo "NodeName=n$i NodeHostname=${host%%.*} NodeAddr=127.0.0.1" \
            "Port=$port CPUs=$cpus RealMemory=2000"
    done
    echo "PartitionName=all Nodes=n[1-$n] Default=YES MaxTime=INFINITE"
}

wait_till() { # wait_till SECONDS COMMAND...
    local ends=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$ends" ] || return 1
        sleep 0.1
    done
}

all_idle() {
    [ "$(sinfo -h -N -o %t 2>/dev/null | grep -c idle)" -eq "$1" ]
}

start_daemons() { # start_daemons DIR NODES
    local d=$1 i
    munged --force --key-file="$d/munge/key" --socket="$d/munge/socket" \
        --pid-file="$d/munge/pid" --log-file="$d/munge/log" \
        --seed-file="$d/munge/seed" 2>>"$d/start.log" || return 1
    slurmctld >>"$d/start.log" 2>&1 || return 1
    for i in $(seq "$2"); do
        slurmd -N "n$i" >>"$d/start.log" 2>&1 || return 1
    done
    wait_till 20 all_idle "$2"
}

start() { # start DIR [NODES] [memory]
    local d n=${2:-4}
    there || return 1
    mkdir -p "$1" || return 1
    d=$(cd "$1" && pwd)
    mkdir -p "$d/munge" "$d/state"
    chmod 0755 "$d" "$d/munge"
    mungekey --create --keyfile "$d/munge/key" || return 1
    write_config "$d" "$n" "${3-}" >"$d/slurm.conf"
    echo "export SLURM_CONF=$d/slurm.conf PATH=\$PATH:$SBIN" >"$d/env"
    . "$d/env"
    start_daemons "$d" "$n" || {
        echo "the cluster in $d does not start:"
        tail -n 3 "$d/start.log" "$d"/*.log "$d/munge/log" 2>/dev/null
        stop "$d"
        return 1
    }
}

# end_processes FILE...: those whose numbers the files have
end_processes() {
    local pids
    mapfile -t pids < <(cat "$@" 2>/dev/null)
    [ ${#pids[@]} -gt 0 ] || return 0
    kill "${pids[@]}" 2>/dev/null
    wait_till 20 none_of "${pids[@]}" || kill -KILL "${pids[@]}" 2>/dev/null
}

none_of() { ! kill -0 "$@" 2>/dev/null; }

no_jobs() { [ -z "$(squeue -h 2>/dev/null)" ]; }

stop() { # stop DIR
    local d
    d=$(cd "$1" && pwd) || return 1
    . "$d/env"
    if squeue -h >/dev/null 2>&1; then
        scancel --user="$(id -un)" 2>/dev/null
        wait_till 15 no_jobs
    fi
    end_processes "$d"/slurm*.pid
    end_processes "$d/munge/pid"
}

case ${1-} in
start | stop) "$@" ;;
there) there ;;
*)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
