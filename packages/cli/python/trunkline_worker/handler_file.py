"""Loads the files of handlers, again at each save, and says in words what is wrong with one.

Modules that a handler imports from the folder of the handlers are helpers: when one of them was
saved, all of them are imported anew at the next load.
"""

import importlib
import os
import sys
import threading
import traceback
import types

from pywebsocket3 import common

_PACKAGE = "trunkline_handlers."
_EXTRA_HANDSHAKE = "web_socket_do_extra_handshake"
_TRANSFER = "web_socket_transfer_data"
_PASSIVE_CLOSE = "web_socket_passive_closing_handshake"


class LoadFault(Exception):
    def __init__(self, message, line=None, path=None):
        super(LoadFault, self).__init__(message)
        self.line = line
        self.path = path


class Handler(object):
    """The functions of one version of one file."""

    def __init__(self, names):
        self.do_extra_handshake = names[_EXTRA_HANDSHAKE]
        self.transfer_data = names[_TRANSFER]
        self._passive = names.get(_PASSIVE_CLOSE)

    def answer_close(self, request):
        """Code and reason that answer the client's Close."""
        if self._passive is None:
            return common.STATUS_NORMAL_CLOSURE, ""
        return self._passive(request)


class HandlerFiles(object):
    def __init__(self):
        self._handlers = {}
        self._lock = threading.Lock()
        self._signatures = {}

    def get(self, path):
        """The last good version, or None."""
        return self._handlers.get(path)

    def load(self, path, root, encoding=None):
        """Returns the helpers' paths. Raises LoadFault; the last good version stays then.

        `encoding` is the file's, whatever it says itself.
        """
        if root not in sys.path:
            sys.path.append(root)
        with self._lock:
            self._forget_stale(root)
        names = _execute(path, root, encoding)
        for name in (_EXTRA_HANDSHAKE, _TRANSFER):
            if not callable(names.get(name)):
                raise LoadFault("has no function %s" % name)
        self._handlers[path] = Handler(names)
        with self._lock:
            self._signatures = {file: _sign(file) for file in _helpers(root).values()}
            return sorted(self._signatures)

    def _forget_stale(self, root):
        helpers = _helpers(root)
        known = self._signatures
        if all(_sign(file) == known.get(file, _sign(file)) for file in helpers.values()):
            return
        for name in helpers:
            sys.modules.pop(name, None)
        importlib.invalidate_caches()


def _execute(path, root, encoding):
    """The names that a file defines. The module is findable, for what looks itself up by name."""
    module = types.ModuleType(_module_name(path, root))
    module.__file__ = path
    before = sys.modules.get(module.__name__)
    sys.modules[module.__name__] = module
    try:
        exec(compile(_read(path, encoding), path, "exec", dont_inherit=True), module.__dict__)
        return module.__dict__
    except BaseException as error:
        if before is None:
            del sys.modules[module.__name__]
        else:
            sys.modules[module.__name__] = before
        raise _fault(error, path)


def _read(path, encoding):
    with open(path, "rb") as file:
        source = file.read()
    if encoding is None:
        # The compiler finds the encoding of bytes by itself (PEP 263).
        return source
    try:
        return source.decode(encoding)
    except LookupError:
        raise LoadFault("Python has no text encoding %r (--handler-encoding)" % encoding)
    except UnicodeDecodeError as error:
        message = "is not %s, as --handler-encoding says: %s" % (encoding, error.reason)
        raise LoadFault(message, source.count(b"\n", 0, error.start) + 1)


def _module_name(path, root):
    inner = os.path.relpath(path, root)[: -len(".py")]
    return _PACKAGE + inner.replace(os.sep, ".")


def _fault(error, path):
    if isinstance(error, LoadFault):
        return error
    if isinstance(error, SyntaxError):
        message = "%s: %s" % (type(error).__name__, error.msg)
        return LoadFault(message, error.lineno, error.filename or path)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == path]
    return LoadFault(_describe(error), lines[-1] if lines else None)


def _describe(error):
    return "".join(traceback.format_exception_only(type(error), error)).strip()


def _helpers(root):
    inside = os.path.join(root, "")
    found = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(inside) and not name.startswith(_PACKAGE):
            found[name] = file
    return found


def _sign(path):
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
