/* What the process that is asked (hold.c) and those that hold the connections (connections.c) say to each other. */
#ifndef CONNECTIONS_H
#define CONNECTIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    processes_max = 64,
    /* Of one process, whatever its limit of descriptors. */
    connections_max = 16000,
    /* From one source address: few of its ports, so that a free one is found at once, and so that connections which
       ended a moment ago and are still remembered (TIME_WAIT) leave enough. */
    connections_per_source = 4000,
    sources_max = 250,
    /* Unanswered at one moment, of each process, where nothing else is asked for. */
    opening_max = 64,
    asking_max = 256,
    /* With --burst: connects that are not established, of all processes together. */
    burst_max = 4096,
    content_max = 1 << 20,
    head_max = 16 << 10,
    why_max = 256,
    /* Seconds for which nothing at all may be answered. */
    stall_max = 20,
};

/* What is sent, and what has to come back. */
struct plan {
    uint16_t port;
    /* Connects that are under way, and connections that are not answered, of one process. */
    long connecting_max, opening_max;
    /* Seconds for all connections to open, or to answer. */
    double deadline;
    char *request;
    size_t request_size;
    char *content;
    size_t content_size;
};

/* How one process stands. It lies in memory that both share, and only the holding process writes it. */
struct tally {
    /* Open, and answered once. */
    _Atomic long held;
    /* Answered since the last order. */
    _Atomic long answered;
    /* Ended by the server while nothing was asked: with a FIN; or with a reset, or bytes that nobody had asked for. */
    _Atomic long finished, reset;
};

/* To a holding process; that the socket ends means `quit`. */
struct order {
    enum { order_open, order_ask, order_close, order_quit } kind;
    /* order_close: how many. */
    long count;
};

/* The end of `open`, `ask` and `close`. */
struct outcome {
    /* Answered, or closed; and what went wrong. */
    long done, failed;
    /* Connects that took longer than a lost SYN takes to be sent again. */
    long retried;
    double slowest_connect, slowest_answer;
    /* What went wrong first. */
    char why[why_max];
};

/* Holds `count` connections, which are number `first` and the following; returns after `quit`, all closed. */
void hold_connections(int control, const struct plan *plan, long first, long count, struct tally *tally);

/* Reads the beginning of an answer. Returns the bytes of head and content together, 0 when more of the head is needed, or
   -1 and why it is no good one. `head_size` is where the content begins. */
long read_answer(const char *bytes, size_t count, size_t *head_size, const char **why);

double now(void);

#endif
