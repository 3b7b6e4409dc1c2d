#!/usr/bin/env python3
"""Measures whether the bot's memory stays flat while people in Matrix rooms write to it.

    benches/matrix_memory.py BINARY [--messages N] [--rooms N]

A team of ten that writes to the bot and beside it makes some 3,000 messages in a week; all of them
are said here one after the other, encrypted, by one person in several rooms. Prints resident memory
every tenth of the way.
"""

import argparse
import pathlib
import subprocess
import tempfile

import matrix_round_trip as bench

REPORTS = 10


def resident(process):
    """Resident memory of a process in MiB, by proc(5)."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("the bot ended")


def write(humans, rooms, number):
    """Three of four messages are for people; the fourth asks the bot, and is answered."""
    room = rooms[number % len(rooms)]
    if number % 4:
        humans.do(bench.HUMAN, "say", room=room["team"], text=f"We talk, {number}. " * 5)
    else:
        humans.round_trip(room["direct"], bench.OURS, "status")


def furnish(humans):
    """A room of a team, and one that is the bot's own conversation."""
    user = f"@{bench.OURS}:localhost"
    team = humans.do(bench.HUMAN, "create_room", name="Team", invite=[user])
    humans.do(bench.HUMAN, "member", room=team, user=user, membership="join")
    return {"team": team, "direct": humans.room_with(bench.OURS, True)}


def measure(humans, bot, chosen):
    rooms = [furnish(humans) for _ in range(chosen.rooms)]
    print(f"{0:6} messages  {resident(bot):6.1f} MiB", flush=True)
    for number in range(1, chosen.messages + 1):
        write(humans, rooms, number)
        if number % (chosen.messages // REPORTS) == 0:
            print(f"{number:6} messages  {resident(bot):6.1f} MiB", flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--rooms", type=int, default=4)
    chosen = parser.parse_args()
    port, started = bench.free_port(), []
    server = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        try:
            started.append(subprocess.Popen(
                [bench.ROOT / "dev/synapse", "serve", folder / "homeserver", "--port", str(port),
                 "--database", "memory"]))
            bench.wait_until_up(server)
            humans = bench.Humans(server)
            started.append(humans.process)
            humans.do(bench.OURS, "enter", account=True)
            humans.do(bench.HUMAN, "enter")
            bot = bench.start_ours(chosen.binary, folder, server)
            started.append(bot)
            measure(humans, bot, chosen)
        finally:
            for process in reversed(started):
                process.kill()
                process.wait()


if __name__ == "__main__":
    main()
