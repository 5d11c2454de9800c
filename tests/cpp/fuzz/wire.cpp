// Bytes that no ZeroMQ peer would send, thrown at sockets of every type and mechanism, bound and
// connected: ZMTP of all versions, mutated, cut short, with sizes that lie; a real peer's own bytes,
// changed on the way; and answers of an authenticator that make no sense.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "fuzz.hpp"

namespace fuzz {

namespace {

using zmqpp::Context;
using zmqpp::Multipart;
using zmqpp::Socket;
using zmqpp::SocketType;

enum class Mechanism { null, plain, curve };

const zmqpp::CurveKeys& keys()
{
    static const zmqpp::CurveKeys pair = zmqpp::curve_keypair();
    return pair;
}

// --- ZMTP, as bytes ---

std::string big_endian(std::uint64_t value, std::size_t size)
{
    std::string text(size, '\0');
    for (std::size_t i = size; i-- > 0; value >>= 8) {
        text[i] = static_cast<char>(value & 0xFF);
    }
    return text;
}

std::string greeting(Random& random, Mechanism mechanism)
{
    static constexpr const char* names[] = {"NULL", "PLAIN", "CURVE"};
    const std::string signature = "\xFF" + std::string(8, '\0') + "\x7F";
    switch (random.below(8)) {
    case 0: return std::string("\x01\x00", 2);                      // ZMTP 1.0: an empty routing id
    case 1: return signature + std::string("\x01\x05\x00\x00", 4);  // 2.0
    default: break;
    }
    std::string name = names[static_cast<int>(mechanism)];
    name.resize(20, '\0');
    const char minor = random.once_in(2) ? '\1' : '\0';
    return signature + '\3' + minor + name + (random.once_in(2) ? '\1' : '\0') +
           std::string(31, '\0');
}

// flags: 1 more, 2 long, 4 command.
std::string frame(Random& random, int flags, const std::string& body)
{
    if (body.size() > 255 || random.once_in(6)) {
        return static_cast<char>(flags | 2) + big_endian(body.size(), 8) + body;
    }
    return static_cast<char>(flags) + big_endian(body.size(), 1) + body;
}

std::string command(Random& random, const std::string& name, const std::string& body)
{
    return frame(random, 4, big_endian(name.size(), 1) + name + body);
}

std::string property(const std::string& name, const std::string& value)
{
    return big_endian(name.size(), 1) + name + big_endian(value.size(), 4) + value;
}

std::string metadata(Random& random)
{
    static constexpr const char* types[] = {"PAIR",   "PUB",    "SUB",  "REQ",   "REP",
                                            "DEALER", "PULL",   "PUSH", "XPUB",  "XSUB",
                                            "ROUTER", "STREAM", "",     "nosuch"};
    std::string text = property("Socket-Type", random.one_of(types));
    if (random.once_in(2)) {
        text += property("Identity", random.bytes(random.below(random.once_in(8) ? 300 : 8)));
    }
    if (random.once_in(4)) {
        text += property("X-" + random.bytes(random.below(20)), random.bytes(random.below(300)));
    }
    return text;
}

std::string handshake(Random& random, Mechanism mechanism)
{
    switch (mechanism) {
    case Mechanism::plain:
        return command(random, "HELLO", std::string("\4user\x08password")) +
               command(random, "INITIATE", metadata(random));
    case Mechanism::curve:
        return command(random, "HELLO",
                       std::string("\1\0", 2) + std::string(72, '\0') + random.bytes(120)) +
               command(random, "INITIATE", random.bytes(random.below(400)));
    default: return command(random, "READY", metadata(random));
    }
}

std::string traffic(Random& random)
{
    static constexpr const char* commands[] = {"SUBSCRIBE", "CANCEL", "ERROR", "READY",
                                               "PING",      "PONG",   "JOIN",  "LEAVE",
                                               "MESSAGE",   "WELCOME"};
    std::string bytes;
    const int count = random.between(0, 12);
    for (int i = 0; i < count; ++i) {
        switch (random.below(6)) {
        case 0:
            bytes += command(random, random.one_of(commands), random.bytes(random.below(40)));
            break;
        case 1:  // a size that lies
            bytes += static_cast<char>(random.below(8) | 2) +
                     big_endian(random.bits() >> random.below(64), 8);
            break;
        case 2:
            bytes += frame(random, 0, (random.once_in(2) ? '\1' : '\0') + random.bytes(3));
            break;
        default:
            bytes += frame(random, static_cast<int>(random.below(2)),
                           random.bytes(random.below(random.once_in(6) ? 9000 : 20)));
        }
    }
    return bytes;
}

void mutate(Random& random, std::string& bytes)
{
    const int count = random.once_in(3) ? 0 : random.between(1, 4);
    for (int i = 0; i < count && !bytes.empty(); ++i) {
        const std::size_t at = random.below(bytes.size());
        const std::size_t size = random.below((std::min)(bytes.size() - at, std::size_t{20}) + 1);
        switch (random.below(6)) {
        case 0: bytes[at] = static_cast<char>(random.bits()); break;
        case 1: bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8))); break;
        case 2: bytes.insert(at, random.bytes(random.below(20))); break;
        case 3: bytes.erase(at, size); break;
        case 4: bytes.insert(at, bytes.substr(at, size)); break;
        default: bytes.resize(at);
        }
    }
}

