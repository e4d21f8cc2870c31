"""The same names, where some handlers look for them."""

from pywebsocket3.handshake import AbortedByUserException, HandshakeException, VersionException

__all__ = ["AbortedByUserException", "HandshakeException", "VersionException"]
