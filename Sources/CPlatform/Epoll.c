/* epoll(7), and which of its waits this kernel has. */
#define _GNU_SOURCE
#include "CPlatform.h"
#include "Result.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int ringport_epoll_create(void) {
    return result(epoll_create1(EPOLL_CLOEXEC));
}

static int control_epoll(int epoll, int operation, int descriptor, uint32_t events, uint64_t data) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    return result(epoll_ctl(epoll, operation, descriptor, &event));
}

int ringport_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t data) {
    return control_epoll(epoll, EPOLL_CTL_ADD, descriptor, events, data);
}

int ringport_epoll_change(int epoll, int descriptor, uint32_t events, uint64_t data) {
    return control_epoll(epoll, EPOLL_CTL_MOD, descriptor, events, data);
}

int ringport_epoll_remove(int epoll, int descriptor) {
    return control_epoll(epoll, EPOLL_CTL_DEL, descriptor, 0, 0);
}

_Static_assert(sizeof(struct epoll_event) <= RINGPORT_EPOLL_EVENT_SIZE, "an event fits");

int ringport_epoll_wait(int epoll, void *events, int capacity, int64_t nanoseconds) {
    static atomic_bool lacks_pwait2;
    if (nanoseconds > 0 && !atomic_load_explicit(&lacks_pwait2, memory_order_relaxed)) {
        const struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
        const int count = (int)syscall(SYS_epoll_pwait2, epoll, events, capacity, &time, NULL, 0);
        /* A filter may answer EPERM to what it does not know. */
        if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return result(count);
        atomic_store_explicit(&lacks_pwait2, 1, memory_order_relaxed);
    }
    int64_t milliseconds = nanoseconds < 0 ? -1 : nanoseconds / 1000000 + (nanoseconds % 1000000 > 0);
    if (milliseconds > INT32_MAX) milliseconds = INT32_MAX;
    return result(epoll_wait(epoll, events, capacity, (int)milliseconds));
}

uint32_t ringport_epoll_event(const void *events, int index, uint64_t *data) {
    const struct epoll_event *event = (const struct epoll_event *)events + index;
    *data = event->data.u64;
    return event->events;
}