std::string attack_bytes(Random& random, Mechanism mechanism)
{
    if (random.once_in(12)) {
        return random.bytes(random.below(200));
    }
    std::string bytes = greeting(random, mechanism);
    if (!random.once_in(12)) {
        bytes += handshake(random, mechanism) + traffic(random);
    }
    mutate(random, bytes);
    return bytes;
}

// --- plain sockets ---

class Fd {
public:
    explicit Fd(int descriptor) : descriptor_(descriptor) {}
    Fd(Fd&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    Fd& operator=(Fd&&) = delete;
    ~Fd()
    {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    [[nodiscard]] int get() const { return descriptor_; }

private:
    int descriptor_;
};

sockaddr_in loopback(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

Fd listen_anywhere(int& port)
{
    Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener.get(), 16) != 0 ||
        ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        give_up("no port to listen at");
    }
    port = ntohs(address.sin_port);
    return listener;
}

Fd dial(const std::string& endpoint)
{
    if (endpoint.rfind("ipc://", 0) == 0) {
        Fd client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, endpoint.c_str() + 6, sizeof address.sun_path - 1);
        static_cast<void>(
            ::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address));
        return client;
    }
    Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
    static_cast<void>(
        ::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
    return client;
}

// In pieces, reading what comes back; at the end maybe a reset, maybe a pause.
void throw_bytes(Random& random, int descriptor, const std::string& bytes)
{
    char drop[4096];
    for (std::size_t sent = 0; sent < bytes.size();) {
        const std::size_t piece =
            (std::min)(bytes.size() - sent,
                       random.once_in(3) ? random.below(30) + 1 : bytes.size());
        const ssize_t count =
            ::send(descriptor, bytes.data() + sent, piece, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0) {
            break;
        }
        sent += static_cast<std::size_t>(count);
        while (::recv(descriptor, drop, sizeof drop, MSG_DONTWAIT) > 0) {
        }
        if (random.once_in(4)) {
            std::this_thread::sleep_for(std::chrono::microseconds(random.below(2000)));
        }
    }
    if (random.once_in(2)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(random.below(8)));
    }
    if (random.once_in(3)) {
        const linger reset{1, 0};
        ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
}

// Carries bytes between a real peer and the target, and changes some of them.
void relay(Random& random, int from, int to)
{
    const zmqpp::Deadline enough(std::chrono::milliseconds(30 * ZMQPP_FUZZ_SLOWNESS));
    std::size_t until_change = random.below(400);
    char buffer[2048];
    while (!enough.passed()) {
        pollfd items[] = {{from, POLLIN, 0}, {to, POLLIN, 0}};
        if (::poll(items, 2, 5) <= 0) {
            continue;
        }
        for (int side = 0; side < 2; ++side) {
            if (items[side].revents == 0) {
                continue;
            }
            const ssize_t count = ::recv(items[side].fd, buffer, sizeof buffer, MSG_DONTWAIT);
            if (count <= 0) {
                return;
            }
            std::string bytes(buffer, static_cast<std::size_t>(count));
            if (until_change < bytes.size()) {
                std::string rest = bytes.substr(until_change);
                mutate(random, rest);
                bytes.replace(until_change, std::string::npos, rest);
                until_change = random.below(4000);
            } else {
                until_change -= bytes.size();
            }
            static_cast<void>(::send(items[1 - side].fd, bytes.data(), bytes.size(),
                                     MSG_DONTWAIT | MSG_NOSIGNAL));
        }
    }
}

// --- the target ---

void secure(Socket& socket, Mechanism mechanism, bool server)
{
    namespace option = zmqpp::option;
    if (mechanism == Mechanism::plain && server) {
        socket.set(option::plain_server, true);
    } else if (mechanism == Mechanism::plain) {
        socket.set(option::plain_username, "user");
        socket.set(option::plain_password, "password");
    } else if (mechanism == Mechanism::curve && server) {
        socket.set(option::curve_server, true);
        socket.set(option::curve_secretkey, keys().secret_key);
    } else if (mechanism == Mechanism::curve) {
        socket.set(option::curve_serverkey, keys().public_key);
        socket.set(option::curve_publickey, keys().public_key);
        socket.set(option::curve_secretkey, keys().secret_key);
    }
}

