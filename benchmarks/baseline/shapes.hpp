// The shapes of measurements, one file each, as in worker/. Each ends the process by `finish`.
#pragma once

#include <string>

#include "task.hpp"

[[noreturn]] void one_thread(const Task& task);
[[noreturn]] void throughput(const Task& task);
[[noreturn]] void round_trip(const Task& task);
[[noreturn]] void polling(const Task& task);
[[noreturn]] void calls(const Task& task);

// Prints how often a second, with details in JSON if there are any, and ends the process at once:
// threads of partners go on until then.
[[noreturn]] void finish(double rate, const std::string& details = "");
