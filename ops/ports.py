"""Which loopback ports are free, and who holds one that is not."""

import random
import socket
from collections.abc import Collection

# Below the kernel's range for outgoing connections: still free when Rasa binds it 20 s later.
CHOICE = range(20000, 32000)


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(but_not: Collection[int] = ()) -> int:
    for port in random.SystemRandom().sample(CHOICE, 200):
        if port not in but_not and is_free(port):
            return port
    raise OSError("no free loopback port between 20000 and 32000")


def holder(port: int) -> str | None:
    """`python (pid 123)` of the process that listens there, where this user may know it."""
    try:
        import psutil  # type: ignore[import-untyped]
    except ImportError:  # a tool of the tests; the product does not need it
        return None
    try:
        for connection in psutil.net_connections("tcp"):
            if (
                connection.status == psutil.CONN_LISTEN
                and connection.laddr.port == port
                and connection.pid
            ):
                return f"{psutil.Process(connection.pid).name()}，pid {connection.pid}"
    except psutil.Error:
        pass
    return None
