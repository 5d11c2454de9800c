// A C++ program that embeds Python and shares contexts and sockets with it, for tests/test_embedding.py:
// hybrid_host SCENARIO. It says "done" when all went as it should.
#include <pybind11/embed.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <zmqpp/python.hpp>

namespace py = pybind11;
using namespace std::chrono_literals;
using zmqpp::Context;
using zmqpp::Message;
using zmqpp::Socket;
using zmqpp::SocketType;

namespace {

void require(bool holds, const char* what)
{
    if (!holds) {
        std::printf("not so: %s\n", what);
        std::exit(1);
    }
}

// An interpreter by the bare C API, or by pybind11.
class PlainInterpreter {
public:
    PlainInterpreter() { Py_InitializeEx(1); }
    ~PlainInterpreter() { require(Py_FinalizeEx() == 0, "the interpreter ends well"); }
};

// Starts and stops the interpreter again and again, with one context and one socket of C++'s throughout.
template <class Interpreter> void restart(int times)
{
    Context context;
    Socket pull(context, SocketType::pull);
    pull.bind("inproc://results");
    for (int i = 0; i < times; ++i) {
        {
            const Interpreter interpreter;
            zmqpp::python::import_core();
            py::dict scope;
            scope["context"] = context;
            scope["pull"] = pull;
            scope["number"] = i;
            py::exec(R"(
import zmqpp
assert pull.context is context, (pull.context, context)
assert context.sockets == [pull]
push = context.socket(zmqpp.PUSH)
push.connect("inproc://results")
push.send(b"life %d" % number)
push.send(b"x" * 100_000)
left_open = context.socket(zmqpp.PULL)
loop = [left_open]
loop.append(loop)
keep = zmqpp.Context.instance().socket(zmqpp.PAIR)
keep.bind("inproc://of-python")
)",
                     scope);
        }
        require(pull.recv(5s)->view() == "life " + std::to_string(i), "what Python sent arrives");
        require(pull.recv(5s)->size() == 100'000, "lent bytes outlive their interpreter");
        require(!pull.is_closed() && !context.is_closed(), "C++'s own outlive the interpreter");
        require(context.sockets().size() == 1, "what Python opened is closed");
    }
    pull.close();
    context.term(5s);
}

// Sockets of both sides are alive, and threads wait on them, when the interpreter ends.
void busy_end()
{
    Context context;
    Socket rep(context, SocketType::rep);
    rep.bind("inproc://service");
    std::thread server([rep]() mutable {
        try {
            for (;;) {
                rep.send(rep.recv());
            }
        } catch (const zmqpp::Error&) {
        }
    });
    {
        const PlainInterpreter interpreter;
        zmqpp::python::import_core();
        py::dict scope;
        scope["context"] = context;
        py::exec(R"(
import threading, time, zmqpp
def wait():
    pull = context.socket(zmqpp.PULL)
    pull.bind("inproc://never")
    ready.set()
    pull.recv()
ready = threading.Event()
threading.Thread(target=wait, daemon=True).start()
ready.wait()
time.sleep(0.05)
req = context.socket(zmqpp.REQ)
req.connect("inproc://service")
for i in range(100):
    req.send(b"%d" % i)
    assert req.recv(timeout=5000) == b"%d" % i
req.send(b"unanswered")
import builtins
builtins.kept = [req]
builtins.kept.append(builtins.kept)
)",
                 scope, scope);
    }
    // C++ goes on as if nothing had been.
    Socket req(context, SocketType::req);
    req.connect("inproc://service");
    req.send("still there");
    require(req.recv(5s)->view() == "still there", "C++ threads go on after Python");
    req.close();
    rep.close();
    server.join();
    context.term(5s);
}

// Python handlers for messages that C++ receives.
void handlers()
{
    const py::scoped_interpreter interpreter;
    zmqpp::python::import_core();
    py::dict scope;
    py::exec(R"(
import zmqpp
def double(message):
    return bytes(message) * 2
def fails(message):
    raise zmqpp.AddressInUse(98, "no room for " + bytes(message).decode())
)",
             scope, scope);
    const Message message("word");
    require(zmqpp::python::call(scope["double"], message).cast<Message>().view() == "wordword",
            "a handler takes and gives messages");
    try {
        zmqpp::python::call(scope["fails"], message);
        require(false, "a handler's error arrives");
    } catch (const zmqpp::AddressInUse& error) {
        require(std::string(error.what()) == "no room for word" && error.code() == 98,
                "it has text and code");
    }
}

// Context::instance() is Python's from import_core() on.
void instance()
{
    {
        const py::scoped_interpreter interpreter;
        zmqpp::python::import_core();
        const py::object theirs = py::module_::import("zmqpp").attr("Context").attr("instance")();
        require(theirs.is(py::cast(Context::instance())), "there is one shared context");
    }
    require(!Context::instance().is_closed(), "and after Python another");
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string scenario = argc > 1 ? argv[1] : "";
    if (scenario == "plain_restarts") {
        restart<PlainInterpreter>(5);
    } else if (scenario == "pybind11_restarts") {
        restart<py::scoped_interpreter>(5);
    } else if (scenario == "busy_end") {
        busy_end();
    } else if (scenario == "handlers") {
        handlers();
    } else if (scenario == "instance") {
        instance();
    } else {
        std::printf("no scenario: %s\n", scenario.c_str());
        return 2;
    }
    std::printf("done\n");
    return 0;
}
