/* zmqpp for extension modules in plain C, Cython, nanobind or another pybind11: a table of functions with
 * which they use the very contexts, sockets and messages of Python. C++ code with pybind11 includes
 * <zmqpp/python.hpp> instead, which rests on this.
 *
 *     static const zmqpp_capi *zmqpp;
 *     ...
 *     zmqpp = zmqpp_import();         // in the module's init function, with the GIL
 *     if (zmqpp == NULL) return NULL; // an ImportError is set
 *
 * Functions of the first group take and give Python objects: the GIL must be held, and on failure the Python
 * error is set. All others may be called from any thread, with the GIL or without; a call that has to wait
 * gives the GIL up meanwhile. They fail with NULL or -1; last_failure() says why, and raise_last() raises it.
 *
 * Handles: `zmqpp_socket *` is a handle on a socket, `zmqpp_context *` on a context. Those that come out of a
 * Python object are that object's, good as long as it lives; copy one to keep it. Those that are made or
 * copied are the caller's, who releases them. Any thread may use a socket at any time.
 *
 * Times are milliseconds; -1 is for ever, 0 does not wait.
 */
#ifndef ZMQPP_CAPI_H
#define ZMQPP_CAPI_H

#include <Python.h>

#include <stddef.h>
#include <zmq.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a function changes or goes. New ones come at the end of the table, and `size` tells. */
#define ZMQPP_CAPI_VERSION 1
#define ZMQPP_CAPI_CAPSULE "zmqpp._core._C_API"

typedef struct zmqpp_context zmqpp_context;
typedef struct zmqpp_socket zmqpp_socket;
typedef struct zmqpp_kept zmqpp_kept;

/* What the exception is, in C++ (zmqpp::Timeout ...) and in Python (zmqpp.Timeout ...). */
enum zmqpp_failure_kind {
    ZMQPP_NO_FAILURE = 0,
    ZMQPP_ERROR,
    ZMQPP_TIMEOUT,
    ZMQPP_CONTEXT_TERMINATED,
    ZMQPP_SOCKET_CLOSED,
    ZMQPP_STATE_ERROR,
    ZMQPP_THREAD_ERROR,
    ZMQPP_FORK_ERROR,
    ZMQPP_HOST_UNREACHABLE,
    ZMQPP_ADDRESS_IN_USE,
    ZMQPP_NOT_SUPPORTED,
    ZMQPP_INTERRUPTED, /* a signal handler raised: the Python error is set in this thread */
    ZMQPP_OTHER_FAILURE
};

typedef struct zmqpp_failure {
    int kind;
    int code;         /* an errno, of libzmq's too */
    const char *text; /* good until this thread's next failure */
    unsigned long long holder, caller; /* the two threads of a ThreadError */
} zmqpp_failure;

