// Everything of the core: ZeroMQ for C++17, as handles that any thread may share. It needs libzmq
// and the standard library, and no Python.
#pragma once

#include "core/connections.hpp"
#include "core/constants.hpp"
#include "core/context.hpp"
#include "core/deadline.hpp"
#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/layout.hpp"
#include "core/message.hpp"
#include "core/monitor.hpp"
#include "core/option.hpp"
#include "core/poller.hpp"
#include "core/proxy.hpp"
#include "core/proxy_thread.hpp"
#include "core/security.hpp"
#include "core/socket.hpp"
#include "core/tracker.hpp"
#include "core/version.hpp"
