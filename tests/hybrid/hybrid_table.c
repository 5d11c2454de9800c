/* What tests/test_capi.py asks of an extension module in plain C, which rests on the table alone. */
#include <zmqpp/capi.h>

#include <string.h>

static const zmqpp_capi *zmqpp;

/* same(object): the object that stands for a socket or context, by way of a handle of C's own. */
static PyObject *same(PyObject *module, PyObject *object)
{
    PyObject *result;
    zmqpp_context *context;
    zmqpp_socket *socket = zmqpp->socket_in(object);
    (void)module;
    if (socket != NULL) {
        socket = zmqpp->socket_copy(socket);
        result = zmqpp->socket_to_python(socket);
        zmqpp->socket_release(socket);
        return result;
    }
    PyErr_Clear();
    context = zmqpp->context_in(object);
    if (context == NULL) {
        return NULL;
    }
    context = zmqpp->context_copy(context);
    result = zmqpp->context_to_python(context);
    zmqpp->context_release(context);
    return result;
}

/* echo(socket, timeout): sends back the next message, all its parts; how many there were. */
static PyObject *echo(PyObject *module, PyObject *args)
{
    PyObject *object;
    long timeout;
    size_t count = 0, i;
    zmq_msg_t parts[8];
    zmqpp_socket *socket;
    int more = 1, rc = 1;
    (void)module;
    if (!PyArg_ParseTuple(args, "Ol", &object, &timeout) || (socket = zmqpp->socket_in(object)) == NULL) {
        return NULL;
    }
    while (more && rc == 1 && count < 8) {
        zmqpp->message_init(&parts[count]);
        rc = zmqpp->socket_recv(socket, &parts[count], timeout);
        more = rc == 1 && zmqpp->message_more(&parts[count]);
        ++count;
    }
    if (rc == 1) {
        rc = zmqpp->socket_send(socket, parts, count, 0, timeout);
    }
    for (i = 0; i < count; ++i) {
        zmqpp->message_close(&parts[i]);
    }
    if (rc < 0) {
        return zmqpp->raise_last();
    }
    return PyLong_FromSize_t(rc == 1 ? count : 0);
}

/* pipe(n): n messages from one socket of C's to another, in batches; how many arrived. */
static PyObject *pipe_messages(PyObject *module, PyObject *argument)
{
    const long wanted = PyLong_AsLong(argument);
    long sent = 0, received = 0, i, some = 0;
    char endpoint[256];
    zmq_msg_t messages[100];
    zmqpp_context *context = zmqpp->context_instance();
    zmqpp_socket *push = zmqpp->socket_open(context, ZMQ_PUSH);
    zmqpp_socket *pull = zmqpp->socket_open(context, ZMQ_PULL);
    (void)module;
    if (zmqpp->socket_bind(pull, "tcp://127.0.0.1:*", endpoint, sizeof endpoint) == 0 &&
        zmqpp->socket_connect(push, endpoint, NULL, 0) == 0) {
        while (received < wanted && some >= 0) {
            const long count = wanted - sent < 100 ? wanted - sent : 100;
            for (i = 0; i < count; ++i) {
                zmqpp->message_init_size(&messages[i], 8);
                memset(zmqpp->message_data(&messages[i]), 'x', 8);
            }
            some = zmqpp->socket_send_many(push, messages, (size_t)count, 5000);
            sent += some;
            for (i = 0; i < count; ++i) {
                zmqpp->message_close(&messages[i]);
                zmqpp->message_init(&messages[i]);
            }
            if (some >= 0) {
                some = zmqpp->socket_recv_many(pull, messages, 100, 5000);
                received += some;
                for (i = 0; i < 100; ++i) {
                    zmqpp->message_close(&messages[i]);
                }
            }
        }
    }
    zmqpp->socket_release(push);
    zmqpp->socket_release(pull);
    zmqpp->context_release(context);
    return some < 0 ? zmqpp->raise_last() : PyLong_FromLong(received);
}

/* address(object): where the bytes of a message of it are. */
static PyObject *address(PyObject *module, PyObject *object)
{
    zmq_msg_t message;
    PyObject *result;
    (void)module;
    if (zmqpp->message_of(object, &message) != 0) {
        return NULL;
    }
    result = PyLong_FromVoidPtr(zmqpp->message_data(&message));
    zmqpp->message_close(&message);
    return result;
}

/* make(size): a message whose bytes are in memory of C's. */
static void release(void *data, void *hint)
{
    (void)hint;
    PyMem_RawFree(data);
}
static PyObject *make(PyObject *module, PyObject *argument)
{
    const size_t size = PyLong_AsSize_t(argument);
    zmq_msg_t message;
    PyObject *pair, *object;
    void *data = PyMem_RawMalloc(size);
    (void)module;
    memset(data, 'm', size);
    zmqpp->message_init_data(&message, data, size, release, NULL);
    object = zmqpp->message_to_python(&message);
    zmqpp->message_close(&message);
    pair = object == NULL ? NULL : Py_BuildValue("(NK)", object, (unsigned long long)(size_t)data);
    return pair;
}

/* option(socket, number): an int option. */
static PyObject *option(PyObject *module, PyObject *args)
{
    PyObject *object;
    int number, value = 0;
    size_t size = sizeof value;
    zmqpp_socket *socket;
    (void)module;
    if (!PyArg_ParseTuple(args, "Oi", &object, &number) || (socket = zmqpp->socket_in(object)) == NULL) {
        return NULL;
    }
    if (zmqpp->socket_get(socket, number, &value, &size) != 0) {
        return zmqpp->raise_last();
    }
    return PyLong_FromLong(value);
}

/* failure(function): kind, errno and text of what it raises. */
static PyObject *failure(PyObject *module, PyObject *function)
{
    PyObject *type, *value, *traceback, *result = NULL;
    zmqpp_failure found;
    PyObject *returned = PyObject_CallObject(function, NULL);
    (void)module;
    if (returned != NULL) {
        return returned;
    }
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (zmqpp->failure_in(value, &found) == 0) {
        result = Py_BuildValue("(iis)", found.kind, found.code, found.text == NULL ? "" : found.text);
    }
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return result;
}

/* about(): what the table says of itself. */
static PyObject *about(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
    return Py_BuildValue("{s:i,s:n,s:s,s:s,s:i}", "version", zmqpp->version, "size",
                         (Py_ssize_t)zmqpp->size, "zmqpp_version", zmqpp->zmqpp_version, "libzmq_path",
                         zmqpp->libzmq_path, "libzmq_version", zmqpp->libzmq_version);
}

static PyMethodDef methods[] = {
    {"same", same, METH_O, NULL},
    {"echo", echo, METH_VARARGS, NULL},
    {"pipe", pipe_messages, METH_O, NULL},
    {"address", address, METH_O, NULL},
    {"make", make, METH_O, NULL},
    {"option", option, METH_VARARGS, NULL},
    {"failure", failure, METH_O, NULL},
    {"about", about, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "hybrid_table", NULL, -1, methods,
                                        NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_hybrid_table(void)
{
    zmqpp = zmqpp_import();
    return zmqpp == NULL ? NULL : PyModule_Create(&definition);
}
