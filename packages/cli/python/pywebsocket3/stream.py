"""What can go wrong on a connection. A handler may raise these too: see `trunkline_worker.session`."""


class ConnectionTerminatedException(Exception):
    """The connection is gone."""


class InvalidFrameException(ConnectionTerminatedException):
    """The peer broke the framing; closes with 1002."""


class BadOperationException(Exception):
    """The handler asked for what cannot be done; closes with 1011."""


class UnsupportedFrameException(Exception):
    """The peer sent what is not understood; closes with 1003."""


class InvalidUTF8Exception(Exception):
    """The peer's text is not UTF-8; closes with 1007."""
