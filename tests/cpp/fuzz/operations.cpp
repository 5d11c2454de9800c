// Random operations by several threads on sockets that they share, and the end of the context in one of
// all ways, maybe in the middle of it.
#include <cstdio>
#include <cstring>
#include <limits>
#include <mutex>
#include <optional>
#include <set>

#include "fuzz.hpp"

namespace fuzz {

namespace {

using zmqpp::Context;
using zmqpp::Deadline;
using zmqpp::Message;
using zmqpp::Monitor;
using zmqpp::Multipart;
using zmqpp::OptionRow;
using zmqpp::Poller;
using zmqpp::Socket;
using zmqpp::SocketType;

constexpr int slots = 8;

// Parts that say where they belong, so that a torn message shows.
constexpr char magic[] = "zmqpp";

std::string tagged(std::uint32_t message, std::uint32_t part, std::uint32_t count, std::size_t size)
{
    std::string text(sizeof magic + 3 * sizeof message, '\0');
    std::memcpy(text.data(), magic, sizeof magic);
    const std::uint32_t numbers[] = {message, part, count};
    std::memcpy(text.data() + sizeof magic, numbers, sizeof numbers);
    text.resize(text.size() + size, 'x');
    return text;
}

// Routing ids and empty frames may come first; then come all the parts, less the first if that was
// taken for a routing id.
void require_whole(const Multipart& parts)
{
    std::uint32_t expected[3] = {0, 0, 0};
    bool begun = false;
    for (const Message& part : parts) {
        const std::string_view text = part.view();
        const bool is_ours = text.size() >= sizeof magic + sizeof expected &&
                             std::memcmp(text.data(), magic, sizeof magic) == 0;
        std::uint32_t numbers[3] = {0, 0, 0};
        if (is_ours) {
            std::memcpy(numbers, text.data() + sizeof magic, sizeof numbers);
        }
        if (begun && (!is_ours || numbers[0] != expected[0] || numbers[1] != expected[1] + 1)) {
            give_up("a torn message was received");
        }
        if (is_ours) {
            begun = true;
            std::memcpy(expected, numbers, sizeof expected);
        }
    }
    if (begun && expected[1] + 1 != expected[2]) {
        give_up("a message was received without its end");
    }
}

// What the threads of a round share.
class World {
public:
    explicit World(std::uint64_t seed) : random_(seed)
    {
        name_ = std::to_string(seed);
        sockets_.resize(slots);
        // Raw sockets cut messages as TCP does.
        raw = random_.once_in(4);
    }

    [[nodiscard]] std::optional<Socket> socket(Random& random)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        return sockets_[random.below(slots)];
    }
    void put(Random& random, std::optional<Socket> socket)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        std::swap(sockets_[random.below(slots)], socket);
        // The one that was there goes when the lock is free again: here, at the end of the caller's.
        dropped_ = std::move(socket);
    }
    void drop_sockets()
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        sockets_.assign(slots, std::nullopt);
        dropped_.reset();
        monitors_.clear();
    }
    [[nodiscard]] std::vector<Socket> all()
    {
        std::vector<Socket> open;
        const std::lock_guard<std::mutex> guard(mutex_);
        for (const auto& socket : sockets_) {
            if (socket) {
                open.push_back(*socket);
            }
        }
        return open;
    }

    void note_endpoint(const std::string& endpoint)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        endpoints_.push_back(endpoint);
    }
    [[nodiscard]] std::string endpoint(Random& random, bool to_bind)
    {
        const auto number = std::to_string(random.below(3));
        switch (random.below(8)) {
        case 0:
        case 1: return "inproc://" + name_ + "." + number;
        case 2: return "ipc://" + folder() + "/" + number;
        case 3:
            if (to_bind) {
                return "ipc://*";
            }
            break;
        case 4: return random.once_in(4) ? "inproc://zeromq.zap.01" : "tcp://127.0.0.1:1";
        case 5:
            if (random.once_in(4)) {
                return random.one_of(odd_endpoints);
            }
            break;
        default:
            if (to_bind) {
                return "tcp://127.0.0.1:*";
            }
            break;
        }
        const std::lock_guard<std::mutex> guard(mutex_);
        return endpoints_.empty() ? "inproc://" + name_ : random.one_of(endpoints_);
    }

    void add_monitor(std::shared_ptr<Monitor> monitor)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        monitors_.push_back(std::move(monitor));
    }
    [[nodiscard]] std::shared_ptr<Monitor> monitor(Random& random)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        return monitors_.empty() ? nullptr : random.one_of(monitors_);
    }

    std::atomic<std::uint32_t> messages{0};
    Poller poller;
    bool raw;

