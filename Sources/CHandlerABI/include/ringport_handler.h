/* The whole contract between Ringport (the host) and a handler (a plugin, one shared library named lib<name>.so).
 *
 * A handler exports one function, ringport_handler_v1. The host calls it once after loading the library and reads the
 * ringport_handler it returns. Then: start once, handle for each request, stop once. The library is never unloaded.
 *
 *     host                                   handler
 *      | ringport_handler_v1() ----------------> |   returns its manifest and three functions
 *      | start(context, host, &instance) ------> |   may query and log, no requests yet
 *      | handle(instance, request, token) -----> |   on a pool thread: may block; many at a time
 *      | <-- respond / store / query / log ----- |
 *      | stop(instance) -----------------------> |   no handle is running and none will come
 *
 * Rules, for every declaration below:
 *  - Versions. A struct that may grow begins with `size`, set by whoever fills it to his own sizeof. Within a major
 *    version (the number in the entry symbol's name) members are only appended; a reader looks at a member only when
 *    `size` covers it. Structs without `size` are elements of arrays or passed by value, and never change.
 *  - Memory. A buffer is a pointer and a length, never ended by a NUL. `borrowed` means: valid, and unchanged, until
 *    the call that passed it returns; who wants it longer copies it. `static` means: valid until the process ends.
 *    Nobody ever frees what the other allocated. A pointer beside a zero length may be NULL.
 *  - Threads. The host's callbacks may be called from any thread, except where it says otherwise. `handle` is called
 *    on several pool threads at once.
 *  - Nothing but C crosses: no exception, no unwinding, no object of the handler's language.
 */
#ifndef RINGPORT_HANDLER_H
#define RINGPORT_HANDLER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The major version, also in the entry symbol's name, and the minor one, which counts what was appended. */
#define RINGPORT_ABI_MAJOR 1
#define RINGPORT_ABI_MINOR 1

/* Bytes of somebody else. Text is UTF-8 where this file says text. */
typedef struct ringport_slice {
    const uint8_t *bytes;
    size_t length;
} ringport_slice;

/* One field line of a head: the name as it was received, the value without the whitespace around it. */
typedef struct ringport_field {
    ringport_slice name;
    ringport_slice value;
} ringport_field;

/* Names one call to `handle`; never zero. It carries a generation: a token used a second time, or after the host gave
 * up waiting, is recognised, refused and counted. It names nothing that can be dereferenced. */
typedef uint64_t ringport_token;

/* ---- What a handler says of itself ------------------------------------------------------------------------------ */

typedef struct ringport_route {
    /* Methods separated by one space: "GET", "POST PUT". GET brings HEAD along: `handle` sees HEAD, answers as to GET,
     * and the host leaves the body out. static. */
    ringport_slice methods;
    /* A path that begins with "/". A last segment that is an asterisk stands for one or more segments: /forms/ and an
     * asterisk takes /forms/a and /forms/a/b, but neither /forms nor /forms/. Elsewhere it is not allowed. The longest
     * pattern that fits wins. static. */
    ringport_slice path;
} ringport_route;

/* static, like everything it points to. */
typedef struct ringport_manifest {
    uint32_t size;
    uint32_t routes_count;
    ringport_slice name;    /* text: [a-z][a-z0-9_-]{0,31}, the <name> of lib<name>.so */
    ringport_slice version; /* text for people, 1 to 32 bytes */
    const ringport_route *routes;
    /* SQL texts, each applied once, in this order, before the first start that brings it. Only ever append. */
    const ringport_slice *migrations;
    size_t migrations_count;
} ringport_manifest;

/* ---- Requests and responses ------------------------------------------------------------------------------------- */

/* borrowed during `handle`, like everything it points to, whatever `handle` returns. */
typedef struct ringport_request {
    uint32_t size;
    uint32_t fields_count;
    ringport_slice method;
    ringport_slice target;  /* the request line's, undecoded */
    ringport_slice path;    /* percent-decoded, dot segments resolved, begins with "/", no query; maybe not UTF-8 */
    ringport_slice query;   /* after the first "?", undecoded; empty without one */
    ringport_slice remote;  /* text: the client's address, "192.0.2.7" or "2001:db8::7", or "unix:" */
    int64_t received_at;    /* nanoseconds since 1970 UTC */
    const ringport_field *fields; /* in the order received, names in the case received */
    ringport_slice body;    /* whole, transfer codings removed */
} ringport_request;

