// A client of the echo server in C++, without Python: one REQ socket connected to both endpoints.
//
//     echo_client [ENDPOINT ...]
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>
#include <zmqpp/core.hpp>

int main(int argc, char** argv)
try {
    using namespace std::chrono_literals;
    std::vector<std::string> endpoints(argv + 1, argv + argc);
    if (endpoints.empty()) {
        endpoints = {"tcp://127.0.0.1:5000", "tcp://127.0.0.1:6000"};
    }

    zmqpp::Context context;
    zmqpp::Socket client(context, zmqpp::SocketType::req);
    for (const std::string& endpoint : endpoints) {
        std::cout << "echo client: connected to " << client.connect(endpoint) << std::endl;
    }
    for (int number = 0; number < 10; ++number) {
        const std::string text = "message " + std::to_string(number);
        client.send(text);
        const auto reply = client.recv(5s);
        if (!reply) {
            std::cerr << "echo client: no answer within 5 s" << std::endl;
            return EXIT_FAILURE;
        }
        if (reply->view() != text) {
            std::cerr << "echo client: sent \"" << text << "\", and \"" << reply->view()
                      << "\" came back" << std::endl;
            return EXIT_FAILURE;
        }
        std::cout << "echo client: \"" << text << "\" came back" << std::endl;
    }
    std::cout << "echo client: 10 round trips, done" << std::endl;
    return EXIT_SUCCESS;
} catch (const zmqpp::Error& error) {
    std::cerr << "echo client: " << error.what() << std::endl;
    return EXIT_FAILURE;
}
