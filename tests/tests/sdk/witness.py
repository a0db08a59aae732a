"""Stands between a bot and the emulator, and writes down how each connection of the bot begins.

    python3 witness.py FILE URL COMMAND…

starts COMMAND with the URL of the witness in place of URL, in its arguments and in its environment. What comes there is
passed on to the emulator at URL, byte for byte. FILE gets a line for each connection: the request line, or `TLS`.
"""

import os
import socket
import subprocess
import sys
import threading
from urllib.parse import urlsplit


def main():
    file, url, *command = sys.argv[1:]
    emulator = urlsplit(url)
    listener = socket.create_server(("127.0.0.1", 0))
    own = f"http://127.0.0.1:{listener.getsockname()[1]}"
    environment = {name: value.replace(url, own) for name, value in os.environ.items()}
    threading.Thread(target=accept, args=(listener, (emulator.hostname, emulator.port), file), daemon=True).start()
    sys.exit(subprocess.run([word.replace(url, own) for word in command], env=environment).returncode)


def accept(listener, emulator, file):
    while True:
        bot, _ = listener.accept()
        threading.Thread(target=relay, args=(bot, emulator, file), daemon=True).start()


def relay(bot, emulator, file):
    first = bot.recv(65536)
    if not first:
        bot.close()
        return
    begins = "TLS" if first[0] == 0x16 else first.split(b"\r\n", 1)[0].decode()
    # One short write, so that the lines of several connections do not mix.
    with open(file, "a", encoding="utf-8") as out:
        out.write(begins + "\n")
    there = socket.create_connection(emulator)
    there.sendall(first)
    threading.Thread(target=copy, args=(there, bot), daemon=True).start()
    copy(bot, there)


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        # The other side has gone, which is its own affair.
        pass


main()
