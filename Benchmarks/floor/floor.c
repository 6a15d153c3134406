/* The floor: what a request costs on this kernel when the server does nothing but receive and send.
 *
 *   floor ANSWER PORT [close | two]
 *
 * Answers every request with the bytes of the file ANSWER, whatever it asks for, on 127.0.0.1:PORT (0: a free one) and says
 * on standard error where it listens. A request is a head that ends with an empty line and has no content. With `close`,
 * a connection gets one answer and is closed; ANSWER has to say so then (Connection: close), or clients would ask on. `two` is two
 * processes, between which the kernel divides the connections (SO_REUSEPORT).
 *
 * One thread, one io_uring, one system call a turn. Receives are multishot and take their buffers from a ring of provided
 * ones; what one receive asked for is answered by one send. There are no deadlines, no limits and no log: it is a
 * yardstick for servers, and no server. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <liburing.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
    submissions_max = 1024,
    completions_max = 8192,
    buffer_count = 256, /* a power of two; all come back within a turn, so more would only take the cache's place */
    buffer_size = 4096,
    buffer_group = 0,
    descriptors_max = 1 << 16,
    send_size_max = 1 << 17, /* a send holds as many answers as fit, but one at least */
};

enum operation { op_accept, op_receive, op_send, op_close };

struct connection {
    uint32_t owed;       /* answers that no send holds yet */
    uint32_t size;       /* bytes of the send in flight, 0 when there is none */
    uint32_t offset;     /* where in `answers` it began */
    uint8_t line;        /* bytes of the line that is arriving, 2 standing for more */
    uint8_t has_ended;   /* nothing is received any more */
};

static struct io_uring ring;
static struct io_uring_buf_ring *buffers;
static unsigned char *buffer_memory;
static struct connection connections[descriptors_max];
static char *answers; /* the answer, repeated */
static uint32_t answer_size, answers_max;
static int listener, does_close;

static _Noreturn void die(const char *what, int error) {
    fprintf(stderr, "floor: %s: %s\n", what, strerror(error));
    exit(71);
}

static struct io_uring_sqe *submission(enum operation operation, int descriptor) {
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
    if (entry == NULL) {
        /* More completions than the queue has room for submissions: what is queued goes first. */
        int result = io_uring_submit(&ring);
        if (result < 0) die("io_uring_submit", -result);
        entry = io_uring_get_sqe(&ring);
        if (entry == NULL) die("io_uring_get_sqe", EBUSY);
    }
    /* The functions that prepare an entry leave this field alone. */
    entry->user_data = (uint64_t)descriptor << 8 | operation;
    return entry;
}

static void arm_accept(void) {
    io_uring_prep_multishot_accept(submission(op_accept, listener), listener, NULL, NULL, 0);
}

static void arm_receive(int descriptor) {
    struct io_uring_sqe *entry = submission(op_receive, descriptor);
    /* An armed receive holds the socket, and closing its descriptor would send no FIN: so only one where it ends. */
    if (does_close) io_uring_prep_recv(entry, descriptor, NULL, 0, 0);
    else io_uring_prep_recv_multishot(entry, descriptor, NULL, 0, 0);
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = buffer_group;
}

static void end(int descriptor) {
    io_uring_prep_close(submission(op_close, descriptor), descriptor);
}

/* One send at a time on a connection: two could mix when the socket's buffer is full. */
static void send_answers(int descriptor, uint32_t offset, uint32_t size) {
    struct connection *connection = &connections[descriptor];
    struct io_uring_sqe *entry = submission(op_send, descriptor);
    connection->offset = offset;
    connection->size = size;
    io_uring_prep_send(entry, descriptor, answers + offset, size,
                       MSG_WAITALL | MSG_NOSIGNAL | (does_close ? MSG_MORE : 0)); /* FIN leaves in the same segment */
    if (!does_close) return;
    entry->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
    end(descriptor);
}