void set_up(Random& random, Socket& socket)
{
    namespace option = zmqpp::option;
    const auto maybe = [&](std::size_t n, const char* what, const std::function<void()>& call) {
        if (random.once_in(n)) {
            attempt(what, call);
        }
    };
    maybe(2, "handshake_ivl", [&] { socket.set(option::handshake_ivl, 20ms); });
    maybe(3, "heartbeat", [&] {
        socket.set(option::heartbeat_ivl, 2ms);
        socket.set(option::heartbeat_timeout, 10ms);
        socket.set(option::heartbeat_ttl, 100ms);
    });
    maybe(4, "maxmsgsize", [&] { socket.set(option::maxmsgsize, 100); });
    maybe(4, "small queues", [&] {
        socket.set(option::rcvhwm, 2);
        socket.set(option::sndhwm, 2);
    });
    maybe(4, "zap_domain", [&] { socket.set(option::zap_domain, "domain"); });
    maybe(4, "router_handover", [&] { socket.set(option::router_handover, true); });
    maybe(4, "router_mandatory", [&] { socket.set(option::router_mandatory, true); });
    maybe(4, "xpub_verboser", [&] { socket.set(option::xpub_verboser, true); });
    maybe(4, "xpub_manual", [&] { socket.set(option::xpub_manual, true); });
    maybe(4, "xpub_welcome_msg", [&] { socket.set(option::xpub_welcome_msg, "welcome"); });
    maybe(4, "probe_router", [&] { socket.set(option::probe_router, true); });
    maybe(6, "conflate", [&] {
        // libzmq's own SUB may abort with it: see docs/dangers.md.
        if (socket.type() != SocketType::sub) {
            socket.set(option::conflate, true);
        }
    });
    maybe(2, "subscribe", [&] { socket.subscribe(""); });
    maybe(4, "reconnect_ivl", [&] { socket.set(option::reconnect_ivl, 1ms); });
}

// What the socket's owner does meanwhile.
void use(Random& random, Socket& socket)
{
    attempt("recv_multipart", [&] {
        const auto parts = socket.recv_multipart(std::chrono::milliseconds(random.below(3)));
        if (parts && random.once_in(2)) {
            Multipart answer;
            for (const zmqpp::Message& part : *parts) {
                answer.push_back(part.copy());
            }
            static_cast<void>(socket.try_send(answer));
        }
    });
    if (random.once_in(3)) {
        attempt("send", [&] {
            const std::string bytes = random.bytes(random.below(300));
            static_cast<void>(socket.try_send(bytes.data(), bytes.size()));
        });
    }
}

// Answers as a ZAP handler, mostly not as one should.
void authenticate(Random& random, Socket& handler)
{
    attempt("authenticate", [&] {
        static constexpr const char* codes[] = {"200", "300", "400", "500", "2000", "", "abc"};
        const auto request = handler.recv_multipart(1ms);
        if (!request || request->size() < 2) {
            return;
        }
        std::string frames[] = {"1.0",  (*request)[1].to_string(), random.one_of(codes), "text",
                                "user", property("key", "value")};
        if (random.once_in(2)) {
            mutate(random, frames[random.below(6)]);
        }
        Multipart reply;
        const std::size_t count = random.once_in(6) ? random.below(9) : 6;
        for (std::size_t i = 0; i < count; ++i) {
            reply.emplace_back(std::string_view(frames[i % 6]));
        }
        static_cast<void>(handler.try_send(reply));
    });
}

class Attacker {
public:
    Attacker(const Context& context, std::uint64_t seed, Mechanism mechanism, std::string endpoint)
        : context_(context), random_(seed), mechanism_(mechanism), endpoint_(std::move(endpoint))
    {
    }

    // At a socket that is bound.
    void dial_in()
    {
        const std::string bytes = attack_bytes(random_, mechanism_);
        switch (random_.below(6)) {
        case 0: return through_stream(bytes);
        case 1:
        case 2: return change_on_the_way();
        default: break;
        }
        attempt("dial in", [&] {
            const Fd client = dial(endpoint_);
            throw_bytes(random_, client.get(), bytes);
        });
    }

