/* liburing 2.3 (Debian 12) as Swift needs it, and what that version lacks, each with the kernel that brought it.
 *
 * IORING_SETUP_NO_SQARRAY is left out on purpose: with liburing 2.3 it makes the library write its index array over
 * the shared ring (axboe/liburing#1448), and the process then hangs in the kernel. */
#ifndef RINGPORT_CLIBURING_SHIM_H
#define RINGPORT_CLIBURING_SHIM_H

#include <sys/types.h>
#include <liburing.h>

/* Enum constants behind macros are not imported into Swift. */
static const uint8_t RINGPORT_SQE_BUFFER_SELECT = IOSQE_BUFFER_SELECT;
static const uint8_t RINGPORT_SQE_FIXED_FILE = IOSQE_FIXED_FILE;
static const uint8_t RINGPORT_SQE_CQE_SKIP_SUCCESS = IOSQE_CQE_SKIP_SUCCESS;

/* Linux 6.14. Here it stands for what 6.13 brought without a flag of its own: a direct descriptor is let go as soon as
 * its own operations are over. Before, one idle operation held up the closing of all that were closed after it. */
static const uint32_t RINGPORT_FEAT_RW_ATTR = 1U << 16;

/* Linux 6.12: a wait that lasts as long as is given, unless as many operations have finished as were asked for. */
static const uint32_t RINGPORT_FEAT_MIN_TIMEOUT = 1U << 15;

/* Hands the submissions over and waits until `count` operations have finished, or for `gather_microseconds` if at least
 * one has by then, or for `time` if that is not NULL. Returns what io_uring_enter(2) does, and a negative errno. The
 * ring's descriptor is registered. liburing 2.3 has no function for it: the time to gather takes the place of its `pad`,
 * which kernels before 6.12 want to be zero. */
static inline int ringport_submit_and_wait(
    struct io_uring *ring, unsigned count, unsigned gather_microseconds, struct __kernel_timespec *time
) {
    struct io_uring_sq *queue = &ring->sq;
    if (queue->sqe_head != queue->sqe_tail) {
        queue->sqe_head = queue->sqe_tail;
        io_uring_smp_store_release(queue->ktail, queue->sqe_tail);
    }
    struct io_uring_getevents_arg wait = {.pad = gather_microseconds, .ts = (uint64_t)(uintptr_t)time};
    unsigned flags = IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG | IORING_ENTER_REGISTERED_RING;
    return io_uring_enter2(
        ring->enter_ring_fd, queue->sqe_tail - *queue->khead, count, flags, (sigset_t *)&wait, sizeof wait
    );
}

/* Whether the kernel has taken all submissions, and no finished operation is kept aside for want of room. */
static inline int ringport_is_caught_up(const struct io_uring *ring) {
    return io_uring_smp_load_acquire(ring->sq.khead) == ring->sq.sqe_tail
        && (IO_URING_READ_ONCE(*ring->sq.kflags) & IORING_SQ_CQ_OVERFLOW) == 0;
}

/* The number of finished operations, and the position of the first, without a system call. */
static inline unsigned ringport_cq_ready(const struct io_uring *ring, unsigned *head) {
    *head = *ring->cq.khead;
    return io_uring_smp_load_acquire(ring->cq.ktail) - *head;
}

static inline const struct io_uring_cqe *ringport_cqe_at(const struct io_uring *ring, unsigned position) {
    return &ring->cq.cqes[position & ring->cq.ring_mask];
}

#endif