#define RINGPORT_NOWHERE SIZE_MAX

/* Filled by the handler, borrowed by the host during the call that takes it (the host copies). */
typedef struct ringport_response {
    uint32_t size;
    uint32_t status; /* 200...599 */
    /* Content-Length, Transfer-Encoding, Connection, Keep-Alive, Upgrade, Trailer and Date are the host's: left out. */
    const ringport_field *fields;
    size_t fields_count;
    ringport_slice body;
    /* In response_when_committed: where in the body the row id of the last insert is put in, as decimal digits.
     * RINGPORT_NOWHERE: not at all. Elsewhere: ignored. */
    size_t rowid_position;
} ringport_response;

/* What `handle` returns. */
enum {
    RINGPORT_DONE = 0,     /* a response was given, or else the client gets a 500 */
    RINGPORT_PENDING = 1,  /* it comes later, by `respond` or by `store`; the host waits for it until a deadline */
    RINGPORT_DECLINED = 2, /* not mine: the host goes on as if the route did not exist */
    RINGPORT_FAILED = 3    /* the handler could not; it logged why. The client gets a 500 */
};

/* What the host's callbacks return. */
enum {
    RINGPORT_OK = 0,
    RINGPORT_E_TOKEN = -1,    /* used before, too late, or never given out; counted */
    RINGPORT_E_RESPONSE = -2, /* status, field name or field value impossible; the client gets a 500 and it is logged */
    RINGPORT_E_ARGUMENT = -3, /* a pointer or number of this call is impossible */
    RINGPORT_E_BUSY = -4,     /* a queue is full: shed load */
    RINGPORT_E_FAILED = -5    /* the database or the disk refused; the reason is in the message, and in the log */
};

/* ---- The database ----------------------------------------------------------------------------------------------- */

enum {
    RINGPORT_NULL = 0,
    RINGPORT_INTEGER = 1,
    RINGPORT_REAL = 2,
    RINGPORT_TEXT = 3,
    RINGPORT_BLOB = 4
};

typedef struct ringport_value {
    uint32_t kind;
    int64_t integer;      /* of RINGPORT_INTEGER */
    double real;          /* of RINGPORT_REAL */
    ringport_slice bytes; /* of RINGPORT_TEXT and RINGPORT_BLOB */
} ringport_value;

typedef struct ringport_statement {
    ringport_slice sql; /* one statement, parameters as ?; keep it at one address: the host remembers what it prepared */
    const ringport_value *parameters;
    size_t parameters_count;
} ringport_statement;

/* How a write ended. */
enum {
    RINGPORT_COMMITTED = 0,        /* on disk */
    RINGPORT_REFUSED_UNIQUE = 1,   /* the constraint that said no; nothing of this write was stored */
    RINGPORT_REFUSED_NOT_NULL = 2,
    RINGPORT_REFUSED_CHECK = 3,
    RINGPORT_REFUSED_FOREIGN_KEY = 4,
    RINGPORT_REFUSED_OTHER = 5,    /* another constraint: a trigger's RAISE, a STRICT table's type */
    RINGPORT_STORE_BUSY = 6,       /* too many writes are waiting */
    RINGPORT_STORE_FAILED = 7,     /* disk full, no such table, a syntax error... */
    RINGPORT_FILES_TOO_LARGE = 8,  /* more files, or bytes of them, than the site takes at once: for a 413 */
    RINGPORT_FILES_FULL = 9        /* the folder of uploads, or its disk, has no room for the files: for a 507 */
};

/* borrowed during on_result. */
typedef struct ringport_write_result {
    uint32_t size;
    uint32_t outcome;
    int64_t rowid;          /* of the last insert, when committed */
    int64_t changes;        /* rows changed, when committed */
    ringport_slice message; /* text for the log, when not committed */
} ringport_write_result;

/* A file that is stored together with the rows that name it. */
typedef struct ringport_file {
    ringport_slice name; /* text: [A-Za-z0-9][A-Za-z0-9._-]{0,127}, made by the handler; must not exist yet */
    ringport_slice bytes;
} ringport_file;