    // At a socket that has connected to our listener.
    void answer(int listener)
    {
        attempt("answer", [&] {
            pollfd item{listener, POLLIN, 0};
            if (::poll(&item, 1, 20) > 0) {  // another may be quicker to accept
                const Fd server(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
                throw_bytes(random_, server.get(), attack_bytes(random_, mechanism_));
            }
        });
    }

private:
    void through_stream(const std::string& bytes)
    {
        attempt("throw through a STREAM", [&] {
            Socket stream(context_, SocketType::stream);
            stream.set(zmqpp::option::connect_routing_id, "target");
            stream.connect(endpoint_);
            for (std::size_t sent = 0; sent < bytes.size();) {
                const std::size_t piece = random_.below(bytes.size() - sent) + 1;
                Multipart parts;
                parts.emplace_back("target");
                parts.emplace_back(std::string_view(bytes).substr(sent, piece));
                static_cast<void>(stream.send(parts, 20ms));
                static_cast<void>(stream.try_recv_multipart());
                sent += piece;
            }
            stream.close(0ms);
        });
    }

    void change_on_the_way()
    {
        static constexpr SocketType types[] = {
            SocketType::pair,   SocketType::pub,  SocketType::sub,
            SocketType::req,    SocketType::rep,  SocketType::dealer,
            SocketType::router, SocketType::pull, SocketType::push};
        attempt("change on the way", [&] {
            int port = 0;
            const Fd listener = listen_anywhere(port);
            Socket peer(context_, random_.one_of(types));
            attempt("secure the peer", [&] { secure(peer, mechanism_, false); });
            set_up(random_, peer);
            peer.connect("tcp://127.0.0.1:" + std::to_string(port));
            use(random_, peer);
            pollfd item{listener.get(), POLLIN, 0};
            if (::poll(&item, 1, 100) > 0) {
                const Fd from(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
                const Fd to = dial(endpoint_);
                relay(random_, from.get(), to.get());
            }
            peer.close(0ms);
        });
    }

    Context context_;
    Random random_;
    Mechanism mechanism_;
    std::string endpoint_;
};

// After all that, who behaves is served.
void require_service(const Context& context, Socket& target, const std::string& endpoint)
{
    attempt("serve a peer that behaves", [&] {
        const std::string text = "is anybody there?";
        Socket peer(context, SocketType::push);
        peer.connect(endpoint);
        peer.send(text);
        const zmqpp::Deadline patience(call_limit / 2);
        for (;;) {
            const auto parts = target.recv_multipart(patience);
            if (!parts) {
                give_up("the socket serves nobody any more");
            }
            if (parts->back().view() == text) {
                break;
            }
        }
        peer.close(0ms);
    });
}

}  // namespace

bool wire_round(std::uint64_t seed)
{
    Random random(seed);
    static constexpr int types = 12;
    const auto type = static_cast<SocketType>(random.below(types));
    const auto mechanism = static_cast<Mechanism>(random.below(zmqpp::has("curve") ? 3 : 2));
    const bool bound = !random.once_in(4);
    const bool authenticated = random.once_in(3);

    Context context;
    context.set_linger(0ms);
    attempt("wire round", [&] {
        Socket target(context, type);
        std::optional<Socket> handler;
        if (authenticated) {
            handler.emplace(context, random.once_in(2) ? SocketType::rep : SocketType::router);
            handler->bind("inproc://zeromq.zap.01");
        }
        attempt("secure", [&] { secure(target, mechanism, bound); });
        set_up(random, target);
        int port = 0;
        const Fd listener = listen_anywhere(port);
        std::string endpoint = "tcp://127.0.0.1:" + std::to_string(port);
        if (bound) {
            endpoint = target.bind(random.once_in(3) ? "ipc://" + folder() + "/wire"
                                                     : "tcp://127.0.0.1:*");
        } else {
            target.connect(endpoint);
        }

        const int attackers = random.between(1, 3);
        const int count = random.between(1, 6);
        std::vector<std::uint64_t> seeds;
        for (int i = 0; i < attackers; ++i) {
            seeds.push_back(random.bits());
        }
        std::atomic<int> left{attackers};
        in_threads(attackers + 1, [&](int number) {
            if (number == attackers) {
                while (left > 0) {
                    use(random, target);
                    if (handler) {
                        authenticate(random, *handler);
                    }
                }
                return;
            }
            Attacker attacker(context, seeds[static_cast<std::size_t>(number)], mechanism,
                              endpoint);
            for (int i = 0; i < count; ++i) {
                bound ? attacker.dial_in() : attacker.answer(listener.get());
            }
            --left;
        });
        if (bound && type == SocketType::pull && mechanism == Mechanism::null && !authenticated) {
            require_service(context, target, endpoint);
        }
    });
    attempt("destroy", [&] { context.destroy(0ms); });
    return true;
}

}  // namespace fuzz
