/* Holds many connections open, asks on all of them, and closes them, as it is told. Run by Tests/Scale/hold.
 *
 * This process reads the options and its standard input; each connection belongs to one of its children
 * (connections.c), since no process may have as many descriptors as there are to be connections. */
#define _GNU_SOURCE
#include "connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { exit_failed = 1, exit_usage = 64, exit_unavailable = 69, exit_system = 71 };

static const char usage[] =
    "hold --port P --count N [--path /index.html] [--content FILE] [--processes K] [--burst] [--deadline SECONDS]\n"
    "\n"
    "Opens N connections to 127.0.0.1:P from 127.0.0.2 and the following, asks for the path on each, and prints\n"
    "`open N` when all are answered with status 200 and the right content: the file's, or without --content that\n"
    "of an answer got before. Then it obeys lines of standard input:\n"
    "\n"
    "    ask        asks on every connection again; prints `answered N failed M`\n"
    "    close K    closes K of them; prints `closed K`\n"
    "    count      prints `held N finished M reset R`: how many there are, and how many the server ended\n"
    "\n"
    "It ends, with status 0, when standard input does or at SIGTERM. --burst connects as fast as it can, with up to\n"
    "4096 connects under way; without it few connections are unanswered at a time. --deadline (60) is for opening\n"
    "and for each `ask`. Status 1: a connection failed; standard error says where, why, and how many.\n";

static struct {
    long port, count, processes;
    double deadline;
    const char *path, *content;
    bool burst;
} options = {.path = "/index.html", .deadline = 60};

static struct plan plan;
static struct tally *tallies;
static int controls[processes_max];
static long processes;
static volatile sig_atomic_t was_told_to_end;

static _Noreturn void stop(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The holding processes end by themselves, as their sockets do. */
static void stop(int status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("hold: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(status);
}

/* --- Options --- */

static long number(const char *name, const char *text, long least, long most) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (errno || end == text || *end || value < least || value > most)
        stop(exit_usage, "--%s takes a whole number from %ld to %ld, not '%s'", name, least, most, text);
    return value;
}

static void read_options(int count, char **words) {
    static const struct option names[] = {
        {"port", required_argument, NULL, 'p'},      {"count", required_argument, NULL, 'n'},
        {"processes", required_argument, NULL, 'k'}, {"path", required_argument, NULL, 'a'},
        {"content", required_argument, NULL, 'c'},   {"deadline", required_argument, NULL, 'd'},
        {"burst", no_argument, NULL, 'b'},           {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    for (int name; (name = getopt_long(count, words, "", names, NULL)) != -1;) {
        switch (name) {
        case 'p': options.port = number("port", optarg, 1, 65535); break;
        case 'n': options.count = number("count", optarg, 1, (long)sources_max * connections_per_source); break;
        case 'k': options.processes = number("processes", optarg, 1, processes_max); break;
        case 'd': options.deadline = (double)number("deadline", optarg, 1, 3600); break;
        case 'a': options.path = optarg; break;
        case 'c': options.content = optarg; break;
        case 'b': options.burst = true; break;
        case 'h': fputs(usage, stdout); exit(0);
        default: fputs(usage, stderr); exit(exit_usage);
        }
    }
    if (optind < count || options.port == 0 || options.count == 0) {
        fputs(usage, stderr);
        exit(exit_usage);
    }
}

/* How many processes share the connections, so that each stays below its limit of descriptors. */
static void share(void) {
    struct rlimit limit;
    /* Beside its connections a process has its standard streams, its epoll, its control, and a few from whoever began. */
    const long others = 64;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) stop(exit_system, "getrlimit: %s", strerror(errno));
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0) stop(exit_system, "setrlimit: %s", strerror(errno));
    long most = limit.rlim_max > connections_max + others ? connections_max : (long)limit.rlim_max - others;
    if (most < 1) stop(exit_unavailable, "ulimit -Hn is %ld, too few to hold anything", (long)limit.rlim_max);
    processes = options.processes ? options.processes : (options.count + most - 1) / most;
    if (processes > options.count) processes = options.count;
    if (processes > processes_max || (options.count + processes - 1) / processes > most)
        stop(exit_usage, "%ld processes can't hold %ld connections: each holds %ld at most (ulimit -Hn is %ld), and %d "
             "processes are the most", processes, options.count, most, (long)limit.rlim_max, processes_max);
}

/* --- What is asked, and what has to come --- */

static void read_content(void) {
    FILE *file = fopen(options.content, "r");
    if (file == NULL) stop(exit_usage, "%s: %s", options.content, strerror(errno));
    plan.content = malloc(content_max + 1);
    plan.content_size = plan.content ? fread(plan.content, 1, content_max + 1, file) : 0;
    if (plan.content == NULL || ferror(file) || plan.content_size > content_max)
        stop(exit_usage, "%s can't be read, or is longer than 1 MiB", options.content);
    fclose(file);
}

/* Asks once, and keeps what is answered as what has to be answered. */
static void learn_content(void) {
    static char bytes[head_max + content_max + 1];
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(plan.port)};
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct timeval patience = {.tv_sec = 10};
    int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(socket_, (struct sockaddr *)&server, sizeof server) < 0)
        stop(exit_failed, "nobody answers at 127.0.0.1:%u: %s", plan.port, strerror(errno));
    if (send(socket_, plan.request, plan.request_size, MSG_NOSIGNAL) != (ssize_t)plan.request_size)
        stop(exit_failed, "the first request could not be sent: %s", strerror(errno));
    size_t size = 0, head_size = 0;
    long whole = 0;
    while (whole == 0 || size < (size_t)whole) {
        const char *why = NULL;
        ssize_t count = recv(socket_, bytes + size, sizeof bytes - 1 - size, 0);
        if (count <= 0)
            stop(exit_failed, "the first request: no answer: %s",
                 count == 0 ? "the connection ended" : errno == EAGAIN ? "nothing within 10 s" : strerror(errno));
        size += (size_t)count;
        whole = read_answer(bytes, size, &head_size, &why);
        if (whole < 0) stop(exit_failed, "the first request, for %s: %s", options.path, why);
    }
    close(socket_);
    plan.content = bytes + head_size;
    plan.content_size = (size_t)whole - head_size;
}

