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

/* Linux 6.14. Here it stands for what 6.13 brought without a flag of its own: a direct descriptor is let go as soon as
 * its own operations are over. Before, one idle operation held up the closing of all that were closed after it. */
static const uint32_t RINGPORT_FEAT_RW_ATTR = 1U << 16;

/* The number of finished operations, and the position of the first, without a system call. */
static inline unsigned ringport_cq_ready(const struct io_uring *ring, unsigned *head) {
    *head = *ring->cq.khead;
    return io_uring_smp_load_acquire(ring->cq.ktail) - *head;
}

static inline const struct io_uring_cqe *ringport_cqe_at(const struct io_uring *ring, unsigned position) {
    return &ring->cq.cqes[position & ring->cq.ring_mask];
}

#endif
