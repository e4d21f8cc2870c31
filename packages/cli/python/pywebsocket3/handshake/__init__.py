"""Exceptions of the opening handshake."""


class AbortedByUserException(Exception):
    """Drops the connection: no answer before the handshake, no Close after it."""


class HandshakeException(Exception):
    """Refuses the handshake. Raised by a handler it is answered with 403, as any exception is."""

    def __init__(self, name, status=None):
        super(HandshakeException, self).__init__(name)
        self.status = status


class VersionException(Exception):
    """The client's version of the protocol is not supported."""

    def __init__(self, name, supported_versions=""):
        super(VersionException, self).__init__(name)
        self.supported_versions = supported_versions