static void make_plan(void) {
    plan.port = (uint16_t)options.port;
    plan.deadline = options.deadline;
    int size = asprintf(&plan.request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", options.path);
    if (size < 0) stop(exit_system, "asprintf");
    plan.request_size = (size_t)size;
    plan.connecting_max = options.burst ? (burst_max + processes - 1) / processes : opening_max;
    plan.opening_max = options.burst ? options.count : opening_max;
    if (options.content) read_content();
    else learn_content();
}

/* --- The holding processes --- */

static void start_processes(void) {
    tallies = mmap(NULL, sizeof *tallies * processes_max, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (tallies == MAP_FAILED) stop(exit_system, "mmap: %s", strerror(errno));
    for (long i = 0, first = 0; i < processes; i++) {
        long count = (options.count - first) / (processes - i);
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
            stop(exit_system, "socketpair: %s", strerror(errno));
        pid_t child = fork();
        if (child < 0) stop(exit_system, "fork: %s", strerror(errno));
        if (child == 0) {
            /* A signal for the whole group is the first process's to obey. */
            signal(SIGINT, SIG_IGN);
            signal(SIGTERM, SIG_IGN);
            /* Whoever reads what is printed waits for the end of one process only. */
            close(STDIN_FILENO);
            close(STDOUT_FILENO);
            close(pair[0]);
            for (long other = 0; other < i; other++) close(controls[other]);
            hold_connections(pair[1], &plan, first, count, &tallies[i]);
            _exit(0);
        }
        close(pair[1]);
        controls[i] = pair[0];
        first += count;
    }
}

/* Ends the holding processes, and waits until they have closed everything. */
static _Noreturn void finish(int status) {
    for (long i = 0; i < processes; i++) close(controls[i]);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {}
    exit(status);
}

static void give_order(long process, int kind, long count) {
    struct order order = {.kind = kind, .count = count};
    if (send(controls[process], &order, sizeof order, MSG_NOSIGNAL) != sizeof order)
        stop(exit_system, "holding process %ld of %ld has ended", process + 1, processes);
}

static long sum_answered(void) {
    long sum = 0;
    for (long i = 0; i < processes; i++) sum += tallies[i].answered;
    return sum;
}

static long sum_held(void) {
    long sum = 0;
    for (long i = 0; i < processes; i++) sum += tallies[i].held;
    return sum;
}

/* Signals come only here, so that none comes between a look at its mark and a wait. Returns -1 after one. */
static int wait_for_events(struct pollfd *waits, long count, const struct timespec *longest) {
    sigset_t none;
    sigemptyset(&none);
    int ready = ppoll(waits, (nfds_t)count, longest, &none);
    if (ready < 0 && errno != EINTR) stop(exit_system, "ppoll: %s", strerror(errno));
    return ready;
}

/* Waits for what `asked` processes say of their order. `doing` is for the line that says how far it is. */
static struct outcome gather(const bool *asked, const char *doing) {
    struct outcome sum = {0};
    struct pollfd waits[processes_max];
    long left = 0;
    double began = now(), told = began;
    const struct timespec second = {.tv_sec = 1};
    for (long i = 0; i < processes; i++) {
        waits[i] = (struct pollfd){.fd = asked[i] ? controls[i] : -1, .events = POLLIN};
        left += asked[i];
    }
    while (left > 0) {
        if (was_told_to_end) finish(0);
        /* Each process ends its order at the deadline by itself; this is for one that does not run. */
        if (now() > began + plan.deadline + stall_max) stop(exit_system, "%ld processes say nothing", left);
        if (wait_for_events(waits, processes, &second) < 0) continue;
        for (long i = 0; i < processes; i++) {
            struct outcome outcome;
            if (waits[i].fd < 0 || !waits[i].revents) continue;
            if (recv(controls[i], &outcome, sizeof outcome, MSG_DONTWAIT) != sizeof outcome)
                stop(exit_system, "holding process %ld of %ld has ended", i + 1, processes);
            if (sum.failed == 0 && outcome.failed) memcpy(sum.why, outcome.why, sizeof sum.why);
            sum.done += outcome.done;
            sum.failed += outcome.failed;
            sum.retried += outcome.retried;
            if (outcome.slowest_connect > sum.slowest_connect) sum.slowest_connect = outcome.slowest_connect;
            if (outcome.slowest_answer > sum.slowest_answer) sum.slowest_answer = outcome.slowest_answer;
            waits[i].fd = -1;
            left--;
        }
        if (left > 0 && doing && now() > told + 5) {
            told = now();
            fprintf(stderr, "hold: %s: %ld after %.0f s\n", doing, sum_answered(), told - began);
        }
    }
    return sum;
}

static struct outcome order_all(int kind, const char *doing) {
    bool asked[processes_max] = {false};
    for (long i = 0; i < processes; i++) {
        give_order(i, kind, 0);
        asked[i] = true;
    }
    return gather(asked, doing);
}

/* --- What is told to do --- */

static void open_all(void) {
    double began = now();
    struct outcome sum = order_all(order_open, "answered");
    double taken = now() - began;
    if (sum.done < options.count) {
        fprintf(stderr, "hold: opening: of %ld connections to 127.0.0.1:%u %ld were open and answered after %.1f s; "
                "%ld failed, the first %s\n", options.count, plan.port, sum.done, taken, sum.failed, sum.why);
        finish(exit_failed);
    }
    fprintf(stderr, "hold: %ld open in %.1f s from %ld processes; the slowest connect took %.3f s, the slowest answer "
            "%.3f s; %ld connects waited for a second SYN\n", sum.done, taken, processes, sum.slowest_connect,
            sum.slowest_answer, sum.retried);
    printf("open %ld\n", sum.done);
}

static void ask_all(void) {
    double began = now();
    struct outcome sum = order_all(order_ask, "answered");
    if (sum.failed) fprintf(stderr, "hold: asking: %ld failed, the first %s\n", sum.failed, sum.why);
    fprintf(stderr, "hold: %ld answered in %.1f s, the slowest in %.3f s\n", sum.done, now() - began, sum.slowest_answer);
    printf("answered %ld failed %ld\n", sum.done, sum.failed);
}

static void close_some(long count) {
    bool asked[processes_max] = {false};
    long left = count, held = sum_held();
    for (long i = 0; i < processes && left > 0 && held > 0; i++) {
        /* Of each process its part of all; the last one has what is left. */
        long own = tallies[i].held, part = i == processes - 1 ? left : (left * own + held - 1) / held;
        if (part > own) part = own;
        held -= own;
        left -= part;
        if (part == 0) continue;
        give_order(i, order_close, part);
        asked[i] = true;
    }
    printf("closed %ld\n", gather(asked, NULL).done);
}

static void tell_count(void) {
    long finished = 0, reset = 0;
    for (long i = 0; i < processes; i++) {
        finished += tallies[i].finished;
        reset += tallies[i].reset;
    }
    printf("held %ld finished %ld reset %ld\n", sum_held(), finished, reset);
}

static void perform(const char *line) {
    if (strcmp(line, "ask") == 0) ask_all();
    else if (strcmp(line, "count") == 0) tell_count();
    else if (strncmp(line, "close ", 6) == 0) close_some(number("close", line + 6, 0, options.count));
    else stop(exit_usage, "'%s' is none of: ask, close K, count", line);
}

/* Waits for a line, for the end of standard input, or for a signal; and for a holding process to end, which it must not. */
static void perform_lines(void) {
    static char text[4096];
    size_t size = 0;
    struct pollfd waits[processes_max + 1];
    for (long i = 0; i < processes; i++) waits[i + 1] = (struct pollfd){.fd = controls[i], .events = POLLIN};
    waits[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    for (;;) {
        if (was_told_to_end) return;
        if (wait_for_events(waits, processes + 1, NULL) < 0) continue;
        for (long i = 0; i < processes; i++)
            if (waits[i + 1].revents) stop(exit_system, "holding process %ld of %ld has ended", i + 1, processes);
        if (!waits[0].revents) continue;
        ssize_t count = read(STDIN_FILENO, text + size, sizeof text - size - 1);
        if (count <= 0) return;
        size += (size_t)count;
        text[size] = 0;
        for (char *end; (end = strchr(text, '\n'));) {
            *end = 0;
            perform(text);
            fflush(stdout);
            size -= (size_t)(end + 1 - text);
            memmove(text, end + 1, size + 1);
        }
        if (size == sizeof text - 1) stop(exit_usage, "a line of standard input does not end");
    }
}

static void note_signal(int signal) {
    (void)signal;
    was_told_to_end = 1;
}

int main(int count, char **words) {
    read_options(count, words);
    share();
    make_plan();
    start_processes();
    struct sigaction action = {.sa_handler = note_signal};
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    open_all();
    fflush(stdout);
    perform_lines();
    finish(0);
}
