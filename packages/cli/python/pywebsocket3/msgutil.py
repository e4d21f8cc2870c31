"""Messages by function instead of by method, and threads that read or write them.

A `MessageReceiver` reads for itself: beside one, a handler must not read the same request.
"""

import queue
import threading

from pywebsocket3.handshake import AbortedByUserException
from pywebsocket3.stream import (
    BadOperationException,
    ConnectionTerminatedException,
    InvalidFrameException,
    InvalidUTF8Exception,
    UnsupportedFrameException,
)

__all__ = [
    "BadOperationException",
    "ConnectionTerminatedException",
    "InvalidFrameException",
    "InvalidUTF8Exception",
    "MessageReceiver",
    "MessageSender",
    "UnsupportedFrameException",
    "close_connection",
    "receive_message",
    "send_message",
    "send_ping",
]


def send_message(request, payload_data, end=True, binary=False):
    request.ws_stream.send_message(payload_data, end, binary)


def receive_message(request):
    return request.ws_stream.receive_message()


def send_ping(request, body=""):
    request.ws_stream.send_ping(body)


def close_connection(request):
    request.ws_stream.close_connection()


class MessageReceiver(threading.Thread):
    """Reads in a thread of its own: gives messages to `onmessage`, else keeps them for `receive`."""

    def __init__(self, request, onmessage=None):
        threading.Thread.__init__(self, daemon=True)
        self._request = request
        self._onmessage = onmessage
        self._messages = queue.Queue()
        self._stop_requested = False
        self.start()

    def run(self):
        try:
            while not self._stop_requested:
                message = receive_message(self._request)
                if self._onmessage is None:
                    self._messages.put(message)
                elif message is not None:
                    self._onmessage(message)
                if message is None:
                    break
        except (ConnectionTerminatedException, BadOperationException, AbortedByUserException):
            # The handler's own thread is told of the same.
            pass
        finally:
            self._messages.put(None)

    def receive(self):
        """The next message; waits for it. None when no more come."""
        message = self._messages.get()
        if message is None:
            self._messages.put(None)
        return message

    def receive_nowait(self):
        """The next message, or None when none is there."""
        try:
            message = self._messages.get_nowait()
        except queue.Empty:
            return None
        if message is None:
            self._messages.put(None)
        return message

    def stop(self):
        """Reads no more after the message that is being waited for."""
        self._stop_requested = True


class MessageSender(threading.Thread):
    """Sends in a thread of its own, in the order of the calls."""

    def __init__(self, request):
        threading.Thread.__init__(self, daemon=True)
        self._request = request
        self._messages = queue.Queue()
        self.start()

    def run(self):
        while True:
            item = self._messages.get()
            if item is None:
                return
            message, done = item
            try:
                send_message(self._request, message)
            except Exception as error:
                done.error = error
            done.event.set()

    def send(self, message):
        """Returns when the message was sent; raises what sending raised."""
        done = self.send_nowait(message)
        done.event.wait()
        if done.error is not None:
            raise done.error

    def send_nowait(self, message):
        done = _Done()
        self._messages.put((message, done))
        return done

    def stop(self):
        """Ends the thread, after what was given to it before."""
        self._messages.put(None)
        self.join()


class _Done(object):
    def __init__(self):
        self.event = threading.Event()
        self.error = None