private:
    static constexpr const char* odd_endpoints[] = {
        "",
        "tcp",
        "tcp://",
        "tcp://*",
        "tcp://:1",
        "tcp://*:0",
        "tcp://[::1]:*",
        "tcp://127.0.0.1:70000",
        "tcp://127.0.0.1:-1",
        "tcp://127.0.0.1:*;127.0.0.1:1",
        "tcp://lo:*",
        "tcp://nosuchinterface:*",
        "inproc://",
        "ipc://",
        "ipc:///nosuchfolder/x",
        "ipc://@zmqpp-fuzz",
        "nosuch://x",
        "://",
    };

    std::mutex mutex_;
    Random random_;
    std::string name_;
    std::vector<std::optional<Socket>> sockets_;
    std::optional<Socket> dropped_;
    std::vector<std::string> endpoints_;
    std::vector<std::shared_ptr<Monitor>> monitors_;
};

// One thread's part in it.
class Actor {
public:
    Actor(World& world, const Context& context, std::uint64_t seed)
        : world_(world), context_(context), random_(seed)
    {
    }

    void act()
    {
        using Act = void (Actor::*)(const Socket&);
        static constexpr Act acts[] = {
            &Actor::bind,    &Actor::bind,    &Actor::connect, &Actor::connect, &Actor::connect,
            &Actor::detach,  &Actor::send,    &Actor::send,    &Actor::send,    &Actor::send,
            &Actor::recv,    &Actor::recv,    &Actor::recv,    &Actor::recv,    &Actor::subscribe,
            &Actor::poll,    &Actor::set,     &Actor::set,     &Actor::set,     &Actor::get,
            &Actor::monitor, &Actor::inspect, &Actor::close,   &Actor::secure,  &Actor::hand_over,
        };
        const auto socket = world_.socket(random_);
        if (!socket || random_.once_in(20)) {
            return open();
        }
        if (random_.once_in(20)) {
            return work_on_context();
        }
        (this->*random_.one_of(acts))(*socket);
    }

private:
    void open()
    {
        static constexpr int types = 12;
        auto type = static_cast<SocketType>(random_.below(types));
        if (type == SocketType::stream && !world_.raw) {
            type = SocketType::router;
        }
        if (random_.once_in(30)) {  // drafts, and numbers that are no type
            type = static_cast<SocketType>(random_.between(-1, 25));
        }
        attempt([&] { world_.put(random_, Socket(context_, type)); }, "open type %d",
                static_cast<int>(type));
    }

    void bind(const Socket& chosen)
    {
        Socket socket = chosen;
        const std::string endpoint = world_.endpoint(random_, true);
        attempt([&] { world_.note_endpoint(socket.bind(endpoint)); }, "%s bind %s",
                text(socket).c_str(), endpoint.c_str());
    }

    void connect(const Socket& chosen)
    {
        Socket socket = chosen;
        const std::string endpoint = world_.endpoint(random_, false);
        attempt([&] { static_cast<void>(socket.connect(endpoint)); }, "%s connect %s",
                text(socket).c_str(), endpoint.c_str());
    }

    void detach(const Socket& chosen)
    {
        Socket socket = chosen;
        const bool binds = random_.once_in(2);
        std::string endpoint = world_.endpoint(random_, binds);
        if (!random_.once_in(3)) {
            const auto own = socket_endpoints(socket);
            endpoint = own.empty() ? endpoint : random_.one_of(own);
        }
        attempt([&] { binds ? socket.unbind(endpoint) : socket.disconnect(endpoint); }, "%s %s %s",
                text(socket).c_str(), binds ? "unbind" : "disconnect", endpoint.c_str());
    }

