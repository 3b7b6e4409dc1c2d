#!/usr/bin/env python3
"""Measures how long an answer in a Matrix room takes, beside an echo bot on another library.

    benches/matrix_round_trip.py BINARY [--pairs N]

Both bots live on one homeserver and are asked in turn, by one person with one client, so that
whatever slows one slows the other. In the plain rooms nothing is encrypted.
"""

import argparse
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
WARM_UP = 10
ECHO, OURS, HUMAN, PASSWORD = "echo", "maturity-bot", "ann", "nobody-else-knows"


def output(*command):
    done = subprocess.run([str(it) for it in command], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split("\n")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(server):
    while True:
        try:
            urllib.request.urlopen(f"{server}/health", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)


class Humans:
    """The people of the tests; one of them asks."""

    def __init__(self, server):
        node, library = output(ROOT / "tests/support/matrix/install")[:2]
        main = ROOT / "tests/support/matrix/humans/main.mjs"
        self.process = subprocess.Popen(
            [node, str(main), server], env={"HUMANS_LIBRARY": library},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def do(self, who, verb, **arguments):
        self.process.stdin.write(json.dumps({"who": who, "verb": verb, **arguments}) + "\n")
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            sys.exit(answer["error"])
        return answer["ok"]

    def room_with(self, bot, encrypted):
        user = f"@{bot}:localhost"
        room = self.do(HUMAN, "create_room", invite=[user], direct=True, encrypted=encrypted)
        self.do(HUMAN, "member", room=room, user=user, membership="join")
        return room

    def round_trip(self, room, bot, words):
        """Seconds from the moment somebody writes to the moment they read the answer."""
        start = time.perf_counter()
        self.do(HUMAN, "say", room=room, text=words)
        self.do(HUMAN, "next", room=room, type="m.room.message", **{"from": f"@{bot}:localhost"})
        return time.perf_counter() - start


def configure(folder, server):
    config, password = folder / "config.toml", folder / "password"
    config.write_text(f"""
data_dir = "{folder / 'data'}"
[matrix]
enabled = true
homeserver = "{server}"
user = "@{OURS}:localhost"
unlimited = true
""")
    password.write_text(PASSWORD)
    return config, password


def start_ours(binary, folder, server):
    config, password = configure(folder, server)
    login = [binary, "matrix", "login", "--config", config, "--password-file", password]
    output(*login)
    with open(folder / "log", "w") as log:
        return subprocess.Popen([binary, "run", "--config", config], stderr=log)


def start_echo(server):
    python = output(ROOT / "dev/venv", "matrix-bench", ROOT / "benches/matrix-requirements.txt")[0]
    bot = subprocess.Popen(
        [python, ROOT / "benches/matrix_echo_bot.py", server, f"@{ECHO}:localhost", PASSWORD],
        stdout=subprocess.PIPE, text=True)
    bot.stdout.readline()
    return bot


def measure(humans, encrypted, pairs):
    """The times of both bots, in milliseconds, each pair asked one after the other."""
    rooms = {bot: humans.room_with(bot, encrypted) for bot in (OURS, ECHO)}
    times = {OURS: [], ECHO: []}
    for turn in range(WARM_UP + pairs):
        # Whoever comes first in a pair finds other things in the homeserver's caches.
        for bot in (OURS, ECHO) if turn % 2 else (ECHO, OURS):
            took = humans.round_trip(rooms[bot], bot, "status")
            if turn >= WARM_UP:
                times[bot].append(took * 1000)
    return times


def report(kind, times):
    middle = {bot: statistics.median(all_) for bot, all_ in times.items()}
    last = {bot: statistics.quantiles(all_, n=100)[98] for bot, all_ in times.items()}
    for bot in (OURS, ECHO):
        print(f"{kind:10} {bot:13} median {middle[bot]:6.1f} ms   p99 {last[bot]:6.1f} ms")
    print(f"{kind:10} ratio of medians: {middle[OURS] / middle[ECHO]:.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--pairs", type=int, default=200)
    chosen = parser.parse_args()
    port, started = free_port(), []
    server = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        try:
            started.append(subprocess.Popen(
                [ROOT / "dev/synapse", "serve", folder / "homeserver", "--port", str(port),
                 "--database", "memory"]))
            wait_until_up(server)
            humans = Humans(server)
            started.append(humans.process)
            for bot in (OURS, ECHO):
                humans.do(bot, "enter", account=True)
            humans.do(HUMAN, "enter")
            started.append(start_ours(chosen.binary, folder, server))
            started.append(start_echo(server))
            for kind in ("plain", "encrypted"):
                report(kind, measure(humans, kind == "encrypted", chosen.pairs))
        finally:
            for process in reversed(started):
                process.kill()
                process.wait()


if __name__ == "__main__":
    main()
