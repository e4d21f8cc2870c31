"""One connection as this process sees it: what came and was not read yet, and how much may be sent.

The thread that reads the pipe puts in; the handler's threads take out and send. Both directions are
bounded: the server stops reading the socket while too much lies here unread, and a sender waits
while too much of what it sent has not left.
"""

import collections
import struct
import threading

from pywebsocket3.stream import ConnectionTerminatedException
from trunkline_worker import frames

_COUNT = struct.Struct(">I")


class Channel(object):
    def __init__(self, pipe, number):
        self._pipe = pipe
        self._number = number
        self._changed = threading.Condition()
        self._inbox = collections.deque()
        self._read = 0
        self._under_way = 0
        self.opened = None
        # How the connection ended: {"code", "reason", "clean"}.
        self.gone = None

    # From the thread that reads the pipe.

    def put(self, kind, payload):
        with self._changed:
            self._inbox.append((kind, payload))
            self._changed.notify_all()

    def open(self, opened):
        with self._changed:
            self.opened = opened
            self._changed.notify_all()

    def end(self, gone):
        with self._changed:
            self.gone = gone
            self._changed.notify_all()

    def credit(self, payload):
        with self._changed:
            self._under_way -= _COUNT.unpack(payload)[0]
            self._changed.notify_all()

    # From the handler's threads.

    def wait_until_open(self):
        """What the handshake ended with, or None when the client went."""
        with self._changed:
            self._changed.wait_for(lambda: self.opened is not None or self.gone is not None)
            return self.opened

    def wait_until_gone(self):
        with self._changed:
            self._changed.wait_for(lambda: self.gone is not None)
            return self.gone

    def take(self):
        """The next (kind, payload) that came; None when the connection is gone."""
        with self._changed:
            self._changed.wait_for(lambda: self._inbox or self.gone is not None)
            if not self._inbox:
                return None
            kind, payload = self._inbox.popleft()
            self._read += len(payload) + frames.OVERHEAD
            credit = self._read if self._read >= frames.WINDOW // 4 else 0
            self._read -= credit
        if credit > 0:
            self._pipe.write(frames.CREDIT, self._number, _COUNT.pack(credit))
        return kind, payload

    def comes_close_next(self):
        """Whether the peer's Close is all that is left to read."""
        with self._changed:
            return bool(self._inbox) and self._inbox[0][0] == frames.CLOSE

    def send(self, kind, payload=b""):
        """Waits while too much is under way. Raises when the connection is gone."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._under_way < frames.WINDOW or self.gone is not None
            )
            if self.gone is not None:
                raise ConnectionTerminatedException("The connection is gone")
            self._under_way += len(payload) + frames.OVERHEAD
        self._pipe.write(kind, self._number, payload)

    def tell(self, kind, payload=b""):
        """Sends what is not counted: decisions, and the end."""
        if self.gone is None:
            self._pipe.write(kind, self._number, payload)

    def tell_json(self, kind, value):
        if self.gone is None:
            self._pipe.write_json(kind, self._number, value)
