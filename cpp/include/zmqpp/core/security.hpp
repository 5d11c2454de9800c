// Keys for the CURVE mechanism and the Z85 text they are written in. Any thread.
#pragma once

#include <zmq.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "error.hpp"

namespace zmqpp {
inline namespace v1 {

struct CurveKeys {
    std::string public_key;  // Z85, 40 characters
    std::string secret_key;
};

namespace detail {

// libzmq opens and closes its source of randomness around these calls, for the whole process.
[[nodiscard]] inline std::mutex& curve_mutex()
{
    static std::mutex mutex;
    return mutex;
}

}  // namespace detail

// A new pair (zmq_curve_keypair). Throws NotSupported if libzmq has no CURVE.
[[nodiscard]] inline CurveKeys curve_keypair()
{
    const std::lock_guard<std::mutex> guard(detail::curve_mutex());
    char public_key[41];
    char secret_key[41];
    check(zmq_curve_keypair(public_key, secret_key), [] { return std::string("curve_keypair()"); });
    return {public_key, secret_key};
}

// The public key that belongs to a secret one (zmq_curve_public).
[[nodiscard]] inline std::string curve_public(const std::string& secret_key)
{
    if (secret_key.size() != 40) {
        throw Error(EINVAL, "curve_public(): a secret key has 40 characters of Z85, not " +
                                std::to_string(secret_key.size()));
    }
    if (secret_key.find('\0') != std::string::npos) {  // which would end it for libzmq
        throw Error(EINVAL, "curve_public(): not a Z85 key");
    }
    const std::lock_guard<std::mutex> guard(detail::curve_mutex());
    char public_key[41];
    check(zmq_curve_public(public_key, secret_key.c_str()),
          [] { return std::string("curve_public(): not a Z85 key"); });
    return public_key;
}

// Text for bytes, 5 characters for each 4 (zmq_z85_encode).
[[nodiscard]] inline std::string z85_encode(std::string_view bytes)
{
    if (bytes.size() % 4 != 0) {
        throw Error(EINVAL, "z85_encode(): the number of bytes is a multiple of 4, not " +
                                std::to_string(bytes.size()));
    }
    std::string text(bytes.size() / 4 * 5 + 1, '\0');
    zmq_z85_encode(text.data(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    text.pop_back();
    return text;
}

// Bytes for text (zmq_z85_decode).
[[nodiscard]] inline std::string z85_decode(const std::string& text)
{
    if (text.size() % 5 != 0) {
        throw Error(EINVAL, "z85_decode(): the number of characters is a multiple of 5, not " +
                                std::to_string(text.size()));
    }
    std::string bytes(text.size() / 5 * 4, '\0');
    const bool cut_short = text.find('\0') != std::string::npos;  // that ends it for libzmq
    if (cut_short || (!text.empty() && zmq_z85_decode(reinterpret_cast<std::uint8_t*>(bytes.data()),
                                                      text.c_str()) == nullptr)) {
        throw Error(EINVAL, "z85_decode(): not Z85 text");
    }
    return bytes;
}

}  // namespace v1
}  // namespace zmqpp
