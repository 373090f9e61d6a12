"""One of Python's pools under one workload: the counterpart of child.ts, same lines on stdin and stdout."""

import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import bodies

MIB = 1 << 20


class Pool:
    """multiprocessing.Pool behind the few methods that the workloads need."""

    def __init__(self, workers):
        self.pool = multiprocessing.Pool(workers)

    def submit(self, body, value):
        return self.pool.apply_async(body, (value,))

    def result(self, handle):
        return handle.get()

    def map(self, items):
        return self.pool.map(bodies.square, items)

    def close(self):
        self.pool.close()
        self.pool.join()


class Executor:
    """A concurrent.futures executor behind the same methods; its map gets chunks made by hand."""

    kind = ProcessPoolExecutor

    def __init__(self, workers):
        self.workers = workers
        self.pool = self.kind(workers)

    def submit(self, body, value):
        return self.pool.submit(body, value)

    def result(self, handle):
        return handle.result()

    def map(self, items):
        size = -(-len(items) // (self.workers * 4))
        chunks = [items[i : i + size] for i in range(0, len(items), size)]
        futures = [self.pool.submit(bodies.square_all, chunk) for chunk in chunks]
        return [value for future in futures for value in future.result()]

    def close(self):
        self.pool.shutdown()


class Threads(Executor):
    kind = ThreadPoolExecutor


POOLS = {"mp.Pool": Pool, "ProcessPoolExecutor": Executor, "ThreadPoolExecutor": Threads}


def milliseconds(run):
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def run_all(pool, body, values):
    handles = [pool.submit(body, value) for value in values]
    return [pool.result(handle) for handle in handles]


def burst(pool, count):
    if run_all(pool, bodies.noop, range(count)) != list(range(count)):
        raise AssertionError("a no-op returned a wrong number")


def up_to(count, left, run):
    """Runs so many times, or fewer when so many milliseconds are over; returns what each took."""
    times = []
    while len(times) < count and left > 0:
        times.append(run())
        left -= times[-1]
    return times


def noop(opened, quick, rounds):
    count, part = (5_000, 0.2) if quick else (50_000, 1)
    pool = opened(2)
    burst(pool, 4)

    def run():
        return milliseconds(lambda: burst(pool, count))

    def turn():
        first, following = run(), run()
        up_to(6, 3_000 * part - first - following, run)
        times = [run()]
        times += up_to(4, 1_500 * part - times[0], run)
        warm = sorted(times)[len(times) // 2]
        rates = {"first": first, "next": following, "warm": warm}
        return {name: count / took * 1000 for name, took in rates.items()}

    return turn


def latency(opened, quick, rounds):
    count = 500 if quick else 5_000
    pool = opened(2)

    def run(calls):
        for i in range(calls):
            if pool.result(pool.submit(bodies.noop, i)) != i:
                raise AssertionError("a no-op returned a wrong number")

    run(500)
    return lambda: {"call": milliseconds(lambda: run(count)) / count * 1000}


def map_million(opened, quick, rounds):
    items = [i & 1023 for i in range(200_000 if quick else 1_000_000)]
    pool = opened(2)

    def run():
        squares = pool.map(items)
        if len(squares) != len(items) or squares[-1] != (len(items) - 1 & 1023) ** 2:
            raise AssertionError("wrong squares")

    run()
    return lambda: {"million": milliseconds(run) * 1_000_000 / len(items)}


def make_record(number):
    return {
        "id": number,
        "customer": {
            "name": "Ada Lovelace",
            "email": "ada@example.org",
            "tags": ["new", "paper", "post"],
        },
        "paid": True,
        "total": 1234.5,
        "note": "Leave it with the neighbours when nobody opens; ring twice, the bell is quiet.",
        "lines": [
            {
                "sku": f"SKU-{1000 + line}-{line * 7919}",
                "title": "A thing with a middling title",
                "count": line + 1,
                "price": 9.5 * line,
            }
            for line in range(8)
        ],
    }


def objects(opened, quick, rounds):
    count = 2_000 if quick else 10_000
    pool = opened(2)

    def run(calls):
        results = run_all(pool, bodies.echo, [make_record(number) for number in range(calls)])
        if [result["id"] for result in results] != list(range(calls)):
            raise AssertionError("an object came back to another call")

    run(500)
    return lambda: {"1KB": count / milliseconds(lambda: run(count)) * 1000}


def clone_bytes(opened, quick, rounds):
    pool = opened(2)
    data = bytes(MIB)

    def run(calls):
        waiting = []
        for _ in range(calls):
            if len(waiting) == 4:
                pool.result(waiting.pop(0))
            waiting.append(pool.submit(bodies.echo, data))
        for handle in waiting:
            if len(pool.result(handle)) != MIB:
                raise AssertionError("bytes were lost")

    if not quick:
        run(8)
    count = max(4, round(4 / milliseconds(lambda: run(4)) * (100 if quick else 1_000)))
    return lambda: {"clone": count / milliseconds(lambda: run(count)) * 1000}


def timed_pair(opened, values):
    one, two = opened(1), opened(2)
    for pool in (one, two):
        run_all(pool, bodies.spin, [100] * 8)
    return (
        lambda: milliseconds(lambda: run_all(one, bodies.spin, values)),
        lambda: milliseconds(lambda: run_all(two, bodies.spin, values)),
    )


def cpu(opened, quick, rounds):
    values = [rounds // 16] * 32 if quick else [rounds] * 64
    one, two = timed_pair(opened, values)

    def turn():
        alone, together = one(), two()
        return {"1-worker": alone, "2-workers": together, "speedup": alone / together}

    return turn


def skewed(opened, quick, rounds):
    count, mean = (32, rounds // 16) if quick else (64, rounds)
    weights = [1 / (i + 1) for i in range(count)]
    scale = count * mean / sum(weights)
    values = [max(1, round(weights[(i * 29 + 7) % count] * scale)) for i in range(count)]
    one, two = timed_pair(opened, values)

    def turn():
        alone, together = one(), two()
        return {"2-workers": together, "speedup": alone / together}

    return turn


def startup(opened, quick, rounds):
    def turn():
        started = time.perf_counter()
        pool = opened(2)
        pool.result(pool.submit(bodies.noop, 7))
        took = (time.perf_counter() - started) * 1000
        pool.close()
        return {"first-result": took}

    turn()
    return turn


def family():
    """The ids of this process and of its children."""
    own = os.getpid()
    pids = [own]
    for task in os.listdir(f"/proc/{own}/task"):
        with open(f"/proc/{own}/task/{task}/children") as file:
            pids += [int(pid) for pid in file.read().split()]
    return pids


def memory(field):
    """MiB of this process and its children; shared pages are divided among those that share them."""
    total = 0
    for pid in family():
        with open(f"/proc/{pid}/{'smaps_rollup' if field == 'Pss' else 'status'}") as file:
            total += next(int(line.split()[1]) for line in file if line.startswith(field))
    return total / 1024


def processor_ms():
    total = 0
    for pid in family():
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[0])
    return total / 1e6


def idle(opened, quick, rounds):
    def turn():
        before = memory("Pss")
        pool = opened(4)
        burst(pool, 32)
        time.sleep(0.5 if quick else 1)
        after = memory("Pss")
        started, used = time.perf_counter(), processor_ms()
        time.sleep(0.4 if quick else 2)
        seconds = time.perf_counter() - started
        return {"rss": (after - before) / 4, "cpu": (processor_ms() - used) / seconds}

    return turn


def pending(opened, quick, rounds):
    pool = opened(2)
    burst(pool, 4)

    def turn():
        before = memory("VmRSS")
        burst(pool, 10_000 if quick else 200_000)
        return {"peak": memory("VmHWM") - before}

    return turn


def calibrate(opened, quick, rounds):
    def turn():
        best = min(milliseconds(lambda: bodies.spin(50_000)) for _ in range(9))
        return {"rounds": round(50_000 / best * 20)}

    return turn


WORKLOADS = {
    "bytes": clone_bytes,
    "calibrate": calibrate,
    "cpu": cpu,
    "idle": idle,
    "latency": latency,
    "map": map_million,
    "noop": noop,
    "object": objects,
    "pending": pending,
    "skewed": skewed,
    "startup": startup,
}


def answer(message):
    print("@@bench " + json.dumps(message), flush=True)


def main():
    library, workload, settings = sys.argv[1:]
    settings = json.loads(settings)
    turn = WORKLOADS[workload](POOLS[library], settings["quick"], settings["rounds"])
    answer({"ready": True})
    for line in sys.stdin:
        if line.strip() == "turn":
            answer({"values": turn()})


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        answer({"error": f"{type(error).__name__}: {error}"})
    sys.stdout.flush()
    os._exit(0)
