# The first message says how the transfer ends.
from pywebsocket3 import common, msgutil, stream
from pywebsocket3.handshake import AbortedByUserException


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    way = request.ws_stream.receive_message()
    kinds = {
        "abort": AbortedByUserException,
        "bad operation": msgutil.BadOperationException,
        "invalid frame": stream.InvalidFrameException,
        "unsupported frame": stream.UnsupportedFrameException,
        "invalid utf-8": stream.InvalidUTF8Exception,
        "terminated": msgutil.ConnectionTerminatedException,
        "value": ValueError,
    }
    if way in kinds:
        raise kinds[way]("on purpose")
    if way == "close":
        request.ws_stream.close_connection(4000, "why")
        assert request.server_terminated and request.client_terminated
        assert (request.ws_close_code, request.ws_close_reason) == (4000, "why")
    if way == "close default":
        request.ws_stream.close_connection()
    if way == "close helper":
        msgutil.close_connection(request)
    if way == "close empty":
        request.ws_stream.close_connection(None)
        assert request.ws_close_code == common.STATUS_NO_STATUS_RECEIVED
        assert request.ws_close_reason is None
    if way == "close away":
        request.ws_stream.close_connection(common.STATUS_GOING_AWAY, "bye")
    if way == "close at once":
        request.ws_stream.close_connection(4001, b"bytes", wait_response=False)
        assert not request.client_terminated
        assert request.ws_stream.receive_message() is None
        try:
            request.ws_stream.send_message("late")
        except msgutil.BadOperationException:
            request.ws_stream.close_connection(4002)
            return
        raise AssertionError("it was sent")
    if way.startswith("code "):
        request.ws_stream.close_connection(int(way[5:]), "")
    if way == "long reason":
        request.ws_stream.close_connection(1000, "x" * 124)
    if way == "reason of bytes":
        request.ws_stream.close_connection(1000, b"\xff")
    if way == "raw":
        request.ws_stream.send_message("framed")
        request.connection.write(b"\x81\x03raw")
    if way == "raw text":
        request.connection.write("no bytes")
