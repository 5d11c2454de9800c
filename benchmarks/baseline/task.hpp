// What one process is asked to measure: the same `key=value` words that worker/task.py reads.
#pragma once

#include <cstddef>
#include <map>
#include <string>

struct Task {
    std::string shape;
    double seconds = 0.2;
    std::string transport = "inproc";
    std::size_t size = 64;
    int parts = 1;
    int depth = 1;  // messages that are sent before the first is received
    int processes = 1;
    int threads = 1;
    std::string pattern = "pair";
    bool copies = true;          // false: messages are handed over and looked at where they are
    bool waits_outside = false;  // of libzmq, as one must whose sockets others may use meanwhile
    int sockets = 1;
    bool latency = false;
    std::string call;
};

inline Task task_from_words(int count, char** words)
{
    std::map<std::string, std::string> given;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        const auto sign = word.find('=');
        if (sign != std::string::npos) {
            given[word.substr(0, sign)] = word.substr(sign + 1);
        }
    }
    const auto number = [&](const char* key, int otherwise) {
        return given.count(key) != 0 ? std::stoi(given[key]) : otherwise;
    };
    Task task;
    task.shape = given["shape"];
    task.seconds = std::stod(given["seconds"]);
    task.transport = given["transport"];
    task.size = std::stoul(given["size"]);
    task.parts = number("parts", 1);
    task.depth = number("depth", 1);
    task.processes = number("processes", 1);
    task.threads = number("threads", 1);
    task.pattern = given["pattern"];
    task.copies = number("send_copy", 1) != 0 && number("recv_copy", 1) != 0;
    task.waits_outside = number("waits_outside", 0) != 0;
    task.sockets = number("sockets", 1);
    task.latency = number("latency", 0) != 0;
    task.call = given["call"];
    return task;
}