static void send_owed(int descriptor) {
    struct connection *connection = &connections[descriptor];
    uint32_t count = connection->owed < answers_max ? connection->owed : answers_max;
    connection->owed -= count;
    send_answers(descriptor, 0, count * answer_size);
}

/* How many heads end in these bytes: one with each line that is empty but for its carriage return. */
static uint32_t heads_ending(struct connection *connection, const unsigned char *bytes, size_t size) {
    const unsigned char *at = bytes, *end_of_bytes = bytes + size;
    uint32_t count = 0;
    size_t line = connection->line;
    for (;;) {
        const unsigned char *feed = memchr(at, '\n', (size_t)(end_of_bytes - at));
        line += (size_t)((feed ? feed : end_of_bytes) - at);
        if (feed == NULL) break;
        count += line < 2;
        line = 0;
        at = feed + 1;
    }
    connection->line = line < 2 ? (uint8_t)line : 2;
    return count;
}

static void accepted(const struct io_uring_cqe *packet) {
    if (packet->res < 0) die("accept", -packet->res);
    if (packet->res >= descriptors_max) die("accept", EMFILE);
    if (!(packet->flags & IORING_CQE_F_MORE)) arm_accept();
    connections[packet->res] = (struct connection){0};
    arm_receive(packet->res);
}

/* Returns how many buffers it gives back: 1 or 0. */
static int received(int descriptor, const struct io_uring_cqe *packet, int returned) {
    struct connection *connection = &connections[descriptor];
    int has_buffer = (packet->flags & IORING_CQE_F_BUFFER) != 0;
    if (packet->res > 0) {
        unsigned number = packet->flags >> IORING_CQE_BUFFER_SHIFT;
        unsigned char *buffer = buffer_memory + (size_t)number * buffer_size;
        connection->owed += heads_ending(connection, buffer, (size_t)packet->res);
        io_uring_buf_ring_add(buffers, buffer, buffer_size, (unsigned short)number,
                              io_uring_buf_ring_mask(buffer_count), returned);
        if (does_close && connection->owed > 0) {
            connection->owed = 1;
            send_owed(descriptor);
            return 1;
        }
        if (!(packet->flags & IORING_CQE_F_MORE)) arm_receive(descriptor);
        if (connection->owed > 0 && connection->size == 0) send_owed(descriptor);
    } else if (packet->res == -ENOBUFS) {
        /* All buffers were in this turn's packets; they are back before this is submitted. */
        arm_receive(descriptor);
    } else {
        connection->has_ended = 1;
        if (connection->size == 0) end(descriptor);
    }
    return has_buffer;
}

static void sent(int descriptor, int result) {
    if (does_close) {
        /* Only a failure is told, and it has taken the linked close with it, which is not told then (io_uring_enter(2)). */
        close(descriptor);
        return;
    }
    struct connection *connection = &connections[descriptor];
    uint32_t size = connection->size;
    connection->size = 0;
    if (result < 0) {
        /* The client has gone; the receive says so too, unless it has already. */
        connection->owed = 0;
    } else if ((uint32_t)result < size) {
        send_answers(descriptor, connection->offset + (uint32_t)result, size - (uint32_t)result);
        return;
    } else if (connection->owed > 0) {
        send_owed(descriptor);
        return;
    }
    if (connection->has_ended) end(descriptor);
}

static void turn(void) {
    int result = io_uring_submit_and_wait(&ring, 1);
    if (result < 0 && result != -EINTR) die("io_uring_submit_and_wait", -result);
    struct io_uring_cqe *packet;
    unsigned head, count = 0;
    int returned = 0;
    io_uring_for_each_cqe(&ring, head, packet) {
        int descriptor = (int)(packet->user_data >> 8);
        switch ((enum operation)(packet->user_data & 0xff)) {
        case op_accept: accepted(packet); break;
        case op_receive: returned += received(descriptor, packet, returned); break;
        case op_send: sent(descriptor, packet->res); break;
        case op_close: break;
        }
        count++;
    }
    io_uring_buf_ring_advance(buffers, returned);
    io_uring_cq_advance(&ring, count);
}

