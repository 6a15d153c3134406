/* The floor on epoll: what a request costs on this kernel when the server does nothing but receive and send, with calls that do
 * not wait.
 *
 *   floor-epoll ANSWER PORT
 *
 * As `floor`, on the readiness of sockets instead of a ring: one thread, edges, one epoll_wait a turn, one recv and one send for a
 * request. What has no room is sent when there is some. A yardstick, and no server. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { events_max = 1024, buffer_size = 1 << 16, descriptors_max = 1 << 16 };

struct connection {
    uint32_t owed;   /* answers that are not sent yet */
    uint32_t offset; /* bytes of the first of them that have left */
    uint8_t line;    /* bytes of the line that is arriving, 2 standing for more */
};

static struct connection connections[descriptors_max];
static unsigned char buffer[buffer_size];
static char answer[1 << 20];
static size_t answer_size;
static int queue, listener;

static _Noreturn void die(const char *what, int error) {
    fprintf(stderr, "floor-epoll: %s: %s\n", what, strerror(error));
    exit(71);
}

static void watch(int descriptor, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = descriptor};
    if (epoll_ctl(queue, EPOLL_CTL_ADD, descriptor, &event) != 0) die("epoll_ctl", errno);
}

/* Counts the heads that end in these bytes: one with each line that is empty but for its carriage return. */
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

/* Sends what is owed as far as there is room. Returns 0 when the client has gone. */
static int send_owed(int descriptor) {
    struct connection *connection = &connections[descriptor];
    while (connection->owed > 0) {
        ssize_t count = send(descriptor, answer + connection->offset, answer_size - connection->offset, MSG_NOSIGNAL);
        if (count < 0) return errno == EAGAIN;
        connection->offset += (uint32_t)count;
        if (connection->offset < answer_size) return 1;
        connection->offset = 0;
        connection->owed--;
    }
    return 1;
}

/* Receives until there is no more. Returns 0 when the client has finished. */
static int receive(int descriptor) {
    struct connection *connection = &connections[descriptor];
    for (;;) {
        ssize_t count = recv(descriptor, buffer, buffer_size, 0);
        if (count == 0) return 0;
        if (count < 0) return errno == EAGAIN;
        connection->owed += heads_ending(connection, buffer, (size_t)count);
        /* A short read has taken all there is: what comes later is another edge. */
        if (count < buffer_size) return 1;
    }
}

static void accept_all(void) {
    for (;;) {
        int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0 && errno == EAGAIN) return;
        if (descriptor < 0) die("accept4", errno);
        if (descriptor >= descriptors_max) die("accept4", EMFILE);
        connections[descriptor] = (struct connection){0};
        watch(descriptor, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
}

static void turn(void) {
    static struct epoll_event events[events_max];
    int count = epoll_wait(queue, events, events_max, -1);
    if (count < 0 && errno != EINTR) die("epoll_wait", errno);
    for (int number = 0; number < count; number++) {
        int descriptor = events[number].data.fd;
        if (descriptor == listener) {
            accept_all();
            continue;
        }
        int is_open = !(events[number].events & EPOLLIN) || receive(descriptor);
        if (!send_owed(descriptor) || (!is_open && connections[descriptor].owed == 0)) close(descriptor);
    }
}

static void read_answer(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) die(path, errno);
    answer_size = fread(answer, 1, sizeof answer, file);
    if (ferror(file) || answer_size == 0 || answer_size == sizeof answer) die(path, EINVAL);
    fclose(file);
}

static int listen_on(int *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int yes = 1;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) die("socket", errno);
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) die("setsockopt", errno);
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0) die("bind", errno);
    if (listen(descriptor, 4096) != 0) die("listen", errno);
    if (getsockname(descriptor, (struct sockaddr *)&address, &size) != 0) die("getsockname", errno);
    *port = ntohs(address.sin_port);
    return descriptor;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: floor-epoll ANSWER PORT\n");
        return 64;
    }
    read_answer(argv[1]);
    int port = atoi(argv[2]);
    listener = listen_on(&port);
    queue = epoll_create1(EPOLL_CLOEXEC);
    if (queue < 0) die("epoll_create1", errno);
    watch(listener, EPOLLIN | EPOLLET);
    fprintf(stderr, "floor-epoll: listening on http://127.0.0.1:%d\n", port);
    for (;;) turn();
}
