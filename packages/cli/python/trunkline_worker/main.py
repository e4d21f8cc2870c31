"""Reads the pipe to its end and hands each frame to whom it concerns."""

import importlib
import json
import logging
import os
import sys
import threading
import time

from trunkline_worker import frames
from trunkline_worker.channel import Channel
from trunkline_worker.handler_file import HandlerFiles, LoadFault
from trunkline_worker.session import run_session

# Seconds for the handlers' threads after the server has ended.
_PATIENCE = 1.0

_MODULES = ("common", "stream", "handshake", "handshake.base", "util", "msgutil")
_ALIASES = {"handshake.base": ("handshake._base",), "stream": ("_stream_exceptions",)}


def main(source, target):
    name_modules()
    pipe = frames.Pipe(source, target)
    log_to(pipe)
    worker = Worker(pipe)
    pipe.write_json(frames.READY, 0, {"version": sys.version.split()[0]})
    worker.run()
    # Not the interpreter's own end: it would wait for threads that a handler started.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def name_modules():
    """Both package names lead to the same modules."""
    sys.modules["mod_pywebsocket"] = importlib.import_module("pywebsocket3")
    for name in _MODULES:
        module = importlib.import_module("pywebsocket3." + name)
        for alias in (name,) + _ALIASES.get(name, ()):
            sys.modules.setdefault("pywebsocket3." + alias, module)
            sys.modules["mod_pywebsocket." + alias] = module


class PipeLog(logging.Handler):
    def __init__(self, pipe):
        logging.Handler.__init__(self)
        self._pipe = pipe

    def emit(self, record):
        try:
            text = self.format(record)
            self._pipe.write_json(frames.LOG, 0, {"level": record.levelno, "text": text})
        except Exception:
            self.handleError(record)


def log_to(pipe):
    """What handlers log goes the same way; the server chooses by level."""
    root = logging.getLogger()
    root.addHandler(PipeLog(pipe))
    root.setLevel(logging.DEBUG)


class Worker(object):
    def __init__(self, pipe):
        self._pipe = pipe
        self._files = HandlerFiles()
        self._channels = {}
        self._threads = set()
        self._deliver = {
            frames.LOAD: self._load,
            frames.OPEN: self._open,
            frames.OPENED: lambda number, payload: self._find(number).open(json.loads(payload)),
            frames.TEXT: lambda number, payload: self._find(number).put(frames.TEXT, payload),
            frames.BINARY: lambda number, payload: self._find(number).put(frames.BINARY, payload),
            frames.CLOSE: lambda number, payload: self._find(number).put(frames.CLOSE, payload),
            frames.CREDIT: lambda number, payload: self._find(number).credit(payload),
            frames.GONE: self._end,
        }

    def run(self):
        while True:
            frame = self._pipe.read()
            if frame is None:
                return self._finish()
            kind, number, payload = frame
            self._deliver[kind](number, payload)

    def _find(self, number):
        # For one that is refused meanwhile, what still comes goes nowhere.
        return self._channels.get(number) or Channel(self._pipe, number)

    def _start(self, target, *args):
        def run():
            try:
                target(*args)
            finally:
                self._threads.discard(thread)

        thread = threading.Thread(target=run, daemon=True)
        self._threads.add(thread)
        thread.start()

    # A file's top level may take its time: the pipe must be read meanwhile.
    def _load(self, number, payload):
        asked = json.loads(payload)
        self._start(self._load_file, number, asked["path"], asked["root"], asked.get("encoding"))

    def _load_file(self, number, path, root, encoding):
        try:
            helpers = self._files.load(path, root, encoding)
            self._pipe.write_json(frames.LOADED, number, {"files": helpers})
        except LoadFault as fault:
            found = {"message": str(fault), "line": fault.line, "file": fault.path or path}
            self._pipe.write_json(frames.FAILED, number, found)

    def _open(self, number, payload):
        head = json.loads(payload)
        handler = self._files.get(head["path"])
        if handler is None:
            return self._refuse(number, "The handler of this resource did not load.")
        channel = Channel(self._pipe, number)
        self._channels[number] = channel
        try:
            self._start(run_session, channel, handler, head)
        except RuntimeError as error:
            logging.getLogger("trunkline").error("no thread for %s: %s", head["path"], error)
            del self._channels[number]
            self._refuse(number, "The server is full.")

    def _refuse(self, number, reason):
        self._pipe.write_json(frames.REFUSE, number, {"status": 503, "reason": reason})

    def _end(self, number, payload):
        channel = self._channels.pop(number, None)
        if channel is not None:
            channel.end(json.loads(payload))

    def _finish(self):
        for channel in list(self._channels.values()):
            channel.end({"code": 1006, "reason": "", "clean": False})
        until = time.monotonic() + _PATIENCE
        for thread in list(self._threads):
            thread.join(max(0.0, until - time.monotonic()))