static void open_ring(void) {
    struct io_uring_params parameters = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL |
                 IORING_SETUP_CLAMP,
        .cq_entries = completions_max,
    };
    int result = io_uring_queue_init_params(submissions_max, &ring, &parameters);
    if (result < 0) die("io_uring_queue_init_params", -result);
    result = io_uring_register_ring_fd(&ring);
    if (result < 0) die("io_uring_register_ring_fd", -result);
    size_t ring_size = buffer_count * sizeof(struct io_uring_buf);
    void *memory = mmap(NULL, ring_size + (size_t)buffer_count * buffer_size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) die("mmap", errno);
    /* The ring of buffers has to begin on a page, and its 256 entries of 16 bytes fill one. */
    buffers = memory;
    buffer_memory = (unsigned char *)memory + ring_size;
    struct io_uring_buf_reg registration = {.ring_addr = (uintptr_t)buffers, .ring_entries = buffer_count, .bgid = buffer_group};
    result = io_uring_register_buf_ring(&ring, &registration, 0);
    if (result < 0) die("io_uring_register_buf_ring", -result);
    io_uring_buf_ring_init(buffers);
    for (int number = 0; number < buffer_count; number++) {
        io_uring_buf_ring_add(buffers, buffer_memory + (size_t)number * buffer_size, buffer_size, (unsigned short)number,
                              io_uring_buf_ring_mask(buffer_count), number);
    }
    io_uring_buf_ring_advance(buffers, buffer_count);
}

static void read_answer(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) die(path, errno);
    static char answer[1 << 24];
    size_t size = fread(answer, 1, sizeof answer, file);
    if (ferror(file) || size == 0 || size == sizeof answer) die(path, EINVAL);
    fclose(file);
    answer_size = (uint32_t)size;
    answers_max = does_close || size > send_size_max ? 1 : (uint32_t)(send_size_max / size);
    answers = malloc(size * answers_max);
    if (answers == NULL) die("malloc", ENOMEM);
    for (uint32_t number = 0; number < answers_max; number++) memcpy(answers + number * size, answer, size);
}

/* A listening socket on a port, or on a free one, which is told then. */
static int listen_on(int *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int yes = 1;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) die("socket", errno);
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) die("setsockopt", errno);
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) != 0) die("setsockopt", errno);
    /* A connection that is closed after one answer is accepted with its request. */
    if (does_close && setsockopt(descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, &yes, sizeof yes) != 0) die("setsockopt", errno);
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) die("bind", errno);
    if (listen(descriptor, 4096) != 0) die("listen", errno);
    if (getsockname(descriptor, (struct sockaddr *)&address, &size) != 0) die("getsockname", errno);
    *port = ntohs(address.sin_port);
    return descriptor;
}

/* Two processes with a listener each; the second ends with the first. */
static void divide(int other) {
    pid_t first = getpid(), second = fork();
    if (second < 0) die("fork", errno);
    if (second > 0) {
        close(other);
        return;
    }
    close(listener);
    listener = other;
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0) die("prctl", errno);
    if (getppid() != first) exit(0);
}

int main(int argc, char **argv) {
    const char *manner = argc == 4 ? argv[3] : "";
    int is_two = strcmp(manner, "two") == 0;
    does_close = strcmp(manner, "close") == 0;
    if (argc < 3 || argc > 4 || (argc == 4 && !is_two && !does_close)) {
        fprintf(stderr, "usage: floor ANSWER PORT [close | two]\n");
        return 64;
    }
    read_answer(argv[1]);
    int port = atoi(argv[2]);
    listener = listen_on(&port);
    int other = is_two ? listen_on(&port) : -1;
    fprintf(stderr, "floor: listening on http://127.0.0.1:%d\n", port);
    if (is_two) divide(other);
    open_ring();
    arm_accept();
    for (;;) turn();
}
