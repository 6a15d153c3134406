/* A process that holds connections: one thread, one epoll, a state for each connection.
 *
 * It serves the orders of hold.c in turns: begin what may be begun, wait for events, take each. Nothing blocks but the
 * wait, and that ends at the deadline of what is being done. */
#define _GNU_SOURCE
#include "connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { events_max = 512, control_event = -1 };

/* Linux sends a SYN again after a second; what took nearly as long has waited for that. */
static const double retried_after = 0.9;

struct connection {
    int socket;
    enum { absent, connecting, waiting, idle } state;
    bool is_registered;
    double began;
    /* What has come of an answer that came in pieces. */
    char *part;
    size_t part_size;
};

static const struct plan *plan;
static struct tally *tally;
static struct outcome outcome;
static struct connection *connections;
static long first_number, connections_count;
static int poller, control;

static enum { resting, opening, asking } task;
static long next, connecting_count, waiting_count;
static double ends_at, moved_at;

static char buffer[head_max + content_max + 1];

double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void leave(const char *what) {
    fprintf(stderr, "hold: a holding process: %s: %s\n", what, strerror(errno));
    _exit(71);
}

/* --- One connection --- */

static void forget_part(struct connection *connection) {
    free(connection->part);
    connection->part = NULL;
    connection->part_size = 0;
}

static void drop(struct connection *connection) {
    if (connection->state == connecting) connecting_count--;
    if (connection->state == waiting) waiting_count--;
    /* Whoever was asked again had been answered before. */
    if (connection->state == idle || (connection->state == waiting && task == asking)) tally->held--;
    close(connection->socket);
    forget_part(connection);
    connection->state = absent;
}

static void fail(struct connection *connection, const char *what, int error) {
    if (outcome.failed++ == 0) {
        struct sockaddr_in local = {0};
        socklen_t size = sizeof local;
        char address[INET_ADDRSTRLEN] = "?";
        if (getsockname(connection->socket, (struct sockaddr *)&local, &size) == 0)
            inet_ntop(AF_INET, &local.sin_addr, address, sizeof address);
        snprintf(outcome.why, sizeof outcome.why, "from %s:%d: %s%s%s", address, ntohs(local.sin_port), what,
                 error ? ": " : "", error ? strerror(error) : "");
    }
    drop(connection);
}

static void watch(struct connection *connection, uint32_t events) {
    struct epoll_event event = {.events = events, .data.u64 = (uint64_t)(connection - connections)};
    if (epoll_ctl(poller, connection->is_registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, connection->socket, &event) < 0)
        leave("epoll_ctl");
    connection->is_registered = true;
}

/* Sends the request, if the connection is there yet. Loopback's handshake is mostly over when connect returns, so that
   this is tried before anything is waited for. */
static void ask(struct connection *connection) {
    ssize_t sent = send(connection->socket, plan->request, plan->request_size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN && connection->state == connecting) {
        if (!connection->is_registered) watch(connection, EPOLLOUT);
        return;
    }
    if (sent != (ssize_t)plan->request_size) {
        int error = sent < 0 ? errno : 0;
        fail(connection, connection->state == connecting ? "connect" : "send", error);
        return;
    }
    double time = now();
    if (connection->state == connecting) {
        double taken = time - connection->began;
        if (taken > outcome.slowest_connect) outcome.slowest_connect = taken;
        if (taken > retried_after) outcome.retried++;
        connecting_count--;
        watch(connection, EPOLLIN);
    }
    connection->state = waiting;
    connection->began = time;
    waiting_count++;
}

static void begin(struct connection *connection) {
    long number = first_number + (connection - connections);
    struct sockaddr_in source = {.sin_family = AF_INET}, server = {.sin_family = AF_INET};
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(number / connections_per_source));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server.sin_port = htons(plan->port);
    int yes = 1;
    memset(connection, 0, sizeof *connection);
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->socket < 0) {
        fail(connection, "socket", errno);
        return;
    }
    connection->state = connecting;
    connection->began = now();
    connecting_count++;
    /* The port is chosen by connect, which knows the other end, and so may take one that other connections use. */
    if (setsockopt(connection->socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes) < 0 ||
        bind(connection->socket, (struct sockaddr *)&source, sizeof source) < 0)
        fail(connection, "bind", errno);
    else if (connect(connection->socket, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS)
        fail(connection, errno == EADDRNOTAVAIL ? "connect: no port is free (net.ipv4.ip_local_port_range)" : "connect",
             errno);
    else
        ask(connection);
}

long read_answer(const char *bytes, size_t count, size_t *head_size, const char **why) {
    static const char ok[] = "HTTP/1.1 200 ", length_name[] = "\r\nContent-Length:";
    const char *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (count >= sizeof ok - 1 && memcmp(bytes, ok, sizeof ok - 1) != 0) {
        *why = "the answer's status is not 200";
        return -1;
    }
    if (end == NULL) {
        if (count < head_max) return 0;
        *why = "the answer's head does not end";
        return -1;
    }
    *head_size = (size_t)(end - bytes) + 4;
    for (const char *line = bytes; line < end; line++) {
        if ((size_t)(end - line) > sizeof length_name && strncasecmp(line, length_name, sizeof length_name - 1) == 0) {
            long size = strtol(line + sizeof length_name - 1, NULL, 10);
            if (size >= 0 && size <= content_max) return (long)*head_size + size;
            *why = "the answer is longer than 1 MiB";
            return -1;
        }
    }
    *why = "the answer has no Content-Length";
    return -1;
}

