/* Makes a fast disk as slow as a usual one: preload it, and no fsync or fdatasync takes less than SYNC_DELAY_US microseconds.
 *
 *   cc -O2 -shared -fPIC -o sync-delay.so sync-delay.c
 *   SYNC_DELAY_US=400 LD_PRELOAD=./sync-delay.so disk-floor FOLDER SECONDS
 *
 * The real call is made, and the thread sleeps for the rest, as it would wait for the disk. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long delay_nanoseconds;

__attribute__((constructor)) static void read_delay(void) {
    const char *text = getenv("SYNC_DELAY_US");
    if (text != NULL) delay_nanoseconds = atol(text) * 1000;
}

static int sync_slowly(long call, int file) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += delay_nanoseconds;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    int result = (int)syscall(call, file), error = errno;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {}
    errno = error;
    return result;
}

int fsync(int file) { return sync_slowly(SYS_fsync, file); }
int fdatasync(int file) { return sync_slowly(SYS_fdatasync, file); }
