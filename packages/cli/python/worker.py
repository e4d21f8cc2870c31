"""The process that runs pywebsocket's handlers: frames come in on standard input and go out on what
was standard output. Prints and tracebacks go to standard error, which the server logs.

Run by `trunkline serve`; needs Python 3.8 or newer and nothing else.
"""

import sys

if sys.version_info < (3, 8):
    sys.stderr.write("Python %d.%d is too old: handlers need 3.8 or newer\n" % sys.version_info[:2])
    sys.exit(1)

import os
import signal

from trunkline_worker.main import main


def claim_pipes():
    """The pipes to the server, under numbers that no handler's child inherits."""
    source, target = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="backslashreplace")
    return open(source, "rb", 65536), open(target, "wb", 65536)


if __name__ == "__main__":
    # The server ends this process by ending its input; a caught signal is not ignored by children.
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda number, frame: None)
    main(*claim_pipes())
