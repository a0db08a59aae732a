"""Looks no host up but this machine, so that a bot under test cannot reach the real platform.

GUARD_FILE gets what was asked for.
"""

import os
import socket

_look_up = socket.getaddrinfo
_LOCAL = {"localhost", "127.0.0.1", "::1", "0.0.0.0", None}


def _guarded(host, *rest, **named):
    if host in _LOCAL:
        return _look_up(host, *rest, **named)
    with open(os.environ["GUARD_FILE"], "a", encoding="utf-8") as out:
        out.write(f"{host}\n")
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


socket.getaddrinfo = _guarded