/* Filled by the handler, borrowed by the host during `store` (the host copies all but `user`). */
typedef struct ringport_write {
    uint32_t size;
    uint32_t statements_count; /* all of them are stored, or none */
    const ringport_statement *statements;
    /* Sent to the client of `token` when the write is on disk, without calling the handler again. NULL: none. */
    const ringport_response *response_when_committed;
    /* Called on a pool thread when the write has failed, and when it has succeeded but there was no
     * response_when_committed; it then answers `token` with `respond`. NULL: the host answers with a 500, or a 503
     * when it was busy. */
    void (*on_result)(void *user, ringport_token token, const ringport_write_result *result);
    /* Called once when `store` returned RINGPORT_OK and `user` is needed no more, on any thread: only frees it. */
    void (*release)(void *user);
    void *user;
    /* Files for db/uploads/<name>, no name twice; minor version 1. They are on the disk before the statements are run. If
     * the statements are not stored there is no file. When the call ends by its deadline, or with its client, before the
     * files are on the disk, nothing is stored, and on_result is not called. */
    const ringport_file *files;
    size_t files_count;
} ringport_write;

/* ---- What the host offers --------------------------------------------------------------------------------------- */

enum {
    RINGPORT_LOG_ERROR = 0,
    RINGPORT_LOG_WARNING = 1,
    RINGPORT_LOG_NOTICE = 2,
    RINGPORT_LOG_DEBUG = 3
};

/* static: filled by the host before `start`. Pass it back as the first argument of each call. */
typedef struct ringport_host {
    uint32_t size;
    uint32_t abi_minor;
    void *context; /* the host's own */

    /* Answers the call that `token` names, from within `handle` or, after RINGPORT_PENDING, from any thread. */
    int32_t (*respond)(const struct ringport_host *host, ringport_token token, const ringport_response *response);

    /* Stores asynchronously, together with the writes of other requests in one commit. With a prepared response or an
     * on_result, `handle` then returns RINGPORT_PENDING. A write for nobody has token 0 and no response. When the
     * result is not RINGPORT_OK nothing was stored, on_result and release are not called, and the token is still
     * open, except after RINGPORT_E_TOKEN and RINGPORT_E_RESPONSE. A write with files only on the threads that the host
     * calls the handler on. */
    int32_t (*store)(const struct ringport_host *host, ringport_token token, const ringport_write *write);

    /* Reads synchronously. Only on the threads that the host calls the handler on. `row` gets each row's columns,
     * borrowed during that call, and returns zero to go on. `failed`, if not NULL, gets the reason, borrowed, when the
     * result is RINGPORT_E_FAILED. */
    int32_t (*query)(const struct ringport_host *host, const ringport_statement *statement,
                     int32_t (*row)(void *user, const ringport_value *columns, size_t count),
                     void (*failed)(void *user, ringport_slice message), void *user);

    /* Writes a file, db/uploads/<name>, synchronously and for itself: what becomes of a row that names it is the
     * handler's business. The name is [A-Za-z0-9][A-Za-z0-9._-]{0,127} and must not exist yet. Only on the threads that
     * the host calls the handler on. */
    int32_t (*write_file)(const struct ringport_host *host, ringport_slice name, ringport_slice bytes);

    /* One line of text for the server's error log; line ends and control bytes in it are replaced. */
    void (*log)(const struct ringport_host *host, uint32_t level, ringport_slice text);
} ringport_host;

/* ---- What a handler offers -------------------------------------------------------------------------------------- */

/* static, like everything it points to. */
typedef struct ringport_handler {
    uint32_t size;
    uint32_t abi_minor; /* RINGPORT_ABI_MINOR of the header it was built with */
    const ringport_manifest *manifest;
    void *context; /* the handler's own, given to `start` */

    /* Makes ready. Returns RINGPORT_OK and sets *instance (which may be NULL), or logs why not and returns
     * RINGPORT_E_FAILED: then the server does not start. Main thread, once. */
    int32_t (*start)(void *context, const ringport_host *host, void **instance);

    /* Answers a request: see RINGPORT_DONE and the rest. Pool threads, many at once, may block. */
    int32_t (*handle)(void *instance, const ringport_request *request, ringport_token token);

    /* Ends. Tokens still open are cancelled, and nothing of the host may be called once this returned. May be NULL. */
    void (*stop)(void *instance);
} ringport_handler;

/* The entry point, exported by the shared library. It only returns a pointer: nothing is started, so that
 * `ringport check` can look at a handler without running it. */
const ringport_handler *ringport_handler_v1(void);

#ifdef __cplusplus
}
#endif

#endif
