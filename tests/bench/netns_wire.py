#!/usr/bin/python3
"""netns_wire.py - a network between namespaces: delay and loss, in user space

    netns_wire.py DELAY_MS LOSS_PERCENT SEED NAMESPACE...

Each namespace gets a device 'wire' (TUN) with the address 10.77.0.1, .2, ...
in the order given.  A packet from one to another arrives DELAY_MS later, or,
by the chance given, never.  Prints "ready", ends with SIGTERM, and then says
how many packets it carried and lost.  Needs root; nothing but Python itself.
Unlike tc's netem it needs no module of the kernel.
"""
import ctypes
import fcntl
import heapq
import os
import random
import select
import signal
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 1, 0x1000, 0x40000000
MTU, ROOM = 1500, 1 << 16  # packets waiting at most


def enter(path):
    with open(path) as f:
        if ctypes.CDLL(None, use_errno=True).setns(f.fileno(), CLONE_NEWNET):
            sys.exit(f"setns {path}: {os.strerror(ctypes.get_errno())}")


def open_device(name, number):
    """The descriptor stays in its namespace, wherever this process goes."""
    enter(f"/var/run/netns/{name}")
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF,
                struct.pack("16sH22x", b"wire", IFF_TUN | IFF_NO_PI))
    for words in (f"address add 10.77.0.{number}/24 dev wire",
                  f"link set wire mtu {MTU} txqueuelen 5000 up",
                  "link set lo up"):
        subprocess.run(["ip"] + words.split(), check=True)
    return fd


def main():
    delay, loss = float(sys.argv[1]) / 1000, float(sys.argv[2]) / 100
    draw = random.Random(int(sys.argv[3]))
    device = {}
    for i, name in enumerate(sys.argv[4:], 1):
        device[bytes((10, 77, 0, i))] = open_device(name, i)
    poll = select.poll()
    for fd in device.values():
        poll.register(fd, select.POLLIN)
    waiting, carried, lost, number, on = [], 0, 0, 0, [True]
    signal.signal(signal.SIGTERM, lambda *_: on.clear())
    print("ready", flush=True)
    while on:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, fd, packet = heapq.heappop(waiting)
            try:
                os.write(fd, packet)
                carried += 1
            except OSError:
                lost += 1
        pause = 50 if not waiting else max(0, waiting[0][0] - now) * 1000
        for fd, _ in poll.poll(min(50, pause)):
            for _ in range(64):
                try:
                    packet = os.read(fd, MTU + 100)
                except OSError:
                    break
                to = device.get(packet[16:20]) if packet[0] >> 4 == 4 else None
                if to is None:
                    continue
                if draw.random() < loss or len(waiting) >= ROOM:
                    lost += 1
                    continue
                number += 1
                heapq.heappush(waiting, (time.monotonic() + delay, number, to,
                                         packet))
    print(f"{carried} packets carried, {lost} lost", flush=True)


main()
