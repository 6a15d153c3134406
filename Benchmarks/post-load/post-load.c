/* Posts a form over many connections for a while, and counts the answers exactly.
 *
 *   post-load PORT CONNECTIONS SECONDS
 *
 * wrk drops what is in flight when its time is up, so its count of answers can't be compared with the rows in a database.
 * This sends one request at a time on each connection, stops sending when the time is up, and waits for every answer
 * still due. Prints: requests answered 303 or 201, other answers, broken connections, seconds taken until the last answer,
 * and of the times to an answer the 50th and 99th percentile and the longest, in microseconds. */
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
#include <time.h>
#include <unistd.h>

enum { connections_max = 4096, answer_max = 4096, times_max = 1 << 24 };

struct connection {
    int socket;
    int received;
    double sent_at;
    char answer[answer_max];
};

static struct connection connections[connections_max];
static uint32_t *times;
static long stored, refused, broken, due, number;

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

/* A request is a few hundred bytes into an empty socket buffer, so it goes out whole or not at all. */
static void post(struct connection *connection) {
    char body[128], request[512];
    int body_size = snprintf(body, sizeof body, "name=visitor-%ld&email=visitor%%40example.org&message=Hello+there", number++);
    int size = snprintf(request, sizeof request,
                        "POST /forms/bench HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        "Content-Length: %d\r\n\r\n%s", body_size, body);
    connection->received = 0;
    connection->sent_at = now();
    due++;
    if (send(connection->socket, request, (size_t)size, MSG_NOSIGNAL) != size) give_up(connection);
}

/* Whether the answer has arrived whole: the head's end, and as many bytes after it as Content-Length says. */
static int is_complete(struct connection *connection) {
    connection->answer[connection->received] = 0;
    char *end = strstr(connection->answer, "\r\n\r\n");
    if (end == NULL) return 0;
    char *length = strcasestr(connection->answer, "\r\ncontent-length:");
    long body = length != NULL && length < end ? atol(length + 17) : 0;
    return connection->answer + connection->received - (end + 4) >= body;
}

static void receive(struct connection *connection, double until) {
    ssize_t count = recv(connection->socket, connection->answer + connection->received,
                         (size_t)(answer_max - 1 - connection->received), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        give_up(connection);
        return;
    }
    connection->received += (int)count;
    if (!is_complete(connection)) return;
    due--;
    long total = stored + refused;
    if (total < times_max) times[total] = (uint32_t)((now() - connection->sent_at) * 1e6);
    if (strncmp(connection->answer + 9, "303", 3) == 0 || strncmp(connection->answer + 9, "201", 3) == 0) stored++;
    else refused++;
    if (now() < until) post(connection);
}

static int compare(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "usage: post-load PORT CONNECTIONS SECONDS\n"), 64;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int connection_count = atoi(argv[2]), ring = epoll_create1(EPOLL_CLOEXEC), yes = 1;
    if (connection_count < 1 || connection_count > connections_max) return fprintf(stderr, "1 to 4096 connections\n"), 64;
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
        post(connection);
    }
    while (due > 0 && now() < limit) {
        struct epoll_event events[256];
        int count = epoll_wait(ring, events, 256, 1000);
        for (int index = 0; index < count; index++) receive(events[index].data.ptr, until);
    }
    double seconds = now() - start;
    long total = stored + refused < times_max ? stored + refused : times_max;
    qsort(times, (size_t)total, sizeof *times, compare);
    printf("%ld %ld %ld %.3f %u %u %u\n", stored, refused, broken + due, seconds, total ? times[total / 2] : 0,
           total ? times[total * 99 / 100] : 0, total ? times[total - 1] : 0);
    return 0;
}
