"""Brings connections to the platform's hosts to the Messenger emulator instead, for clients that know no proxy.

Python imports this at every start because its folder stands in PYTHONPATH; children have it too. Only where a socket
connects to is changed: the URL, the Host header, the server name of TLS and the check of the certificate stay as they
are, and so does every other connection. Without MESSENGER_EMULATOR_URL it does nothing. In the end it gives way to
the `sitecustomize` that Python would have imported.

A served host resolves to an address of this machine that stands for it, whatever port comes with it, and `connect` puts
the emulator in its place. Event loops and coroutine libraries that connect without `socket.socket` get the emulator's
own address instead.
"""

import os
import sys

HOSTS = ["graph.facebook.com", "graph-video.facebook.com", "graph.instagram.com"]
PORTS = {443, 80, "443", "80", "https", "http"}
# Belongs to this machine and is used by nobody.
STAND_IN = "127.116.77.69"


def _install():
    url = os.environ.get("MESSENGER_EMULATOR_URL", "")
    host, _, port = url.partition("://")[2].partition("/")[0].rpartition(":")
    if not host or not port.isdigit():
        return
    target = (host.strip("[]"), int(port))

    def text(value):
        return bytes(value).decode("latin-1") if isinstance(value, (bytes, bytearray)) else value

    def is_served(host):
        host = text(host)
        return isinstance(host, str) and host.lower().rstrip(".") in HOSTS

    def is_port(port):
        port = text(port)
        return isinstance(port, (int, str)) and port in PORTS

    def for_socket(module):
        native = sys.modules["_socket"]
        getaddrinfo, gethostbyname = native.getaddrinfo, native.gethostbyname
        connect, connect_ex = module.socket.connect, module.socket.connect_ex

        def stands_for(host, family):
            mapped = family == module.AF_INET6 and host.replace(".", "").isdigit()
            return "::ffff:" + host if mapped else host

        def redirected(sock, address):
            if isinstance(address, tuple) and len(address) >= 2 and is_port(address[1]):
                host = address[0]
                if host in (STAND_IN, "::ffff:" + STAND_IN) or is_served(host):
                    return (stands_for(target[0], sock.family), target[1]) + address[2:]
            return address

        def redirected_connect(self, address):
            return connect(self, redirected(self, address))

        def redirected_connect_ex(self, address):
            return connect_ex(self, redirected(self, address))

        def redirected_getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
            if not is_served(host) or (port and not is_port(port)):
                return getaddrinfo(host, port, family, type, proto, flags)
            if module.socket.connect is not redirected_connect:
                # Somebody else's sockets have taken the place of Python's, as those of gevent and eventlet do.
                return getaddrinfo(target[0], target[1], module.AF_INET, type, proto, 0)
            host = stands_for(STAND_IN, family)
            return getaddrinfo(host, port, family or module.AF_INET, type, proto, flags & ~module.AI_ADDRCONFIG)

        def redirected_gethostbyname(host):
            return STAND_IN if is_served(host) else gethostbyname(host)

        module.socket.connect = redirected_connect
        module.socket.connect_ex = redirected_connect_ex
        native.getaddrinfo = redirected_getaddrinfo
        native.gethostbyname = module.gethostbyname = redirected_gethostbyname

    def for_aiohttp(module):
        # With aiodns it resolves names without Python.
        resolver = module.AsyncResolver
        resolve = resolver.resolve

        async def redirected_resolve(self, host, port=0, *rest, **named):
            if not is_served(host) or (port and not is_port(port)):
                return await resolve(self, host, port, *rest, **named)
            import socket

            found = {"hostname": host, "host": STAND_IN, "port": port, "family": socket.AF_INET, "proto": 0}
            return [dict(found, flags=socket.AI_NUMERICHOST)]

        resolver.resolve = redirected_resolve

    def for_greendns(module):
        # That of eventlet, which resolves names without Python.
        getaddrinfo = module.getaddrinfo

        def redirected_getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
            if not is_served(host) or (port and not is_port(port)):
                return getaddrinfo(host, port, family, type, proto, flags)
            return sys.modules["_socket"].getaddrinfo(host, port, family, type, proto, flags)

        module.getaddrinfo = redirected_getaddrinfo

    def for_uvloop(module):
        # It resolves names and connects without Python.
        loop = module.Loop
        getaddrinfo, create_connection = loop.getaddrinfo, loop.create_connection

        async def redirected_getaddrinfo(self, host, port, **named):
            if is_served(host) and (not port or is_port(port)):
                host = STAND_IN
            return await getaddrinfo(self, host, port, **named)

        async def redirected_create_connection(self, factory, host=None, port=None, **named):
            if is_port(port) and (host == STAND_IN or is_served(host)):
                if named.get("ssl") and named.get("server_hostname") is None:
                    named["server_hostname"] = host
                host, port = target
            return await create_connection(self, factory, host, port, **named)

        loop.getaddrinfo, loop.create_connection = redirected_getaddrinfo, redirected_create_connection

    later = {
        "socket": for_socket,
        "aiohttp.resolver": for_aiohttp,
        "eventlet.support.greendns": for_greendns,
        "uvloop": for_uvloop,
    }

    def change(module, how):
        try:
            how(module)
        except Exception:
            pass

    class Loader:
        """Loads a module as its own loader does, and changes it then."""

        def __init__(self, loader, how):
            self.loader, self.how = loader, how

        def create_module(self, spec):
            return self.loader.create_module(spec)

        def exec_module(self, module):
            module.__spec__.loader = module.__loader__ = self.loader
            self.loader.exec_module(module)
            change(module, self.how)

    class Finder:
        """Finds what is changed once it is imported, and nothing is imported for that."""

        @staticmethod
        def find_spec(name, path=None, target=None):
            if name not in later:
                return None
            for finder in sys.meta_path:
                find = getattr(finder, "find_spec", None) if finder is not Finder else None
                spec = find(name, path, target) if find else None
                if spec is not None:
                    if hasattr(spec.loader, "exec_module"):
                        spec.loader = Loader(spec.loader, later[name])
                    return spec
            return None

    for name in list(later):
        if name in sys.modules:
            change(sys.modules[name], later.pop(name))
    sys.meta_path.insert(0, Finder)


def _give_way():
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != here]
    ours = sys.modules.pop(__name__, None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules[__name__] = ours


try:
    _install()
except Exception:
    pass
_give_way()