typedef struct zmqpp_capi {
    int version;               /* ZMQPP_CAPI_VERSION of the zmqpp that is loaded */
    int is_loaded;             /* in the interpreter that runs; 0 once that has ended */
    size_t size;               /* of this struct there */
    const char *zmqpp_version; /* "0.1.0" */
    const char *core_layout;   /* what C++ headers must agree on to share objects, see python.hpp */
    const char *libzmq_path;   /* the file of the libzmq that is loaded */
    int libzmq_version;        /* as ZMQ_VERSION */

    /* --- Python objects: with the GIL ------------------------------------------------------------ */

    /* The handle inside a zmqpp.Context or zmqpp.Socket, borrowed. NULL with a TypeError. */
    zmqpp_context *(*context_in)(PyObject *object);
    zmqpp_socket *(*socket_in)(PyObject *object);
    /* The object that stands for it in Python: the same for every handle on it. A new reference. */
    PyObject *(*context_to_python)(const zmqpp_context *context);
    PyObject *(*socket_to_python)(const zmqpp_socket *socket);

    /* The message inside a zmqpp.Message, borrowed: do not change, send or close it. NULL with a TypeError. */
    const zmq_msg_t *(*message_in)(PyObject *object);
    /* A message of a zmqpp.Message or of anything with the buffer protocol, into memory that is none yet.
     * The bytes are shared, not copied, if they are many: do not change them until the message is gone. */
    int (*message_of)(PyObject *object, zmq_msg_t *message);
    /* A zmqpp.Message. The bytes move there, and `message` is empty afterwards. */
    PyObject *(*message_to_python)(zmq_msg_t *message);
    /* Lets go of objects whose bytes were shared with messages that are gone. Other calls with the GIL do so
     * too, and Python itself, some time. */
    void (*release_shared)(void);

    /* Keeps an object for code that may have to drop it without the GIL. NULL with a MemoryError. */
    zmqpp_kept *(*object_keep)(PyObject *object);
    /* That object, borrowed; NULL if its interpreter has ended. */
    PyObject *(*object_kept)(const zmqpp_kept *kept);

    /* Raises this thread's last failure as zmqpp's Python exception. Always NULL. */
    PyObject *(*raise_last)(void);
    /* The same for a failure that was made elsewhere. */
    PyObject *(*raise_failure)(const zmqpp_failure *failure);
    /* What a Python exception of zmqpp's is in C; of others, the kind is ZMQPP_NO_FAILURE. */
    int (*failure_in)(PyObject *exception, zmqpp_failure *failure);

    /* --- from here on: any thread, with the GIL or without ---------------------------------------- */

    /* The object goes when release_shared() is called, or before. NULL does nothing. */
    void (*object_drop)(zmqpp_kept *kept);

    /* This thread's last failure; the kind is ZMQPP_NO_FAILURE if there was none. */
    void (*last_failure)(zmqpp_failure *failure);

    zmqpp_context *(*context_new)(int io_threads); /* ends with Python at the latest, as Python's own do */
    zmqpp_context *(*context_instance)(void); /* zmqpp.Context.instance() */
    /* By a raw handle, which its owner ends. */
    zmqpp_context *(*context_borrow)(void *libzmq_context);
    zmqpp_context *(*context_copy)(const zmqpp_context *context);
    void (*context_release)(zmqpp_context *context); /* NULL does nothing */
    void *(*context_handle)(const zmqpp_context *context); /* libzmq's; NULL once terminated */
    int (*context_term)(zmqpp_context *context, long timeout);

    zmqpp_socket *(*socket_open)(const zmqpp_context *context, int type);
    zmqpp_socket *(*socket_copy)(const zmqpp_socket *socket);
    void (*socket_release)(zmqpp_socket *socket); /* NULL does nothing */
    int (*socket_close)(zmqpp_socket *socket);
    /* libzmq's. Its calls do not take the socket's lock: only for sockets that one thread uses. */
    void *(*socket_handle)(const zmqpp_socket *socket);

    /* The real endpoint goes into `real`, if that is not NULL, cut to `size` with its end. */
    int (*socket_bind)(zmqpp_socket *socket, const char *endpoint, char *real, size_t size);
    int (*socket_connect)(zmqpp_socket *socket, const char *endpoint, char *real, size_t size);
    int (*socket_unbind)(zmqpp_socket *socket, const char *endpoint);
    int (*socket_disconnect)(zmqpp_socket *socket, const char *endpoint);
    int (*socket_set)(zmqpp_socket *socket, int option, const void *value, size_t size);
    /* `size` is that of the memory, and then of the value. Text comes without an end. */
    int (*socket_get)(const zmqpp_socket *socket, int option, void *value, size_t *size);

    /* One message of `count` parts: sent whole, 1, and then the parts are empty; or, if there was no room in
     * time, not at all, 0. */
    int (*socket_send)(zmqpp_socket *socket, zmq_msg_t *parts, size_t count, int flags, long timeout);
    int (*socket_send_bytes)(zmqpp_socket *socket, const void *data, size_t size, int flags, long timeout);
    /* One part into `message`, which is one already (zmq_msg_init): 1, or 0 if none came in time. */
    int (*socket_recv)(zmqpp_socket *socket, zmq_msg_t *message, long timeout);
    /* All parts of one message, whichever other threads receive too: how many they are, 0 if none came in
     * time. They are in memory that messages_free() gives back. */
    long (*socket_recv_multipart)(zmqpp_socket *socket, zmq_msg_t **parts, long timeout);
    void (*messages_free)(zmq_msg_t *messages); /* closes them too; NULL does nothing */
    /* Messages of one part, each of which is one already (zmq_msg_init). Sends all there is room for in time and returns how many that were, the first
     * ones; waits for a message and takes those that have come by then, `max` at most. -1 if it fails. */
    long (*socket_send_many)(zmqpp_socket *socket, zmq_msg_t *messages, size_t count, long timeout);
    long (*socket_recv_many)(zmqpp_socket *socket, zmq_msg_t *messages, size_t max, long timeout);
    /* What of ZMQ_POLLIN | ZMQ_POLLOUT can be done, 0 if nothing could in time. */
    int (*socket_poll)(const zmqpp_socket *socket, int interest, long timeout);

    /* --- messages, for those who do not link libzmq ------------------------------------------------ */

    int (*message_init)(zmq_msg_t *message);
    int (*message_init_size)(zmq_msg_t *message, size_t size);
    int (*message_init_data)(zmq_msg_t *message, void *data, size_t size, zmq_free_fn *free, void *hint);
    int (*message_copy)(zmq_msg_t *into, zmq_msg_t *from); /* shares the bytes, if they are many */
    int (*message_move)(zmq_msg_t *into, zmq_msg_t *from);
    int (*message_close)(zmq_msg_t *message);
    void *(*message_data)(zmq_msg_t *message);
    size_t (*message_size)(const zmq_msg_t *message);
    int (*message_more)(const zmq_msg_t *message);

    /* --- for <zmqpp/python.hpp> -------------------------------------------------------------------- */

    /* Around a wait: gives up the GIL if this thread has it, and takes it back. Come back with what leave
     * returned, unless that is NULL, and with whether the wait failed. */
    void *(*leave_python)(void);
    void (*come_back_to_python)(void *left, int failed);
    /* Runs Python's signal handlers in a wait; 0 if one raised, and the error is set. */
    int (*run_signal_handlers)(void);
    /* Where threads sleep that wait for a lock (detail::SleepingPlaces in core/lock.hpp). */
    void *(*shared_place)(void);
} zmqpp_capi;

/* Imports zmqpp and returns its table, or NULL with ImportError if it is of another version. */
static inline const zmqpp_capi *zmqpp_import(void)
{
    const zmqpp_capi *table;
    PyObject *core = PyImport_ImportModule("zmqpp._core"); /* first, for its own errors */
    if (core == NULL) {
        return NULL;
    }
    Py_DECREF(core);
    table = (const zmqpp_capi *)PyCapsule_Import(ZMQPP_CAPI_CAPSULE, 0);
    if (table == NULL) {
        return NULL;
    }
    if (table->version != ZMQPP_CAPI_VERSION || table->size < sizeof(zmqpp_capi)) {
        PyErr_Format(PyExc_ImportError,
                     "this module was built for version %d (%zu bytes) of zmqpp's C API, and zmqpp %s has "
                     "version %d (%zu bytes): build the module again, or install the zmqpp it was built for",
                     ZMQPP_CAPI_VERSION, sizeof(zmqpp_capi), table->zmqpp_version, table->version,
                     table->size);
        return NULL;
    }
    return table;
}

#ifdef __cplusplus
}
#endif

#endif
