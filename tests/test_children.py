"""Children of multiprocessing, however they start: contexts of their own, and nothing is lost."""

from __future__ import annotations

import multiprocessing

import pytest

from subprocess_runner import run_python

METHODS = pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())

# Processes may start from a file only: this writes the program, whose end comes after it, and runs it.
START = """
    import subprocess, tempfile

    BEGIN = '''
    import multiprocessing, os, sys, threading, time
    from concurrent.futures import ProcessPoolExecutor

    def run_all(target, *arguments, count=6):
        workers = [multiprocessing.Process(target=target, args=(*arguments, i)) for i in range(count)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(20)
        return [worker.exitcode for worker in workers]

    def numbers(pull, count):
        return sorted(int(pull.recv_multipart(timeout=20000)[0]) for _ in range(count))

    if __name__ == "__main__":
        multiprocessing.set_start_method(sys.argv[1])
    '''

    def run(program):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "program.py")
            with open(path, "w") as file:
                file.write(BEGIN + program)
            # From 3.12 on Python warns of every fork of a process with threads, and libzmq has some.
            options = ["-W", "ignore::DeprecationWarning"]
            sys.exit(subprocess.call([sys.executable, *options, path, *sys.argv[1:]]))
"""


@METHODS
def test_contexts_of_their_own(method: str) -> None:
    """Processes, pools and executors talk to their parent with contexts that they open and end."""
    run_python(
        START
        + """
    run('''
    import zmqpp

    shared = zmqpp.Context.instance()

    def work(endpoint, number):
        context = zmqpp.Context.instance()
        push = context.socket(zmqpp.PUSH)
        push.connect(endpoint)
        push.send_multipart([b"%d" % number, bytes(100000)], copy=False)
        push.close()
        context.term()
        return number

    if __name__ == "__main__":
        with shared.socket(zmqpp.PULL) as pull:
            endpoint = str(pull.bind("tcp://127.0.0.1:*"))
            assert run_all(work, endpoint, count=3) == [0, 0, 0]
            assert numbers(pull, 3) == [0, 1, 2]
            with multiprocessing.Pool(2) as pool:
                assert pool.starmap(work, [(endpoint, i) for i in range(4)]) == [0, 1, 2, 3]
                assert numbers(pull, 4) == [0, 1, 2, 3]
            with ProcessPoolExecutor(2) as executor:
                assert list(executor.map(work, [endpoint] * 4, range(4))) == [0, 1, 2, 3]
                assert numbers(pull, 4) == [0, 1, 2, 3]
    ''')
        """,
        method,
        timeout=60,
    )


@pytest.mark.parametrize("imported", ["at once", "late"])
@METHODS
def test_what_a_child_leaves_behind_is_sent(method: str, imported: str) -> None:
    """A child that just returns, with everything open and threads in it, has sent its messages."""
    run_python(
        START
        + """
    run('''
    if sys.argv[2] == "at once":
        import zmqpp

    def send_all_the_time(socket):
        while True:
            socket.send(b"to nobody in particular")

    def leave(endpoints, number):
        import zmqpp
        context = zmqpp.Context() if number % 2 else zmqpp.Context.instance()
        push = context.socket(zmqpp.PUSH)
        push.connect(endpoints[number].recv())
        for part in range(100):
            push.send(b"%d" % (number * 100 + part))
        if number % 3 == 0:
            leave.open = push
        if number % 3 == 1:
            threading.Thread(target=context.socket(zmqpp.PULL).recv, daemon=True).start()
            busy = context.socket(zmqpp.PUB)
            threading.Thread(target=send_all_the_time, args=(busy,), daemon=True).start()
        print("said at the end", end=" ")  # while this is written, other threads may run
        if number == 3:
            sys.exit(3)

    if __name__ == "__main__":
        pipes = [multiprocessing.Pipe() for _ in range(6)]

        def tell():
            time.sleep(0.2)  # they have begun by now; if not, one case is tested less
            global pull
            import zmqpp
            pull = zmqpp.Context.instance().socket(zmqpp.PULL)
            endpoint = str(pull.bind("tcp://127.0.0.1:*"))
            for _, end in pipes:
                end.send(endpoint)

        telling = threading.Thread(target=tell)
        telling.start()
        codes = run_all(leave, [end for end, _ in pipes])
        assert codes == [0, 0, 0, 3, 0, 0], codes
        assert numbers(pull, 600) == list(range(600))
        pull.close()
    ''')
        """,
        method,
        imported,
        timeout=60,
    )


@METHODS
def test_unsent_messages_do_not_keep_a_child(method: str) -> None:
    """A child that has sent to nobody ends in about a second, and its parent's sockets go on."""
    run_python(
        START
        + """
    run('''
    import zmqpp

    def leave(dead, ended, number):
        push = zmqpp.Context.instance().socket(zmqpp.PUSH)
        push.connect(dead)
        push.send(b"never sent")
        ended.send(time.monotonic())

    if __name__ == "__main__":
        sys.path.append(sys.argv[2])
        from blocking_calls import DEAD
        from promptness import assert_prompt

        with zmqpp.Context() as context:
            pull, push = context.socket(zmqpp.PULL), context.socket(zmqpp.PUSH)
            push.connect(pull.bind("tcp://127.0.0.1:*"))
            push.send(b"before")

            def seconds():
                ending, ended = multiprocessing.Pipe()
                assert run_all(leave, DEAD, ended, count=1) == [0]
                return time.monotonic() - ending.recv()

            assert_prompt(seconds, 2, runs=1)
            push.send(b"after")
            assert [pull.recv(timeout=5000) for _ in range(2)] == [b"before", b"after"]
    ''')
        """,
        method,
        __file__.rpartition("/")[0],
        timeout=60,
    )


@METHODS
def test_a_child_with_threads_at_work(method: str) -> None:
    """The threads that a child waits for may use their sockets when its work has returned."""
    run_python(
        START
        + """
    run('''
    import zmqpp

    def leave(endpoint, number):
        def send_late():
            with zmqpp.Context() as context, context.socket(zmqpp.PUSH) as push:
                push.connect(endpoint)
                time.sleep(0.1)  # the work has returned by now; if not, the outcome is the same
                push.send(b"%d" % number)

        threading.Thread(target=send_late).start()

    if __name__ == "__main__":
        with zmqpp.Context() as context, context.socket(zmqpp.PULL) as pull:
            endpoint = str(pull.bind("tcp://127.0.0.1:*"))
            assert run_all(leave, endpoint, count=3) == [0, 0, 0]
            assert numbers(pull, 3) == [0, 1, 2]
    ''')
        """,
        method,
        timeout=60,
    )
