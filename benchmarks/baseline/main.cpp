// The same measurements on plain libzmq, without Python and without zmqpp: what any binding could
// reach at most. run.py compiles and starts it with the words of a task, and it prints the same JSON
// as a worker:
//
//     baseline shape=SHAPE [key=value ...]
//
// Partners in processes of their own are forks, so this is for POSIX systems.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "shapes.hpp"

void finish(double rate, const std::string& details)
{
    std::printf("{\"value\": %.9g, \"details\": {%s}}\n", rate, details.c_str());
    std::fflush(stdout);
    std::_Exit(EXIT_SUCCESS);
}

int main(int argc, char** argv)
{
    alarm(60);  // no measurement takes so long
    const Task task = task_from_words(argc, argv);
    const std::map<std::string, void (*)(const Task&)> shapes = {{"one_thread", one_thread},
                                                                 {"throughput", throughput},
                                                                 {"round_trip", round_trip},
                                                                 {"polling", polling},
                                                                 {"calls", calls}};
    const auto shape = shapes.find(task.shape);
    if (shape == shapes.end()) {
        std::printf("{\"missing\": \"%s\"}\n", task.shape.c_str());
        return EXIT_SUCCESS;
    }
    shape->second(task);
}
