"""Starts homeservers for tests. To read its own code takes Synapse two seconds of a processor, and
here that is done once for all of them.

    nursery.py SOCKET

It prints a line when it listens. Whoever connects sends a line of JSON: a folder, a port, the kind of
database and the limits, as `dev/synapse serve` takes them. A copy of this process becomes that
homeserver and answers with its process id. It ends with the connection at the latest, and the
connection with it.
"""

import gc
import json
import os
import pathlib
import runpy
import signal
import socket
import sys
import threading

DEV = pathlib.Path(__file__).resolve().parents[3] / "dev" / "synapse"
FURNISH = runpy.run_path(str(DEV))["furnish"]


def read_synapse():
    """Reads Synapse's code; from here on copies of this process share it."""
    # The usual reactor keeps what it waits for in the kernel, where copies would share that too.
    from twisted.internet import pollreactor

    pollreactor.install()
    import synapse.app.homeserver  # noqa: F401

    gc.freeze()


def wake_alone():
    """Gives the reactor of a copy a bell of its own to be woken by."""
    from twisted.internet import reactor

    reactor.removeReader(reactor.waker)
    reactor._internalReaders.discard(reactor.waker)
    reactor.waker = None
    reactor.installWaker()


def end_with(connection):
    connection.recv(1)
    os._exit(0)


def become(connection, wish):
    """Turns this process into a homeserver."""
    from synapse.app.homeserver import main

    folder = pathlib.Path(wish["folder"])
    config = FURNISH(folder, wish["port"], wish["database"], wish["limits"])
    os.chdir(folder)
    wake_alone()
    connection.sendall(f"{os.getpid()}\n".encode())
    threading.Thread(target=end_with, args=[connection], daemon=True).start()
    sys.argv = ["homeserver", "-c", str(config)]
    main()


def serve(address):
    door = socket.socket(socket.AF_UNIX)
    door.bind(address)
    door.listen(64)
    print("ready", flush=True)
    # What the copies print is for people.
    os.dup2(2, 1)
    # Nobody waits for the copies, so the system buries them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        connection, _ = door.accept()
        wish = json.loads(connection.makefile("r").readline())
        if "synapse" not in sys.modules:
            read_synapse()
        if os.fork() == 0:
            door.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            become(connection, wish)
            return
        connection.close()


if __name__ == "__main__":
    serve(sys.argv[1])
