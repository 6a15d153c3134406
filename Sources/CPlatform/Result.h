/* What a system call has returned, with the reason in place of -1. For the C of this module alone. */
#ifndef RINGPORT_CPLATFORM_RESULT_H
#define RINGPORT_CPLATFORM_RESULT_H

#include <errno.h>

static inline int result(int value) {
    return value < 0 ? -errno : value;
}

#endif
