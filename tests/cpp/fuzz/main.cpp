// zmqpp_fuzz: whatever a program does with the core, and whatever arrives on the wire, ends in a result
// or in a documented exception; never in a crash, an assertion of libzmq's or a hang.
//
//   zmqpp_fuzz [--seconds=N] [--seed=N] [--part=operations|wire] [--seeds=FILE] [--round=N] [--verbose]
//
// It runs the rounds of FILE first, those that found something once (a line a round: part and number),
// and then new ones until the time is up. --round repeats one round of a part again and again.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fuzz.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__GLIBC__)
#include <execinfo.h>
#endif

extern "C" {
// An announced size of many gigabytes is a failed allocation, as it would be in earnest, and an error
// ends in abort(), which prints the log.
const char* __asan_default_options();  // NOLINT: the runtime's name
const char* __asan_default_options()
{
    return "allocator_may_return_null=1:max_allocation_size_mb=512:abort_on_error=1:detect_leaks=0";
}
const char* __tsan_default_options();  // NOLINT: the runtime's name
const char* __tsan_default_options()
{
    return "allocator_may_return_null=1:max_allocation_size_mb=512:abort_on_error=1:halt_on_error="
           "1:"
           "atexit_sleep_ms=50";
}
}

namespace fuzz {

namespace {

constexpr std::size_t most_threads = 64;
std::array<Log, most_threads> logs;
std::atomic<std::uint64_t> round_seed{0};
std::atomic<const char*> round_part{"operations"};
bool verbose = false;

void print(const char* text)
{
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, std::strlen(text));
}

std::int64_t now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

void report(const char* what)
{
    char line[200];
    std::snprintf(line, sizeof line, "\nFUZZ FAILED: %s\nin round: %s %llu\n", what,
                  round_part.load(), static_cast<unsigned long long>(round_seed.load()));
    print(line);
    Log::print_all();
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
void print_stack(int /*signal*/) { __sanitizer_print_stack_trace(); }
#elif defined(__GLIBC__)
void print_stack(int /*signal*/)
{
    void* frames[40];
    print("--- a thread is in:\n");
    ::backtrace_symbols_fd(frames, ::backtrace(frames, 40), STDERR_FILENO);
}
#endif

void report_abort(int signal)
{
    std::signal(signal, SIG_DFL);
    report(signal == SIGABRT ? "abort" : "crash");
#if defined(__GLIBC__)
    print_stack(signal);
#endif
    std::raise(signal);
}

void start_watchdog()
{
    std::thread([] {
        for (;;) {
            std::this_thread::sleep_for(500ms);
            if (Log::any_hangs()) {
                give_up("a call does not return");
            }
        }
    }).detach();
}

}  // namespace

// Gives its log back when the thread ends.
class LogOwner {
public:
    LogOwner()
    {
        for (Log& one : logs) {
            if (!one.used_.exchange(true)) {
                log = &one;
                log->count_ = 0;
                log->since_ = 0;
                log->thread_ = ::pthread_self();
                return;
            }
        }
        std::abort();
    }
    LogOwner(const LogOwner&) = delete;
    LogOwner& operator=(const LogOwner&) = delete;
    ~LogOwner()
    {
        log->since_ = 0;
        log->used_ = false;
    }

