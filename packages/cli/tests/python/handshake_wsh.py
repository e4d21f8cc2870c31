# The query says how the handshake ends.
from pywebsocket3 import handshake
from pywebsocket3.handshake import AbortedByUserException, HandshakeException


def web_socket_do_extra_handshake(request):
    way = request.uri.partition("?")[2]
    if way == "abort":
        raise AbortedByUserException("no")
    if way == "write":
        request.connection.write(b"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n")
        raise handshake.AbortedByUserException("answered")
    if way == "value":
        raise ValueError("not you")
    if way == "handshake":
        raise HandshakeException("not you", status=401)
    if way == "exit":
        raise SystemExit(1)
    if way == "forget":
        pass
    if way == "invent":
        request.ws_protocol = "invented"
    if way == "token":
        request.ws_protocol = "not a token"
    if way == "header":
        request.extra_headers.append(("Connection", "close"))


def web_socket_transfer_data(request):
    request.ws_stream.send_message("open")
