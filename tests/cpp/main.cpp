// The test program: runs all tests, or with --scenario=NAME one scenario in a process of its own. A
// watchdog ends a run in which something hangs and names the test.
#define DOCTEST_CONFIG_IMPLEMENT
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS  // crashes are for the sanitizer to report
#endif
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "testing.hpp"

#ifndef _WIN32
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

extern char** environ;  // NOLINT: POSIX has it in no header
#endif

namespace {

// --- the watchdog ---

std::mutex running_mutex;
std::string running = "nothing";
std::atomic<bool> is_forked_child{false};

struct Announcer : doctest::IReporter {
    explicit Announcer(const doctest::ContextOptions& /*options*/) {}
    void announce(const doctest::TestCaseData& test)
    {
        const std::lock_guard<std::mutex> guard(running_mutex);
        running = test.m_name;
    }
    void report_query(const doctest::QueryData& /*in*/) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats& /*in*/) override {}
    void test_case_start(const doctest::TestCaseData& in) override { announce(in); }
    void test_case_reenter(const doctest::TestCaseData& in) override { announce(in); }
    void test_case_end(const doctest::CurrentTestCaseStats& /*in*/) override {}
    void test_case_exception(const doctest::TestCaseException& /*in*/) override {}
    void subcase_start(const doctest::SubcaseSignature& /*in*/) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData& /*in*/) override {}
    void log_message(const doctest::MessageData& /*in*/) override {}
    void test_case_skipped(const doctest::TestCaseData& /*in*/) override {}
};
DOCTEST_REGISTER_LISTENER("announcer", 1, Announcer);

// Not alarm(): the tests of signals need that timer themselves.
void start_watchdog(std::chrono::seconds limit)
{
#ifndef _WIN32
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are for the threads under test
#endif
    std::thread([limit] {
        std::this_thread::sleep_for(limit);
        const std::lock_guard<std::mutex> guard(running_mutex);
        std::fprintf(stderr, "\nHANGS: %s\n", running.c_str());
        std::abort();
    }).detach();
#ifndef _WIN32
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
#endif
}

#ifndef _WIN32
const char* program = "";
testing::Scenario* scenarios = nullptr;
#endif

}  // namespace

// --- what sanitizers ask ---

extern "C" {
// A child of fork() has the memory of its parent's contexts and none of the threads that free it.
int __lsan_is_turned_off();  // NOLINT: the runtime's name
int __lsan_is_turned_off() { return is_forked_child ? 1 : 0; }

// The second that the runtime waits at exit for late reports would be one for each scenario.
const char* __tsan_default_options();  // NOLINT: the runtime's name
const char* __tsan_default_options() { return "atexit_sleep_ms=50"; }
}

// --- processes ---

#ifndef _WIN32
namespace testing {

namespace {

// Reads what a child writes to its stderr until it is gone.
Ended follow(pid_t child, int errors, const Stopwatch& watch)
{
    Ended ended;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::read(errors, buffer, sizeof buffer)) != 0;) {
        if (count > 0) {
            ended.errors.append(buffer, static_cast<std::size_t>(count));
        } else if (errno != EINTR) {
            break;
        }
    }
    ::close(errors);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    ended.took = watch.elapsed();
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ended;
}

// The state letter of one of this process's threads: S if it is asleep, or gone.
char state_of_thread(const std::string& id)
{
    std::ifstream file("/proc/self/task/" + id + "/stat");
    std::string line;
    std::getline(file, line);
    const std::size_t name_end = line.rfind(')');
    return name_end + 2 < line.size() ? line[name_end + 2] : 'S';
}

// A child inherits the locks of ASan's allocator as they are, and threads that are starting up hold
// them. So it is born while all threads but this one are asleep.
void let_others_fall_asleep()
{
    const Stopwatch watch;
    int awake = 2;
    while (awake > 1 && watch.elapsed() < 2s) {
        awake = 0;
        std::error_code no_such_folder;  // outside Linux
        for (const auto& task :
             std::filesystem::directory_iterator("/proc/self/task", no_such_folder)) {
            awake += state_of_thread(task.path().filename()) != 'S' ? 1 : 0;
        }
    }
}

}  // namespace

Ended in_child(const std::function<int()>& work)
{
    const Stopwatch watch;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    std::fflush(nullptr);
    if (under_asan) {
        let_others_fall_asleep();
    }
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        is_forked_child = true;
        ::signal(SIGALRM, SIG_DFL);
        ::alarm(30);  // the watchdog is a thread of the parent's
        ::close(ends[0]);
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[1]);
        int code = 99;
        try {
            code = work();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
        }
        std::exit(code);
    }
    ::close(ends[1]);
    return follow(child, ends[0], watch);
}

Ended in_process(const char* scenario)
{
    const Stopwatch watch;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    std::string self = program;
    std::string argument = std::string("--scenario=") + scenario;
    char* arguments[] = {self.data(), argument.data(), nullptr};
    pid_t child = -1;
    const int rc = ::posix_spawn(&child, program, &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    REQUIRE(rc == 0);
    return follow(child, ends[0], watch);
}

Scenario::Scenario(const char* scenario_name, int (*scenario_run)())
    : name(scenario_name), run(scenario_run), next(scenarios)
{
    scenarios = this;
}

}  // namespace testing
#endif

std::size_t testing::count_descriptors()
{
    std::size_t count = 0;
#ifndef _WIN32
    DIR* directory = ::opendir("/dev/fd");
    if (directory == nullptr) {
        std::abort();  // and not REQUIRE, which a scenario has not
    }
    while (::readdir(directory) != nullptr) {
        ++count;
    }
    ::closedir(directory);
#endif
    return count;
}

int main(int count, char** arguments)
{
#ifndef _WIN32
    program = arguments[0];
    constexpr const char* option = "--scenario=";
    if (count == 2 && std::strncmp(arguments[1], option, std::strlen(option)) == 0) {
        start_watchdog(std::chrono::seconds(30));
        for (const testing::Scenario* one = scenarios; one != nullptr; one = one->next) {
            if (std::strcmp(one->name, arguments[1] + std::strlen(option)) == 0) {
                return one->run();
            }
        }
        std::fprintf(stderr, "no such scenario\n");
        return 98;
    }
#endif
    const char* limit = std::getenv("ZMQPP_TEST_SECONDS");
    start_watchdog(std::chrono::seconds(limit == nullptr ? 240 : std::atoi(limit)));
    doctest::Context context;
    context.applyCommandLine(count, arguments);
    return context.run();
}