    void send(const Socket& chosen)
    {
        Socket socket = chosen;
        const auto count =
            static_cast<std::uint32_t>(random_.once_in(2) ? 1 : random_.between(2, 5));
        const bool more = random_.once_in(12);
        const bool is_tagged = !more && !random_.once_in(6);
        Multipart parts;
        const std::uint32_t number = ++world_.messages;
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::size_t size = random_.once_in(8) ? random_.below(60000) : random_.below(40);
            parts.push_back(is_tagged ? Message(tagged(number, i, count, size)) : anything(size));
        }
        ++world_.messages;  // after they are written: see recv()
        const int flags = more ? zmqpp::flag::sndmore : 0;
        const Deadline soon = in_a_moment();
        switch (random_.below(4)) {
        case 0:
            attempt([&] { static_cast<void>(socket.send(parts, soon, flags)); },
                    "%s send %u parts in time, flags %d", text(socket).c_str(), count, flags);
            break;
        case 1:
            attempt([&] { static_cast<void>(socket.try_send(parts, flags)); },
                    "%s try_send %u parts, flags %d", text(socket).c_str(), count, flags);
            break;
        case 2: {
            const Multipart twin = copies(parts);
            attempt([&] { static_cast<void>(socket.send(parts, soon, flags)); },
                    "%s send %u shared parts, flags %d", text(socket).c_str(), count, flags);
            break;
        }
        default: {
            const std::string one = tagged(number, 0, 1, random_.below(100));
            attempt([&] { static_cast<void>(socket.try_send(one.data(), one.size())); },
                    "%s try_send bytes", text(socket).c_str());
        }
        }
    }

    // A frame of bytes, that look like a subscription or a routing id now and then.
    Message anything(std::size_t size)
    {
        std::string text = random_.once_in(3) ? std::string() : random_.bytes(size);
        if (random_.once_in(3)) {
            text.insert(0, 1, random_.once_in(2) ? '\1' : '\0');
        } else if (random_.once_in(3)) {
            text = random_.one_of(ids);
        }
        return Message(std::move(text));
    }

    static Multipart copies(const Multipart& parts)
    {
        Multipart twins;
        for (const Message& part : parts) {
            twins.push_back(part.copy());
        }
        return twins;
    }

    void recv(const Socket& chosen)
    {
        Socket socket = chosen;
        const Deadline soon = in_a_moment();
        const auto whole = [&](const std::optional<Multipart>& parts) {
            // A thread that received the first parts one by one has the rest of them here.
            // libzmq hands a message over with a fence, which ThreadSanitizer does not see.
            static_cast<void>(world_.messages.load());
            if (parts && begun_.erase(socket.state().get()) == 0 && !world_.raw) {
                require_whole(*parts);
            }
        };
        const auto part = [&](const std::optional<Message>& one) {
            if (one) {
                begun_.erase(socket.state().get());
                if (one->more()) {
                    begun_.insert(socket.state().get());
                }
            }
        };
        switch (random_.below(6)) {
        case 0:
            attempt([&] { part(socket.recv(soon)); }, "%s recv a part", text(socket).c_str());
            break;
        case 1:
            attempt([&] { part(socket.try_recv()); }, "%s try_recv a part", text(socket).c_str());
            break;
        case 2:
        case 3:
            attempt([&] { whole(socket.recv_multipart(soon)); }, "%s recv_multipart",
                    text(socket).c_str());
            break;
        default:
            attempt([&] { whole(socket.try_recv_multipart()); }, "%s try_recv_multipart",
                    text(socket).c_str());
        }
    }

    [[nodiscard]] Deadline in_a_moment()
    {
        return Deadline(std::chrono::milliseconds(random_.once_in(3) ? random_.below(8) : 0));
    }

    void subscribe(const Socket& chosen)
    {
        Socket socket = chosen;
        const std::string topic = random_.once_in(2) ? "" : "zmq";
        const bool on = !random_.once_in(3);
        attempt([&] { on ? socket.subscribe(topic) : socket.unsubscribe(topic); }, "%s %s '%s'",
                text(socket).c_str(), on ? "subscribe" : "unsubscribe", topic.c_str());
    }

    void poll(const Socket& chosen)
    {
        const Deadline soon = in_a_moment();
        const int events = random_.between(0, 15);
        switch (random_.below(6)) {
        case 0:
            attempt([&] { static_cast<void>(chosen.poll(events, soon)); }, "%s poll %d",
                    text(chosen).c_str(), events);
            break;
        case 1: attempt("poller set", [&] { world_.poller.set(chosen, events); }); break;
        case 2: attempt("poller remove", [&] { world_.poller.remove(chosen); }); break;
        case 3: attempt("poller clear", [&] { world_.poller.clear(); }); break;
        case 4:
            attempt("poller try_poll", [&] { static_cast<void>(world_.poller.try_poll()); });
            break;
        default: attempt("poller poll", [&] { static_cast<void>(world_.poller.poll(soon)); });
        }
    }

    // An option of the whole table, with a value that is right, strange or of the wrong size.
    void set(const Socket& chosen)
    {
        Socket socket = chosen;
        const OptionRow& row = random_.one_of(zmqpp::socket_options);
        const bool has_no_number = !is_string(row.kind);
        if ((row.id == ZMQ_ROUTER_RAW && !world_.raw) || row.id == ZMQ_USE_FD) {
            return;  // a descriptor of this process is somebody's
        }
        if (row.id == ZMQ_LINGER) {
            return;  // who wants to wait for ever would
        }
        if (row.id == ZMQ_SOCKS_PROXY) {
            return;  // libzmq (4.3.5 too) frees a connection twice after its proxy failed
        }
        std::string value;
        if (random_.once_in(6)) {
            value = random_.bytes(random_.below(300));
        } else if (has_no_number) {
            value = number(zmqpp::wire_size(row.kind), row.kind == zmqpp::Kind::boolean);
        } else if (row.kind == zmqpp::Kind::key) {
            value = random_.once_in(2) ? keys().public_key : keys().secret_key;
        } else {
            value = random_.one_of(ids);
        }
        attempt([&] { socket.set_raw(row, value.data(), value.size()); }, "%s set %s to %s",
                text(socket).c_str(), row.name, hex(value).c_str());
    }

    std::string number(std::size_t size, bool boolean)
    {
        static constexpr std::int64_t numbers[] = {-1,
                                                   0,
                                                   1,
                                                   1,
                                                   2,
                                                   3,
                                                   4,
                                                   7,
                                                   10,
                                                   100,
                                                   1000,
                                                   6553600,
                                                   65536,
                                                   -2,
                                                   std::numeric_limits<int>::max(),
                                                   std::numeric_limits<int>::min()};
        const std::int64_t value =
            boolean && !random_.once_in(8) ? random_.between(0, 1) : random_.one_of(numbers);
        const int narrow = static_cast<int>(value);
        std::string bytes(size, '\0');
        std::memcpy(bytes.data(), size == sizeof value ? static_cast<const void*>(&value) : &narrow,
                    size);
        return bytes;
    }

    void get(const Socket& socket)
    {
        const OptionRow& row = random_.one_of(zmqpp::socket_options);
        char room[512];
        const bool odd = random_.once_in(4);
        const std::size_t size = odd ? random_.below(sizeof room) : zmqpp::wire_size(row.kind);
        const bool as_text = is_string(row.kind) ? !odd : odd && random_.once_in(2);
        attempt(
            [&] {
                if (as_text) {
                    static_cast<void>(socket.get_string(row));
                } else {
                    socket.get_raw(row, room, size);
                }
            },
            "%s get %s into %zu bytes", text(socket).c_str(), row.name, size);
    }

    void monitor(const Socket& chosen)
    {
        Socket socket = chosen;
        switch (random_.below(5)) {
        case 0:
            attempt(
                [&] {
                    const int events =
                        random_.once_in(3) ? random_.between(1, 0xFFFF) : zmqpp::all_events;
                    world_.add_monitor(std::make_shared<Monitor>(socket, events));
                },
                "%s monitor", text(socket).c_str());
            break;
        case 1:
            attempt([&] { socket.stop_monitor(); }, "%s stop_monitor", text(socket).c_str());
            break;
        case 2:
            if (const auto monitor = world_.monitor(random_)) {
                attempt("close a monitor", [&] { monitor->close(); });
            }
            break;
        default:
            if (const auto monitor = world_.monitor(random_)) {
                attempt("read a monitor", [&] {
                    static_cast<void>(monitor->recv(std::chrono::milliseconds(random_.below(5))));
                });
            }
        }
    }

    void inspect(const Socket& socket)
    {
        attempt("inspect", [&] {
            static_cast<void>(socket.events());
            static_cast<void>(socket.endpoints());
            static_cast<void>(socket.is_closed());
            static_cast<void>(socket.is_owner());
            static_cast<void>(socket.context().is_owner());
            static_cast<void>(socket.handle());
            static_cast<void>(socket.descriptor());
        });
    }

    void close(const Socket& chosen)
    {
        Socket socket = chosen;
        if (random_.once_in(3)) {
            attempt([&] { random_.once_in(2) ? socket.close() : socket.close(0ms); }, "%s close",
                    text(socket).c_str());
        } else if (random_.once_in(2)) {
            attempt("drop a socket", [&] { world_.put(random_, std::nullopt); });
        } else {
            attempt([&] { socket.borrowed().close(); }, "%s close a borrowed one",
                    text(socket).c_str());
        }
    }

    // All that belongs to a mechanism, at once: one by one they seldom add up.
    void secure(const Socket& chosen)
    {
        Socket socket = chosen;
        const bool server = random_.once_in(2);
        const bool plain = random_.once_in(2);
        attempt(
            [&] {
                if (plain && server) {
                    socket.set(zmqpp::option::plain_server, true);
                } else if (plain) {
                    socket.set(zmqpp::option::plain_username, "user");
                    socket.set(zmqpp::option::plain_password, "password");
                } else if (server) {
                    socket.set(zmqpp::option::curve_server, true);
                    socket.set(zmqpp::option::curve_secretkey, keys().secret_key);
                } else {
                    socket.set(zmqpp::option::curve_serverkey, keys().public_key);
                    socket.set(zmqpp::option::curve_publickey, keys().public_key);
                    socket.set(zmqpp::option::curve_secretkey, keys().secret_key);
                }
            },
            "%s secure by %s as %s", text(socket).c_str(), plain ? "PLAIN" : "CURVE",
            server ? "server" : "client");
    }

    void hand_over(const Socket& chosen)
    {
        Socket socket = chosen;
        const int descriptor = random_.between(-1, 200) * 10;  // none, or none that is open
        attempt([&] { socket.set(zmqpp::option::use_fd, descriptor > 200 ? descriptor : -1); },
                "%s use_fd %d", text(socket).c_str(), descriptor);
    }

    void work_on_context()
    {
        switch (random_.below(6)) {
        case 0:
            attempt("context sockets", [&] {
                for (const Socket& socket : context_.sockets()) {
                    static_cast<void>(socket.describe());
                }
            });
            break;
        case 1: attempt("curve_keypair", [&] { static_cast<void>(zmqpp::curve_keypair()); }); break;
        case 2: {
            const OptionRow& row = random_.one_of(zmqpp::context_options);
            const std::string value = number(sizeof(int), row.kind == zmqpp::Kind::boolean);
            attempt(
                [&] {
                    zmqpp::detail::set_option(*context_.state(), row, value.data(), value.size());
                },
                "context set %s to %s", row.name, hex(value).c_str());
            break;
        }
        case 3: {
            const OptionRow& row = random_.one_of(zmqpp::context_options);
            attempt([&] { static_cast<void>(zmqpp::detail::get_option(*context_.state(), row)); },
                    "context get %s", row.name);
            break;
        }
        case 4:
            attempt("another context comes and goes", [&] {
                Context other;
                other.set_linger(0ms);
                Socket pair(other, SocketType::pair);
                pair.bind("inproc://other");
            });
            break;
        default:
            if (random_.once_in(3)) {
                attempt("context shutdown", [&] { context_.shutdown(); });
            }
        }
    }

    static const zmqpp::CurveKeys& keys()
    {
        static const zmqpp::CurveKeys pair = zmqpp::curve_keypair();
        return pair;
    }

    static std::vector<std::string> socket_endpoints(const Socket& socket)
    {
        std::vector<std::string> all;
        attempt("endpoints", [&] { all = socket.endpoints(); });
        return all;
    }

    static std::string text(const Socket& socket)
    {
        char place[32];
        std::snprintf(place, sizeof place, "@%p", static_cast<const void*>(socket.state().get()));
        return std::string(name(socket.type())) + place;
    }

    static std::string hex(const std::string& bytes)
    {
        std::string digits = std::to_string(bytes.size()) + ":";
        for (std::size_t i = 0; i < bytes.size() && i < 16; ++i) {
            char two[3];
            std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(bytes[i]));
            digits += two;
        }
        return digits;
    }

    // Routing ids, domains and names: few, so that they meet.
    static constexpr const char* ids[] = {"a", "b", "name", "X-key:value", "lo"};

    World& world_;
    Context context_;
    Random random_;
    std::set<const void*> begun_;  // sockets, of whose message this thread has received a part
};