    Log* log = nullptr;
};

Log& Log::mine()
{
    static thread_local const LogOwner owner;
    return *owner.log;
}

void Log::begin(const char* format, ...)
{
    const std::size_t count = count_;
    auto& line = lines_[count % length];
    std::va_list values;
    va_start(values, format);
    std::vsnprintf(line.data(), line.size(), format, values);
    va_end(values);
    since_ = now();
    count_ = count + 1;
}

void Log::end(const char* result)
{
    auto& line = lines_[(count_ - 1) % length];
    const std::size_t size = std::strlen(line.data());
    std::snprintf(line.data() + size, line.size() - size, " -> %s", result);
    if (verbose) {
        std::fprintf(stderr, "%4lld ms %s\n", static_cast<long long>((now() - since_) / 1'000'000),
                     line.data());
    }
    since_ = 0;
}

void Log::print() const
{
    const std::size_t count = count_;
    for (std::size_t i = count > length ? count - length : 0; i < count; ++i) {
        fuzz::print("  ");
        fuzz::print(lines_[i % length].data());
        fuzz::print("\n");
    }
}

void Log::print_all()
{
    for (const Log& one : logs) {
        if (one.used_) {
            fuzz::print(one.since_ != 0 ? "--- thread, in its last call:\n" : "--- thread:\n");
            one.print();
        }
    }
}

bool Log::any_hangs()
{
    const std::int64_t limit = std::chrono::nanoseconds(call_limit).count();
    return std::any_of(logs.begin(), logs.end(), [limit](const Log& one) {
        const std::int64_t since = one.since_;
        return one.used_ && since != 0 && now() - since > limit;
    });
}

#if defined(__GLIBC__)
void Log::show_stacks()
{
    for (const Log& one : logs) {
        if (one.used_) {
            ::pthread_kill(one.thread_, SIGUSR2);
            std::this_thread::sleep_for(100ms);
        }
    }
}
#endif

void give_up(const std::string& what)
{
    report(what.c_str());
#if defined(__GLIBC__)
    Log::show_stacks();
#endif
    std::signal(SIGABRT, SIG_DFL);
    std::abort();
}

void attempt(const char* what, const std::function<void()>& call)
{
    Log& log = Log::mine();
    log.begin("%s", what);
    try {
        call();
        log.end("done");
    } catch (const zmqpp::Error& error) {
        log.end(error.what());
        // Nobody passes a bad pointer or a torn message here, and what() always says what it is about.
        const bool impossible = error.code() == EFAULT || error.code() == EPROTO;
        if (impossible || std::strlen(error.what()) < 5) {
            give_up(error.what());
        }
    } catch (const std::exception& error) {
        log.end(error.what());
        give_up(std::string("an exception that is not documented: ") + error.what());
    }
}

void in_threads(int count, const std::function<void(int)>& work)
{
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back(work, i);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

const std::string& folder()
{
    static const std::string path = [] {
        char name[] = "/tmp/zmqpp-fuzz-XXXXXX";
        return std::string(::mkdtemp(name));
    }();
    return path;
}

}  // namespace fuzz

namespace {

using Part = void (*)(std::uint64_t);

struct Plan {
    std::chrono::milliseconds time{10'000};
    std::uint64_t seed = 1;  // the usual run is the same each time; a long one explores
    std::string part;
    std::string seeds;
    std::uint64_t round = 0;
};

Plan read_arguments(int count, char** arguments)
{
    Plan plan;
    if (const char* seconds = std::getenv("ZMQPP_STRESS_SECONDS")) {
        plan.time = std::chrono::milliseconds(std::atol(seconds) * 1000);
        plan.seed =
            static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    }
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        const auto equals = argument.find('=');
        const std::string name = argument.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
        if (name == "--seconds") {
            plan.time = std::chrono::milliseconds(static_cast<long>(std::stod(value) * 1000));
        } else if (name == "--seed") {
            plan.seed = std::stoull(value);
        } else if (name == "--part" && (value == "operations" || value == "wire")) {
            plan.part = value;
        } else if (name == "--seeds") {
            plan.seeds = value;
        } else if (name == "--round") {
            plan.round = std::stoull(value);
        } else if (name == "--verbose") {
            fuzz::verbose = true;
        } else {
            std::fprintf(stderr, "zmqpp_fuzz: what is %s?\n", arguments[i]);
            std::exit(2);
        }
    }
    return plan;
}

std::ptrdiff_t count_descriptors()
{
    const std::filesystem::directory_iterator all("/dev/fd");
    return std::distance(begin(all), end(all));
}

// Contexts end in the background; what they had must be given back.
void require_descriptors(std::ptrdiff_t before)
{
    const auto deadline = std::chrono::steady_clock::now() + fuzz::call_limit;
    while (count_descriptors() > before) {
        if (std::chrono::steady_clock::now() > deadline) {
            for (const auto& one : std::filesystem::directory_iterator("/dev/fd")) {
                std::error_code gone;
                const auto target = std::filesystem::read_symlink(one, gone);
                std::fprintf(stderr, "%s -> %s\n", one.path().c_str(), target.c_str());
            }
            fuzz::give_up("descriptors leak: " + std::to_string(count_descriptors()) +
                          " are open, and were " + std::to_string(before));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

void run(const std::string& part, std::uint64_t seed)
{
    fuzz::round_part = part == "wire" ? "wire" : "operations";
    fuzz::round_seed = seed;
    const auto before = count_descriptors();
    if ((part == "wire" ? fuzz::wire_round : fuzz::operations_round)(seed)) {
        require_descriptors(before);
    }
}

long run_known(const std::string& file, const std::string& only)
{
    std::ifstream lines(file);
    if (!lines) {
        std::fprintf(stderr, "zmqpp_fuzz: cannot read %s\n", file.c_str());
        std::exit(2);
    }
    long count = 0;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string part;
        std::uint64_t seed = 0;
        if (words >> part >> seed && (only.empty() || part == only)) {
            run(part, seed);
            ++count;
        }
    }
    return count;
}

}  // namespace

int main(int count, char** arguments)
{
    const Plan plan = read_arguments(count, arguments);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGABRT, fuzz::report_abort);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    std::signal(SIGSEGV, fuzz::report_abort);
    std::signal(SIGBUS, fuzz::report_abort);
#endif
#if defined(__GLIBC__)
    std::signal(SIGUSR2, fuzz::print_stack);
#endif
    static_cast<void>(fuzz::folder());
    static_cast<void>(fuzz::Log::mine());
    fuzz::start_watchdog();
    std::printf("zmqpp_fuzz: --seed=%llu, %.1f s\n", static_cast<unsigned long long>(plan.seed),
                static_cast<double>(plan.time.count()) / 1000);
    std::fflush(stdout);

    static_cast<void>(fuzz::operations_round(1));  // makes what stays
    static_cast<void>(fuzz::wire_round(1));
    const auto start = std::chrono::steady_clock::now();
    const long known = plan.seeds.empty() ? 0 : run_known(plan.seeds, plan.part);
    long rounds[2] = {0, 0};
    for (std::uint64_t i = 0; std::chrono::steady_clock::now() - start < plan.time; ++i) {
        const bool wire = plan.part.empty() ? i % 2 == 1 : plan.part == "wire";
        run(wire ? "wire" : "operations", plan.round != 0 ? plan.round : fuzz::mix(plan.seed, i));
        ++rounds[wire ? 1 : 0];
    }
    std::filesystem::remove_all(fuzz::folder());
    std::printf("zmqpp_fuzz: %ld known rounds, %ld of operations and %ld of the wire: all well\n",
                known, rounds[0], rounds[1]);
    return 0;
}
