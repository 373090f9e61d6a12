"""Python's multiprocessing under the workloads of workloads.ts, with the same names and counts."""

import json
import multiprocessing as mp
import sys
import time

SETTINGS = json.loads(sys.argv[1])
ONE_KB = {f"key{i:02}": f"value {i:02} of some thirty characters" for i in range(20)}
BYTES = bytes(64 * 1024)
END = None


def seconds(run):
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def lock_alone(lock, n):
    for _ in range(n):
        lock.acquire()
        lock.release()


def timed(body, *args):
    """Runs it in a child after a short first run, and returns the seconds that the child took."""
    reader, writer = mp.Pipe(False)

    def child():
        body(*args[:-1], max(1, args[-1] // 20))
        writer.send(seconds(lambda: body(*args)))

    process = mp.Process(target=child)
    process.start()
    took = reader.recv()
    process.join()
    return took


def together(*bodies):
    """Seconds from a common start to the end of all children."""
    start = mp.Barrier(len(bodies) + 1)

    def child(body):
        start.wait()
        body()

    children = [mp.Process(target=child, args=(body,)) for body in bodies]
    for one in children:
        one.start()
    start.wait()
    return seconds(lambda: [one.join() for one in children])


def lock(n):
    return n / timed(lock_alone, mp.Lock(), n)


def contended(n):
    shared = mp.Lock()
    return 2 * n / together(lambda: lock_alone(shared, n), lambda: lock_alone(shared, n))


def queue_of(item):
    def run(n):
        queue = mp.Queue()

        def produce():
            for _ in range(n):
                queue.put(item)

        def consume():
            for _ in range(n):
                queue.get()

        return n / together(produce, consume)

    return run


def pipe(n):
    here, there = mp.Pipe()

    def echo():
        for _ in range(n + n // 20):
            there.send(there.recv())

    def ask(count):
        for i in range(count):
            here.send(i)
            here.recv()

    other = mp.Process(target=echo)
    other.start()
    took = timed(ask, n)
    other.join()
    return took / n * 1e6


def event(n):
    ping, pong = mp.Event(), mp.Event()

    def answer():
        for _ in range(n + n // 20):
            ping.wait()
            ping.clear()
            pong.set()

    def ask(count):
        for _ in range(count):
            ping.set()
            pong.wait()
            pong.clear()

    other = mp.Process(target=answer)
    other.start()
    took = timed(ask, n)
    other.join()
    return took / n / 2 * 1e6


def manager(n):
    def use(shared, count):
        for i in range(count // 2):
            shared["key"] = i
            shared["key"]

    with mp.Manager() as server:
        return n / timed(use, server.dict(), n)


WORKLOADS = {
    "lock": lock,
    "contended": contended,
    "queue-int": queue_of(7),
    "queue-1KB": queue_of(ONE_KB),
    "queue-64KiB": queue_of(BYTES),
    "pipe": pipe,
    "event": event,
    "manager": manager,
}

if __name__ == "__main__":
    mp.set_start_method("fork")
    for name, n in SETTINGS.items():
        print("@@sharing", json.dumps({"workload": name, "way": "", "value": WORKLOADS[name](n)}), flush=True)
