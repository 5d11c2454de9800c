// The echo server in C++, without Python: one REP socket bound to two TCP endpoints.
//
//     echo_server [--count=N] [ENDPOINT ...]
//
// It speaks with echo_client.py as well as with echo_client.cpp.
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>
#include <zmqpp/core.hpp>

int main(int argc, char** argv)
try {
    std::vector<std::string> endpoints(argv + 1, argv + argc);
    long left = -1;  // to answer; negative: all
    if (!endpoints.empty() && endpoints.front().rfind("--count=", 0) == 0) {
        left = std::atol(endpoints.front().c_str() + std::string("--count=").size());
        endpoints.erase(endpoints.begin());
    }
    if (endpoints.empty()) {
        endpoints = {"tcp://127.0.0.1:5000", "tcp://127.0.0.1:6000"};
    }

    zmqpp::Context context;
    zmqpp::Socket server(context, zmqpp::SocketType::rep);
    for (const std::string& endpoint : endpoints) {
        std::cout << "echo server: bound to " << server.bind(endpoint) << std::endl;
    }
    for (; left != 0; --left) {
        server.send(server.recv());  // the message goes back as it is, without a copy
    }
    std::cout << "echo server: done" << std::endl;
    server.close();
    context.term();  // the last answer leaves before the process does
    return EXIT_SUCCESS;
} catch (const zmqpp::Error& error) {
    std::cerr << "echo server: " << error.what() << std::endl;
    return EXIT_FAILURE;
}
