// The same measurements on plain libzmq, without Python and without zmqpp: what is the most that any
// binding could reach. Bytes are copied in and out, as in Python. run.py compiles and starts it:
//
//     baseline PATTERN TRANSPORT SIZE SECONDS      prints messages (or round trips) per second
//
// The second process of a pattern is a fork, so this is for POSIX systems.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

void check(bool ok, const char* what)
{
    if (!ok) {
        std::fprintf(stderr, "%s: %s\n", what, zmq_strerror(zmq_errno()));
        std::exit(EXIT_FAILURE);
    }
}

struct Peer {
    Peer(int type, std::size_t size)
        : context(zmq_ctx_new()), socket(zmq_socket(context, type)), data(size), room(size)
    {
        check(socket != nullptr, "zmq_socket");
    }
    std::string bind(const std::string& transport) const
    {
        const bool tcp = transport == "tcp";
        check(zmq_bind(socket, tcp ? "tcp://127.0.0.1:*" : "inproc://benchmark") == 0, "zmq_bind");
        char endpoint[256];
        std::size_t length = sizeof endpoint;
        check(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &length) == 0, "zmq_getsockopt");
        return endpoint;
    }
    void connect(const std::string& endpoint) const
    {
        check(zmq_connect(socket, endpoint.c_str()) == 0, "zmq_connect");
    }
    void send() { check(zmq_send(socket, data.data(), data.size(), 0) >= 0, "zmq_send"); }
    void recv()
    {
        check(zmq_recv(socket, room.data(), room.size(), 0) == static_cast<int>(room.size()),
              "zmq_recv");
    }

    void* context;
    void* socket;
    std::vector<char> data;
    std::vector<char> room;
};

template <class Call> double per_second(std::size_t size, double seconds, Call&& call)
{
    for (int i = 0; i < 10; ++i) {
        call();
    }
    const std::size_t step = size >= 1'000'000 ? 1 : size > 1000 ? 1'000'000 / size : 1000;
    double calls = 0;
    const auto start = Clock::now();
    for (;;) {
        for (std::size_t i = 0; i < step; ++i) {
            call();
        }
        calls += static_cast<double>(step);
        const std::chrono::duration<double> time = Clock::now() - start;
        if (time.count() >= seconds) {
            return calls / time.count();
        }
    }
}

double send_receive(const std::string& transport, std::size_t size, double seconds)
{
    Peer sender(ZMQ_PUSH, size);
    Peer receiver(sender);
    receiver.socket = zmq_socket(sender.context, ZMQ_PULL);
    receiver.connect(sender.bind(transport));
    return per_second(size, seconds, [&] {
        sender.send();
        receiver.recv();
    });
}

// Binds a socket here, and connects one in a child process, which lives on `child_work` until killed.
template <class ChildWork, class Work>
double with_partner(int type, int child_type, const std::string& transport, std::size_t size,
                    double seconds, ChildWork&& child_work, Work&& work)
{
    int line[2];
    check(pipe(line) == 0, "pipe");
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);  // in case the parent is killed first
        std::string endpoint(256, '\0');
        const ssize_t length = read(line[0], endpoint.data(), endpoint.size());
        endpoint.resize(static_cast<std::size_t>(length));
        Peer partner(child_type, size);
        partner.connect(endpoint);
        for (;;) {
            child_work(partner);
        }
    }
    Peer peer(type, size);
    const std::string endpoint = peer.bind(transport);
    check(write(line[1], endpoint.data(), endpoint.size()) > 0, "write");
    const double rate = per_second(size, seconds, [&] { work(peer); });
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    return rate;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 5) {
        std::fprintf(stderr, "usage: baseline PATTERN TRANSPORT SIZE SECONDS\n");
        return EXIT_FAILURE;
    }
    const std::string pattern = argv[1];
    const std::string transport = argv[2];
    const auto size = static_cast<std::size_t>(std::atol(argv[3]));
    const double seconds = std::atof(argv[4]);
    double rate = 0;
    alarm(60);  // no measurement takes so long
    if (pattern == "send_receive") {
        rate = send_receive(transport, size, seconds);
    } else if (pattern == "round_trip") {
        rate = with_partner(
            ZMQ_REP, ZMQ_REQ, transport, size, seconds,
            [](Peer& client) {
                client.send();
                client.recv();
            },
            [](Peer& server) {
                server.recv();
                server.send();
            });
    } else if (pattern == "throughput") {
        rate = with_partner(
            ZMQ_PULL, ZMQ_PUSH, transport, size, seconds, [](Peer& sender) { sender.send(); },
            [](Peer& receiver) { receiver.recv(); });
    }
    std::printf("%f\n", rate);
    return EXIT_SUCCESS;
}
