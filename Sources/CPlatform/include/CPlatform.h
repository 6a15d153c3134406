/* System calls that Swift's Glibc module does not show: GNU extensions, variadic functions, calls without a wrapper.
 * Thin: nothing here decides anything. Each returns what the call returns, with the reason in errno. */
#ifndef RINGPORT_CPLATFORM_H
#define RINGPORT_CPLATFORM_H

#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

/* pthread_setname_np(3) for the calling thread: at most 15 bytes, longer names are refused by the kernel. */
int ringport_thread_set_name(const char *name);

/* open(2) and openat(2), which are variadic in C. */
int ringport_open(const char *path, int flags, mode_t mode);
int ringport_openat(int directory, const char *path, int flags, mode_t mode);

/* openat2(2), Linux 5.6, for reading; glibc has no wrapper. */
int ringport_openat2(int directory, const char *path, uint64_t flags, uint64_t resolve);

/* renameat2(2) with RENAME_NOREPLACE, Linux 3.15: EEXIST rather than a file replaced. */
int ringport_rename_exclusive(int directory, const char *from, const char *to);

/* eventfd(2), close-on-exec and non-blocking: a counter that poll(2) can wait for. */
int ringport_eventfd(void);

/* CLOCK_MONOTONIC and CLOCK_REALTIME in nanoseconds. */
int64_t ringport_monotonic_nanoseconds(void);
int64_t ringport_realtime_nanoseconds(void);

/* A condition variable that waits on CLOCK_MONOTONIC, so that setting the clock moves no deadline. */
int ringport_condition_init(pthread_cond_t *condition);

#endif
