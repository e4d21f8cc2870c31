"""The request that a handler holds: plain attributes, and room for the handler's own."""

import email.parser
import http.client

from trunkline_worker import frames
from trunkline_worker.extensions import make_processors, parse_extensions


class Connection(object):
    """`request.connection`."""

    def __init__(self, channel, head):
        self._channel = channel
        self._lines = head["lines"]
        self.remote_addr = tuple(head["remote"])
        self.local_addr = tuple(head["local"])

    def write(self, data):
        """Puts bytes on the wire as they are, past the framing."""
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError("connection.write takes bytes, not %s" % type(data).__name__)
        self._channel.send(frames.RAW, bytes(data))

    def read(self, length=-1):
        raise NotImplementedError(
            "connection.read: the server reads the socket; use request.ws_stream.receive_message()"
        )

    def get_memorized_lines(self):
        """The lines of the request's head, as bytes with their ends."""
        return [line.encode("latin-1") + b"\r\n" for line in self._lines]


class Request(object):
    def __init__(self, channel, head):
        lines = head["lines"]
        self.method, self.uri, self.protocol = lines[0].split(" ", 2)
        self.unparsed_uri = self.uri
        self.headers_in = _parse_headers(lines[1:])
        self.connection = Connection(channel, head)
        self._is_https = head["https"]
        self._tls = head["tls"]
        self.ws_resource = self.uri
        self.ws_origin = self.headers_in.get("Origin")
        self.ws_version = 13
        self.ws_requested_protocols = head["protocols"] or None
        self.ws_protocol = None
        self.ws_requested_extensions = parse_extensions(
            self.headers_in.get("Sec-WebSocket-Extensions")
        )
        self.ws_extension_processors = make_processors(self.ws_requested_extensions)
        self.ws_extensions = None
        self.extra_headers = []
        self.ws_stream = None
        self.ws_close_code = None
        self.ws_close_reason = None
        self.client_terminated = False
        self.server_terminated = False

    def is_https(self):
        return self._is_https

    def ssl_var_lookup(self, name):
        """A variable of the TLS connection by its name in Apache, such as SSL_CLIENT_S_DN, or None."""
        return self._tls.get(name)


def _parse_headers(lines):
    # http.client.parse_headers would refuse more than a hundred.
    parser = email.parser.Parser(_class=http.client.HTTPMessage)
    return parser.parsestr("\r\n".join(lines) + "\r\n\r\n", headersonly=True)