// How the context ends.
void end(Random& random, World& world, std::optional<Context>& context, int way)
{
    const auto most = std::chrono::milliseconds(random.below(100));
    switch (way) {
    case 0:
        attempt("close all and term", [&] {
            for (Socket& socket : world.all()) {
                socket.close(most);
            }
            for (Socket& socket : context->sockets()) {
                socket.close(0ms);
            }
            context->term(300ms);  // others may open sockets still
        });
        break;
    case 1: attempt("destroy", [&] { context->destroy(most); }); break;
    case 2: attempt("abandon", [&] { static_cast<void>(context->abandon(most)); }); break;
    case 3: attempt("shutdown", [&] { context->shutdown(); }); break;
    default: break;  // the handles go, and with them the rest
    }
}

// False if the context may have to stay behind: without room for one more socket, connections by inproc
// that nobody bound cannot be undone, and libzmq would abort.
bool set_up(Random& random, Context& context)
{
    const bool is_scarce = random.once_in(8);
    context.set_linger(std::chrono::milliseconds(random.below(50)));
    if (random.once_in(4)) {
        const int threads =
            random.one_of({0, 1, 2, 3, 4, 1000000, std::numeric_limits<int>::max()});
        attempt([&] { context.set(zmqpp::context_option::io_threads, threads); }, "io_threads %d",
                threads);
    }
    if (is_scarce) {
        const int most = random.between(1, 30);
        attempt([&] { context.set(zmqpp::context_option::max_sockets, most); }, "max_sockets %d",
                most);
    }
    if (random.once_in(10)) {
        const int value = random.one_of({0, 1, 2, 3, 50, 99, 1000, -1});
        switch (random.below(3)) {
        case 0:
            attempt([&] { context.set(zmqpp::context_option::thread_sched_policy, value); },
                    "thread_sched_policy %d", value);
            break;
        case 1:
            attempt([&] { context.set(zmqpp::context_option::thread_priority, value); },
                    "thread_priority %d", value);
            break;
        default:
            attempt([&] { context.set(zmqpp::context_option::thread_affinity_cpu_add, value); },
                    "thread_affinity_cpu_add %d", value);
        }
    }
    return !is_scarce;
}

}  // namespace