/* Reads what has come of an answer, and compares when it is whole. */
static void receive(struct connection *connection) {
    size_t before = connection->part_size;
    if (before) memcpy(buffer, connection->part, before);
    ssize_t count = recv(connection->socket, buffer + before, sizeof buffer - before - 1, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (connection->state == idle) {
        /* Nothing was asked, so this is the end, and a FIN is the good one. */
        if (count == 0) tally->finished++;
        else tally->reset++;
        drop(connection);
        return;
    }
    if (count <= 0) {
        fail(connection, count == 0 ? "ended before the answer was whole" : "receive", count < 0 ? errno : 0);
        return;
    }
    size_t size = before + (size_t)count, head_size = 0;
    const char *why = NULL;
    buffer[size] = 0;
    long whole = read_answer(buffer, size, &head_size, &why);
    if (whole < 0) {
        fail(connection, why, 0);
    } else if (whole == 0 || size < (size_t)whole) {
        forget_part(connection);
        connection->part = malloc(size);
        if (connection->part == NULL) leave("malloc");
        memcpy(connection->part, buffer, size);
        connection->part_size = size;
    } else if (size > (size_t)whole || size - head_size != plan->content_size ||
               memcmp(buffer + head_size, plan->content, plan->content_size) != 0) {
        fail(connection, "the answer's content is another than it should be", 0);
    } else {
        moved_at = now();
        if (moved_at - connection->began > outcome.slowest_answer) outcome.slowest_answer = moved_at - connection->began;
        forget_part(connection);
        connection->state = idle;
        waiting_count--;
        tally->answered++;
        if (task == opening) tally->held++;
    }
}

/* --- What is ordered --- */

static void report(void) {
    if (send(control, &outcome, sizeof outcome, MSG_NOSIGNAL) < 0 && errno != EPIPE) leave("report");
}

static void close_some(long count) {
    memset(&outcome, 0, sizeof outcome);
    for (long i = connections_count - 1; i >= 0 && outcome.done < count; i--) {
        if (connections[i].state != idle) continue;
        drop(&connections[i]);
        outcome.done++;
    }
    report();
}

static void begin_task(int kind) {
    memset(&outcome, 0, sizeof outcome);
    tally->answered = 0;
    task = kind;
    next = connecting_count = waiting_count = 0;
    moved_at = now();
    ends_at = moved_at + plan->deadline;
}

static bool obey(void) {
    struct order order;
    ssize_t count = recv(control, &order, sizeof order, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return true;
    if (count != sizeof order || order.kind == order_quit) return false;
    if (order.kind == order_open) begin_task(opening);
    if (order.kind == order_ask) begin_task(asking);
    if (order.kind == order_close) close_some(order.count);
    return true;
}

/* Begins what may be begun now. The first failure while opening ends it: what follows would fail likewise. */
static void go_on(void) {
    if (task == opening) {
        while (next < connections_count && outcome.failed == 0 && connecting_count < plan->connecting_max &&
               connecting_count + waiting_count < plan->opening_max)
            begin(&connections[next++]);
        if (outcome.failed) next = connections_count;
    }
    if (task == asking) {
        while (next < connections_count && waiting_count < asking_max) {
            struct connection *connection = &connections[next++];
            if (connection->state == idle) ask(connection);
        }
    }
}

static void give_up(const char *reason, double seconds) {
    char why[why_max];
    snprintf(why, sizeof why, "%s %.0f s; %ld were connecting, %ld waited for their answer", reason, seconds,
             connecting_count, waiting_count);
    for (long i = 0; i < connections_count; i++)
        if (connections[i].state == connecting || connections[i].state == waiting) fail(&connections[i], why, 0);
    next = connections_count;
}

static void end_task_if_over(void) {
    if (task == resting) return;
    double time = now();
    if (time > ends_at) give_up("not done within", plan->deadline);
    else if (time > moved_at + stall_max) give_up("nothing was answered for", stall_max);
    if (next < connections_count || connecting_count + waiting_count > 0) return;
    outcome.done = tally->answered;
    task = resting;
    report();
}

static int milliseconds_left(void) {
    if (task == resting) return -1;
    double until = ends_at < moved_at + stall_max ? ends_at : moved_at + stall_max;
    double left = until - now();
    return left > 0 ? (int)(left * 1000) + 1 : 0;
}

void hold_connections(int the_control, const struct plan *the_plan, long first, long count, struct tally *the_tally) {
    static struct epoll_event events[events_max];
    control = the_control;
    plan = the_plan;
    tally = the_tally;
    first_number = first;
    connections_count = count;
    connections = calloc((size_t)count, sizeof *connections);
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)control_event};
    if (connections == NULL || poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, control, &event) < 0) leave("start");
    for (;;) {
        go_on();
        end_task_if_over();
        int ready = epoll_wait(poller, events, events_max, milliseconds_left());
        if (ready < 0 && errno != EINTR) leave("epoll_wait");
        for (int i = 0; i < ready; i++) {
            if (events[i].data.u64 == (uint64_t)control_event) {
                if (!obey()) goto over;
                continue;
            }
            struct connection *connection = &connections[events[i].data.u64];
            if (connection->state == connecting) ask(connection);
            else if (connection->state != absent) receive(connection);
        }
    }
over:
    for (long i = 0; i < count; i++)
        if (connections[i].state != absent) close(connections[i].socket);
}
