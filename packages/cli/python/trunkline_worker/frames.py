"""The pipe to the server: frames of a length, a kind, a connection's number and a payload.

`packages/cli/src/handlers/python/pipe-frames.ts` is the other end and has the same table.
"""

import json
import struct
import threading

HEADER = struct.Struct(">IBI")

# From the server.
LOAD = 1
OPEN = 2
OPENED = 3
TEXT = 4
BINARY = 5
CLOSE = 6
GONE = 7
CREDIT = 8

# To the server; TEXT, BINARY, CLOSE and CREDIT go both ways.
READY = 20
LOADED = 21
FAILED = 22
ACCEPT = 23
REFUSE = 24
ABORT = 25
PING = 26
RAW = 27
LOG = 28

# Bytes that may be under way for one connection in one direction, and what a message costs besides
# its content: a flood of empty ones must be bounded too.
WINDOW = 65536
OVERHEAD = 64

# Bytes of one message to the server at the most: what it can make one string of.
MAX_MESSAGE = 1 << 28


class Pipe(object):
    """Reads in one thread; writes from any."""

    def __init__(self, source, target):
        self._source = source
        self._target = target
        self._lock = threading.Lock()

    def read(self):
        """The next frame as (kind, number, payload), or None at the end."""
        header = self._source.read(HEADER.size)
        if len(header) < HEADER.size:
            return None
        length, kind, number = HEADER.unpack(header)
        payload = self._source.read(length) if length > 0 else b""
        return None if len(payload) < length else (kind, number, payload)

    def write(self, kind, number, payload=b""):
        with self._lock:
            self._target.write(HEADER.pack(len(payload), kind, number) + payload)
            self._target.flush()

    def write_json(self, kind, number, value):
        self.write(kind, number, json.dumps(value).encode("utf-8"))