bool operations_round(std::uint64_t seed)
{
    Random random(seed);
    World world(seed);
    std::optional<Context> context(std::in_place);
    const bool is_tidy = set_up(random, *context);

    const int threads = random.between(1, 4);
    const int count = random.between(20, 300);
    const int way = random.between(0, 4);
    const bool early = random.once_in(3);  // the end comes while the threads are at work
    const bool proxies = random.once_in(4);
    std::vector<std::uint64_t> seeds;
    for (int i = 0; i < threads; ++i) {
        seeds.push_back(random.bits());
    }

    std::thread proxy;
    if (proxies) {
        proxy = std::thread([&world, proxied = *context, proxy_seed = random.bits()] {
            Random own(proxy_seed);
            static constexpr SocketType types[] = {
                SocketType::router, SocketType::dealer, SocketType::xpub, SocketType::xsub,
                SocketType::pull,   SocketType::push,   SocketType::pair, SocketType::req};
            attempt("proxy sockets", [&] {
                for (int i = 0; i < 2; ++i) {
                    Socket socket(proxied, own.one_of(types));
                    world.note_endpoint(socket.bind("tcp://127.0.0.1:*"));
                    world.put(own, socket);
                }
            });
            const auto front = world.socket(own);
            const auto back = world.socket(own);
            const auto capture = own.once_in(2) ? world.socket(own) : std::nullopt;
            const auto control = own.once_in(2) ? world.socket(own) : std::nullopt;
            if (!front || !back) {
                return;
            }
            // It may be in there for as long as the round is.
            try {
                control ? zmqpp::proxy_steerable(*front, *back, capture, *control)
                        : zmqpp::proxy(*front, *back, capture);
            } catch (const zmqpp::Error&) {
            }
        });
    }

    in_threads(threads + (early ? 1 : 0), [&](int number) {
        if (number == threads) {
            std::this_thread::sleep_for(std::chrono::milliseconds(random.below(30)));
            end(random, world, context, way);
            return;
        }
        Actor actor(world, *context, seeds[static_cast<std::size_t>(number)]);
        // Where max_sockets is small, many calls take all their time.
        const Deadline enough(500ms * ZMQPP_FUZZ_SLOWNESS);
        for (int i = 0; i < count && !enough.passed(); ++i) {
            actor.act();
        }
    });
    if (proxies) {
        attempt("stop the proxy", [&] { context->shutdown(); });
        Log::mine().begin("join the proxy");
        proxy.join();
        Log::mine().end("done");
    }
    if (!early) {
        end(random, world, context, way);
    }
    attempt("drop all", [&] {
        world.poller.clear();
        world.drop_sockets();
        context.reset();
    });
    attempt("wait for the reaper", [&] {
        if (!zmqpp::Reaper::instance().drain(call_limit * 2)) {
            give_up("a context does not end");
        }
    });
    return is_tidy;
}

}  // namespace fuzz
