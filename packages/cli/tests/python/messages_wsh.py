# Commands about messages; what is no command is echoed by its kind.
import threading

from pywebsocket3 import common, msgutil
from pywebsocket3.msgutil import BadOperationException

GATES = {}


def web_socket_do_extra_handshake(request):
    pass


def refused(call, *args, **kinds):
    try:
        call(*args, **kinds)
    except BadOperationException as error:
        return str(error)
    return "not refused"


def web_socket_transfer_data(request):
    stream = request.ws_stream
    while True:
        message = stream.receive_message()
        if message is None:
            return
        if message == "opcodes":
            stream.send_message(str(stream.get_last_received_opcode()))
            assert isinstance(stream.receive_message(), bytes)
            assert stream.get_last_received_opcode() == common.OPCODE_BINARY
            stream.send_message(str(stream.get_last_received_opcode()))
        elif message == "fragments":
            stream.send_message("one ", end=False)
            stream.send_ping("between")
            stream.send_message("two ", end=False)
            stream.send_message("three")
            stream.send_message(b"\x00", end=False, binary=True)
            stream.send_message(b"\x01", binary=True)
        elif message == "frame":
            frame = stream.receive_filtered_frame()
            stream.send_message(repr((frame.opcode, frame.payload, frame.fin)))
        elif message == "refusals":
            stream.send_message(refused(stream.send_message, "text", binary=True))
            stream.send_message(refused(stream.send_message, b"\xff"))
            stream.send_message(refused(stream.send_ping, "x" * 126))
            stream.send_message(refused(stream.close_connection, None, "reason"))
        elif message == "functions":
            msgutil.send_ping(request, "ping")
            msgutil.send_message(request, "text")
            msgutil.send_message(request, b"bytes", end=True, binary=True)
            msgutil.send_message(request, msgutil.receive_message(request))
        elif message == "receiver":
            receiver = msgutil.MessageReceiver(request)
            got = [receiver.receive(), receiver.receive()]
            sender = msgutil.MessageSender(request)
            sender.send_nowait("sent later")
            sender.send(repr(got))
            sender.stop()
            assert receiver.receive() is None
            assert receiver.receive_nowait() is None
            receiver.stop()
            return
        elif message == "callback":
            done = threading.Event()

            def take(text):
                stream.send_message("taken " + text)
                if text == "end":
                    done.set()

            receiver = msgutil.MessageReceiver(request, take)
            done.wait()
            receiver.stop()
            return
        elif isinstance(message, str) and message.startswith("wait "):
            GATES.setdefault(message[5:], threading.Event()).wait()
        elif isinstance(message, str) and message.startswith("open "):
            GATES.setdefault(message[5:], threading.Event()).set()
        else:
            stream.send_message(message, binary=isinstance(message, bytes))
