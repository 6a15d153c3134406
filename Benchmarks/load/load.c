/* Posts a form, or asks for files, over many connections for a while, and counts the answers exactly.
 *
 *   load PORT CONNECTIONS SECONDS [PATH ...]
 *
 * With paths it asks for each in turn, as a client that takes br and gzip; without, it posts a form to /forms/bench. One
 * request at a time on each connection. wrk drops what is in flight when its time is up, so its count of answers can't be
 * compared with the rows in a database, and with a script it takes longer for a request than the servers. This stops
 * sending when the time is up, and waits for every answer still due. Prints: answers of 200 for files, of 201 or 303 for
 * forms; other answers; broken connections; seconds taken until the last answer; of the times to an answer the 50th and
 * 99th percentile and the longest, in microseconds; and the bytes of all answers. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { connections_max = 4096, head_max = 4096, request_max = 512, times_max = 1 << 24 };

struct connection {
    int socket;
    int received;      /* bytes of the head, with what followed it there */
    long body_missing; /* -1 as long as the head is not there */
    double sent_at;
    char head[head_max];
};

static struct connection connections[connections_max];
static char body[256 << 10];
static char **paths;
static int path_count;
static uint32_t *times;
static long answered, refused, broken, due, number, size;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void give_up(struct connection *connection) {
    close(connection->socket);
    broken++;
    due--;
}

static int write_form(char *request) {
    char form[128];
    int form_size = snprintf(form, sizeof form, "name=visitor-%ld&email=visitor%%40example.org&message=Hello+there", number);
    return snprintf(request, request_max,
                    "POST /forms/bench HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    "Content-Length: %d\r\n\r\n%s", form_size, form);
}

static int write_get(char *request) {
    return snprintf(request, request_max, "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br, gzip\r\n\r\n",
                    paths[number % path_count]);
}

/* A request is a few hundred bytes into an empty socket buffer, so it goes out whole or not at all. */
static void ask(struct connection *connection) {
    char request[request_max];
    int request_size = path_count > 0 ? write_get(request) : write_form(request);
    number++;
    connection->received = 0;
    connection->body_missing = -1;
    connection->sent_at = now();
    due++;
    if (send(connection->socket, request, (size_t)request_size, MSG_NOSIGNAL) != request_size) give_up(connection);
}

/* Finds the head's end, and how many bytes Content-Length says are still to come after `count` that have. Returns 0 when
 * the head has no end yet. */
static int read_head(struct connection *connection, long count) {
    connection->head[connection->received] = 0;
    char *end = strstr(connection->head, "\r\n\r\n");
    if (end == NULL) return 0;
    char *length = strcasestr(connection->head, "\r\ncontent-length:");
    connection->body_missing = length != NULL && length < end ? atol(length + 17) : 0;
    connection->body_missing -= count - (end + 4 - connection->head);
    return 1;
}

static void receive(struct connection *connection, double until) {
    int has_head = connection->body_missing >= 0, room = head_max - 1 - connection->received;
    struct iovec parts[] = {{connection->head + connection->received, (size_t)room}, {body, sizeof body}};
    ssize_t count = has_head ? recv(connection->socket, body, sizeof body, 0) : readv(connection->socket, parts, 2);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        give_up(connection);
        return;
    }
    size += count;
    if (has_head) {
        connection->body_missing -= count;
    } else {
        long whole = connection->received + count;
        connection->received += count < room ? (int)count : room;
        if (!read_head(connection, whole)) {
            if (connection->received == head_max - 1) give_up(connection);
            return;
        }
    }
    if (connection->body_missing > 0) return;
    if (connection->body_missing < 0) { /* more than was promised */
        give_up(connection);
        return;
    }
    due--;
    long total = answered + refused;
    if (total < times_max) times[total] = (uint32_t)((now() - connection->sent_at) * 1e6);
    int status = atoi(connection->head + 9);
    if (path_count > 0 ? status == 200 : status == 201 || status == 303) answered++;
    else refused++;
    if (now() < until) ask(connection);
}

static int compare(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

int main(int argc, char **argv) {
    if (argc < 4) return fprintf(stderr, "usage: load PORT CONNECTIONS SECONDS [PATH ...]\n"), 64;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int connection_count = atoi(argv[2]), ring = epoll_create1(EPOLL_CLOEXEC), yes = 1;
    if (connection_count < 1 || connection_count > connections_max) return fprintf(stderr, "1 to 4096 connections\n"), 64;
    paths = argv + 4;
    path_count = argc - 4;
    for (int index = 0; index < path_count; index++) {
        if (strlen(paths[index]) > request_max / 2) return fprintf(stderr, "a path of over 256 bytes\n"), 64;
    }
    times = malloc(sizeof *times * times_max);
    if (times == NULL) return perror("malloc"), 71;
    double start = now(), until = start + atof(argv[3]), limit = until + 60;
    for (int index = 0; index < connection_count; index++) {
        struct connection *connection = &connections[index];
        connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(connection->socket, (struct sockaddr *)&address, sizeof address) != 0) return perror("connect"), 71;
        setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        epoll_ctl(ring, EPOLL_CTL_ADD, connection->socket, &event);
        ask(connection);
    }
    while (due > 0 && now() < limit) {
        struct epoll_event events[256];
        int count = epoll_wait(ring, events, 256, 1000);
        for (int index = 0; index < count; index++) receive(events[index].data.ptr, until);
    }
    double seconds = now() - start;
    long total = answered + refused < times_max ? answered + refused : times_max;
    qsort(times, (size_t)total, sizeof *times, compare);
    printf("%ld %ld %ld %.3f %u %u %u %ld\n", answered, refused, broken + due, seconds, total ? times[total / 2] : 0,
           total ? times[total * 99 / 100] : 0, total ? times[total - 1] : 0, size);
    return 0;
}
