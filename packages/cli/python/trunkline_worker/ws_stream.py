"""`request.ws_stream`: messages, pings and the closing handshake (RFC 6455), over a channel."""

import struct
import threading

from pywebsocket3 import common
from pywebsocket3.stream import BadOperationException, ConnectionTerminatedException
from trunkline_worker import frames

_CODE = struct.Struct(">H")
_MAX_REASON = 123
_MAX_CONTROL = 125
_OPCODES = {frames.TEXT: common.OPCODE_TEXT, frames.BINARY: common.OPCODE_BINARY}
_UNANSWERED = (common.STATUS_GOING_AWAY, common.STATUS_PROTOCOL_ERROR)


class Frame(object):
    """What `receive_filtered_frame` gives: a whole message, as one frame."""

    def __init__(self, opcode, payload):
        self.fin, self.rsv1, self.rsv2, self.rsv3 = 1, 0, 0, 0
        self.opcode = opcode
        self.payload = payload


class Stream(object):
    def __init__(self, request, channel, answer_close):
        self._request = request
        self._channel = channel
        self._answer_close = answer_close
        self._fragments = []
        self._fragments_are_binary = False
        self._sending = threading.RLock()
        self._last_opcode = None
        self._has_read = False

    # Messages.

    def receive_message(self):
        """`str` for text, `bytes` for binary, None when the client's Close came."""
        opcode, payload = self._receive()
        if opcode == common.OPCODE_TEXT:
            return payload.decode("utf-8")
        return payload

    def receive_filtered_frame(self):
        opcode, payload = self._receive()
        return None if opcode is None else Frame(opcode, payload)

    def get_last_received_opcode(self):
        return self._last_opcode

    def _receive(self):
        if self._request.client_terminated:
            raise BadOperationException("the client's Close was received: nothing can follow it")
        self._has_read = True
        came = self._channel.take()
        if came is None:
            return self._end(self._channel.gone)
        kind, payload = came
        if kind == frames.CLOSE:
            self._last_opcode = common.OPCODE_CLOSE
            self._take_close(payload)
            return None, None
        self._last_opcode = _OPCODES[kind]
        return self._last_opcode, payload

    def _end(self, gone):
        if not gone["clean"]:
            raise ConnectionTerminatedException("The connection is gone, without a Close")
        self._note_close(gone["code"], gone["reason"])
        return None, None

    def send_message(self, message, end=True, binary=False):
        """Waits while the client is slow. Fragments (`end=False`) leave together, as one message."""
        self._check_open("send a message")
        payload = _encode(message, binary)
        with self._sending:
            if self._fragments and self._fragments_are_binary != binary:
                raise BadOperationException("a message's fragments are all text or all binary")
            self._fragments.append(payload)
            self._fragments_are_binary = binary
            if not end:
                return
            whole = b"".join(self._fragments)
            self._fragments = []
            if len(whole) > frames.MAX_MESSAGE:
                raise BadOperationException("a message has at most %d bytes" % frames.MAX_MESSAGE)
            self._answer_unread_close()
            self._channel.send(frames.BINARY if binary else frames.TEXT, whole)

    def send_ping(self, body="", binary=False):
        self._check_open("send a ping")
        payload = _encode(body, binary or isinstance(body, bytes))
        if len(payload) > _MAX_CONTROL:
            raise BadOperationException("a ping carries at most %d bytes" % _MAX_CONTROL)
        self._channel.send(frames.PING, payload)

    def _check_open(self, what):
        if self._request.server_terminated:
            raise BadOperationException("our Close was sent: cannot %s after it" % what)

    def _answer_unread_close(self):
        """A handler that only sends never reads the Close; without this it would not end."""
        if self._has_read or not self._channel.comes_close_next():
            return
        self._receive()
        raise ConnectionTerminatedException("The client has closed the connection")

    # The closing handshake.

    def close_connection(
        self, code=common.STATUS_NORMAL_CLOSURE, reason="", wait_response=True
    ):
        """Sends a Close and waits for the client's; with `code` None an empty one."""
        if self._request.server_terminated:
            return
        self.send_close(code, reason)
        if code in _UNANSWERED or not wait_response:
            return
        gone = self._channel.wait_until_gone()
        if not gone["clean"]:
            raise ConnectionTerminatedException("The client did not answer the Close")
        self._note_close(gone["code"], gone["reason"])

    def send_close(self, code, reason):
        payload = _encode_close(code, reason)
        self._request.server_terminated = True
        self._channel.tell(frames.CLOSE, payload)

    def _take_close(self, payload):
        code, reason = common.STATUS_NO_STATUS_RECEIVED, None
        if len(payload) >= _CODE.size:
            code = _CODE.unpack(payload[: _CODE.size])[0]
            reason = payload[_CODE.size :].decode("utf-8", "replace")
        self._note_close(code, reason)
        if not self._request.server_terminated:
            self.send_close(*self._answer_close(self._request))

    def _note_close(self, code, reason):
        self._request.client_terminated = True
        if self._request.ws_close_code is None:
            is_empty = code == common.STATUS_NO_STATUS_RECEIVED
            self._request.ws_close_code = code
            self._request.ws_close_reason = None if is_empty else reason


def _encode(message, binary):
    if binary:
        if isinstance(message, str):
            raise BadOperationException("a binary message is made of bytes, not of a str")
        return bytes(message)
    if isinstance(message, str):
        return message.encode("utf-8")
    try:
        # As text it must be UTF-8; whoever wrote b"abc" for a text gets what was meant.
        bytes(message).decode("utf-8")
    except (UnicodeDecodeError, TypeError):
        raise BadOperationException("a text message is a str; for bytes give binary=True")
    return bytes(message)


def _encode_close(code, reason):
    if code is None:
        if reason:
            raise BadOperationException("a close reason needs a code")
        return b""
    if not _is_sendable(code):
        raise BadOperationException("%r is not a close code that may be sent" % (code,))
    encoded = _encode(reason or "", False)
    if len(encoded) > _MAX_REASON:
        raise BadOperationException("a close reason has at most %d bytes" % _MAX_REASON)
    return _CODE.pack(code) + encoded


def _is_sendable(code):
    if not isinstance(code, int):
        return False
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999
