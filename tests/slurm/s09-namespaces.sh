#!/bin/bash
# s09 - two hosts that mpirun reaches: network namespaces of this machine, with
# addresses of their own, by a host file
. "$(dirname "$0")/../flow/lib.sh"
if [ "$(id -u)" -ne 0 ] || ! command -v ip >/dev/null ||
    ! ip netns add "pl$$a" 2>/dev/null; then
    echo "1..0 # SKIP root and ip (iproute2) are needed"
    exit 0
fi
small_config "$T/c.yaml"
forward=$(cat /proc/sys/net/ipv4/ip_forward)
leave() {
    cleanup
    ip netns del "pl$$a" 2>/dev/null
    ip netns del "pl$$b" 2>/dev/null
    echo "$forward" >/proc/sys/net/ipv4/ip_forward
}
trap leave EXIT
ip netns add "pl$$b"
echo 1 >/proc/sys/net/ipv4/ip_forward
k=0
for h in "pl$$a" "pl$$b"; do
    k=$((k + 1))
    ip link add "o$h" type veth peer name "i$h"
    ip link set "i$h" netns "$h"
    ip addr add "10.77.$k.1/24" dev "o$h"
    ip link set "o$h" up
    ip -n "$h" addr add "10.77.$k.2/24" dev "i$h"
    ip -n "$h" link set "i$h" up
    ip -n "$h" link set lo up
    ip -n "$h" route add default via "10.77.$k.1"
    echo "$h slots=1"
done >"$T/hosts"
cat >"$T/agent" <<'END'
#!/bin/bash
# agent [OPTION...] HOST COMMAND...: as ssh
while [[ $1 = -* ]]; do shift; done
h=$1
shift
exec ip netns exec "$h" bash -c "$*"
END
chmod +x "$T/agent"
export OMPI_MCA_plm_rsh_agent=$T/agent
hosts_of() { # hosts_of RUN STAGE: where its processes were started
    sed -n 's/.*process-start".*"node":"'"$2"'.*"host":"\([^"]*\)".*/\1/p' \
        "$1/journal.jsonl" | sort -u | tr '\n' ' '
}
weights() { (cd "$1/train/$E" && sha256sum ./*.safetensors history.csv); }

ok "one process after another here" status_is 0 papline run "$T/c.yaml" \
    --run "$T/one" --set scheduler.hosts=local --set 'train.seeds=[1,2]'
ok "two trainings on two hosts" status_is 0 papline run "$T/c.yaml" \
    --run "$T/two" --set "scheduler.hosts=$T/hosts" --set 'train.seeds=[1,2]' \
    --set augment.workers=auto
ok "  lie on both" test "$(hosts_of "$T/two" train)" = "pl$$a pl$$b "
ok "  with the same weights" test "$(weights "$T/two")" = "$(weights "$T/one")"
ok "a training of two ranks" status_is 0 papline run "$T/c.yaml" \
    --run "$T/ranks" --set "scheduler.hosts=$T/hosts" --set train.ranks=2 \
    --until train
ok "  has the same weights" test "$(weights "$T/ranks")" = "$(weights "$T/one")"
finish
