#include "bind.hpp"

#include "arguments.hpp"
#include "buffer.hpp"
#include "gil.hpp"
#include "zmqpp/core/security.hpp"

namespace zmqpp::binding {
namespace {

// Bytes-like, or ASCII text.
std::string to_string(const Argument& value, const char* operation)
{
    if (PyUnicode_Check(value.object)) {
        return value.borrow().cast<std::string>();
    }
    BorrowedBytes bytes;
    if (!bytes.get(value.object, operation)) {
        throw py::error_already_set();
    }
    std::string text(static_cast<const char*>(bytes.data()), bytes.size());
    bytes.release();
    return text;
}

}  // namespace

void bind_security(py::module_& m)
{
    m.def(
        "curve_keypair",
        [] {
            const zmqpp::CurveKeys keys = without_gil([] { return zmqpp::curve_keypair(); });
            return std::pair(py::bytes(keys.public_key), py::bytes(keys.secret_key));
        },
        "A new pair of CURVE keys, (public, secret), each 40 characters of Z85 "
        "(zmq_curve_keypair). "
        "Raises NotSupported if libzmq was built without CURVE.");
    m.def(
        "curve_public",
        [](argument::Text secret_key) {
            return py::bytes(zmqpp::curve_public(to_string(secret_key, "curve_public()")));
        },
        py::arg("secret_key"), "The public CURVE key of a secret one (zmq_curve_public).");
    m.def(
        "z85_encode",
        [](argument::Buffer bytes) {
            return py::bytes(zmqpp::z85_encode(to_string(bytes, "z85_encode()")));
        },
        py::arg("rawbytes"),
        "Z85 text of bytes, whose number is a multiple of 4: 5 characters for each 4 "
        "(zmq_z85_encode).");
    m.def(
        "z85_decode",
        [](argument::Text text) {
            return py::bytes(zmqpp::z85_decode(to_string(text, "z85_decode()")));
        },
        py::arg("z85bytes"),
        "The bytes of Z85 text, whose length is a multiple of 5 (zmq_z85_decode). Raises ZMQError "
        "if it "
        "is no Z85.");
}

}  // namespace zmqpp::binding
