"""Calls Graph once and prints the answer: `direct` as clients do that know no proxy, `proxy` as those that have one."""

import socket
import ssl
import sys
import urllib.request

url, how = sys.argv[1:]


def fail(code, text):
    print(text, file=sys.stderr)
    sys.exit(code)


def direct():
    host, _, path = url.partition("://")[2].partition("/")
    with socket.create_connection((host, 443), timeout=15) as plain:
        address = plain.getpeername()[0]
        # Nothing has been sent yet.
        if not address.startswith("127.") and address != "::1":
            fail(3, "it connects to " + address)
        with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure:
            request = "GET /%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (path, host)
            secure.sendall(request.encode())
            return b"".join(iter(lambda: secure.recv(65536), b""))


try:
    answer = direct() if how == "direct" else urllib.request.urlopen(url, timeout=15).read()
except OSError as error:
    fail(1, str(error))
print(answer.decode())
