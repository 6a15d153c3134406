/* System calls that Swift's Glibc module does not show: GNU extensions, variadic functions, calls without a wrapper.
 * Thin: nothing here decides anything. Each returns what the call returns, with the reason in errno. */
#ifndef RINGPORT_CPLATFORM_H
#define RINGPORT_CPLATFORM_H

#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

/* pthread_setname_np(3) for the calling thread: at most 15 bytes, longer names are refused by the kernel. */
int ringport_thread_set_name(const char *name);

/* gettid(2) for the calling thread. */
pid_t ringport_thread_number(void);

/* setpriority(2) for the calling thread alone, as Linux has it: from 0 to 19, more is less. A thread that has
 * more keeps it; it can't fail for one that asks for less than it has. */
void ringport_thread_set_niceness(int niceness);

/* The user of the process at the other end of a Unix socket (SO_PEERCRED), or -1. */
int64_t ringport_peer_user(int socket);

/* Bounds each wait of a socket whose calls block (SO_RCVTIMEO, SO_SNDTIMEO): EAGAIN after so many seconds. 0, or -1 and errno. */
int ringport_limit_waits(int socket, int seconds);

/* open(2) and openat(2), which are variadic in C. */
int ringport_open(const char *path, int flags, mode_t mode);
int ringport_openat(int directory, const char *path, int flags, mode_t mode);

/* openat2(2), Linux 5.6, for which glibc has no wrapper, with the kernel's RESOLVE_ flags: the file, or a negative errno. */
int ringport_open_resolving(int directory, const char *path, int flags, uint64_t resolve);

/* The same for reading, and without waiting (RESOLVE_CACHED, Linux 5.12): EAGAIN where the way is not in memory, or the file is on a
 * file system of another machine or program, whose opening may wait for that. */
int ringport_open_cached(int directory, const char *path, uint64_t resolve);

/* preadv2(2) with RWF_NOWAIT: bytes that are in memory, or a negative errno. */
int ringport_read_cached(int file, void *bytes, size_t count, int64_t offset);

/* Whether an open file is of proc(5): some of its links lead where no path does. */
int ringport_is_of_processes(int file);

/* O_PATH of open(2), a GNU extension. */
#define RINGPORT_O_PATH 010000000

/* Whether this process may read a file that is open, or enter a folder (faccessat2(2), Linux 5.8; before that by /proc). */
int ringport_is_accessible(int file, int is_folder);

/* renameat2(2) with RENAME_NOREPLACE, Linux 3.15: EEXIST rather than a file replaced. */
int ringport_rename_exclusive(int directory, const char *from, const char *to);

/* What statx(2) says of a file, Linux 4.11. Times are in nanoseconds since 1970; a birth of 0 is one that the file system
 * does not know. */
struct ringport_file_status {
    uint64_t device, inode, size, links;
    int64_t birth, change, modification;
    int is_regular;
};
int ringport_file_status(const char *path, struct ringport_file_status *status);

/* What statx(2) says of an open file without waiting for another machine, Linux 5.8: the number of its mount included. The time is
 * in seconds since 1970. 0, or -1 with errno. */
struct ringport_entry_status {
    uint64_t device, inode, mount, links, size;
    int64_t modified;
    uint32_t mode;
};
int ringport_entry_status(int file, struct ringport_entry_status *status);

/* Bytes of memory that are this process's alone, from /proc/self/statm; -1 where that can't be read. */
int64_t ringport_private_memory(void);

/* Has the allocator give free pages back to the system (malloc_trim(3)). Other threads' allocations wait meanwhile. */
void ringport_trim_memory(void);

/* F_OFD_SETLK (fcntl(2), Linux 3.15): takes the open file's lock for writing, or fails with EAGAIN where another has it.
 * The lock is gone with the last descriptor of the open file, so with its process. */
int ringport_lock_file(int descriptor);

/* F_OFD_GETLK: 1 while another open file has the lock, else 0. */
int ringport_file_is_locked(int descriptor);

/* CLOCK_MONOTONIC and CLOCK_REALTIME in nanoseconds. */
int64_t ringport_monotonic_nanoseconds(void);
int64_t ringport_realtime_nanoseconds(void);

/* A condition variable that waits on CLOCK_MONOTONIC, so that setting the clock moves no deadline. */
int ringport_condition_init(pthread_cond_t *condition);

/* eventfd(2): made close-on-exec and non-blocking; rung once; brought back to silence. */
int ringport_eventfd(void);
int ringport_eventfd_ring(int descriptor);
int ringport_eventfd_silence(int descriptor);

/* Whether inotify(7) reports every change of the file system that an open file is on: 0 where changes are made on
 * other machines or by another program behind the kernel's back, else 1. */
int ringport_reports_changes(int file);

/* sendfile(2) of as many bytes as find room in a socket; the socket itself stays blocking. Returns the bytes that were
 * taken, 0 at the end of the file, or a negative errno: EAGAIN when there is no room. */
int64_t ringport_send_file(int socket, int file, int64_t offset, size_t count);

/* Opens a name itself, whatever it is, and not what a link leads to (O_PATH, open(2)); and gives what was opened so to a user and
 * group, -1 for one that stays (fchownat(2)). */
int ringport_open_name(const char *path);
int ringport_change_owner(int descriptor, uid_t user, gid_t group);

/* The TCP handshakes with a local port that are not complete, by sock_diag(7), which looks at no other socket: each as
 * RINGPORT_HANDSHAKE_SIZE bytes, both addresses and ports. Their number, at most the capacity, or a negative errno. */
#define RINGPORT_HANDSHAKE_SIZE 36
int ringport_handshakes(int family, uint16_t port, uint8_t *keys, size_t capacity);

/* SO_ATTACH_FILTER (socket(7)): the socket takes no segment that opens a connection (SYN without ACK), as if it had been lost on
 * its way; what belongs to handshakes that have begun is taken. 0, or an errno. */
int ringport_ignore_new_connections(int socket);

/* pwritev2(2) with RWF_NOWAIT at the descriptor's own position: takes what finds room at once and leaves the flags of the
 * open file alone, which may be another program's too. EOPNOTSUPP where this kind of file does not know it. */
ssize_t ringport_append_at_once(int descriptor, const void *bytes, size_t count);

/* FIONREAD of a pipe: bytes in it that nobody has read; 0 when it can't be told. */
int ringport_unread_count(int descriptor);

/* How far the peer of a TCP socket has come with what it is sent (tcp_info, Linux 4.1); zeros when it can't be told. The last
 * acknowledgement may be of nothing new: the answer to a probe of a closed window, or one that came with the peer's own data. */
struct ringport_socket_progress {
    uint64_t acknowledged; /* bytes so far; FIN counts as one */
    uint32_t unacknowledged_segments;
    uint32_t since_data_milliseconds; /* since the last segment with data left, for the first time or again */
    uint32_t since_acknowledgement_milliseconds;
    uint32_t round_trip_microseconds;
};
void ringport_socket_progress(int socket, struct ringport_socket_progress *progress);

/* sched_getaffinity(2) of this process: 0, or -1 with EINVAL when the kernel knows of more processors than the mask has
 * bits. Words of the kernel's, as many as fit into the bytes. */
int ringport_affinity(void *mask, size_t size);

/* epoll(7). A descriptor is watched under 64 bits that come back with its events; those are of EPOLLIN and so on, some of
 * which are poll(2)'s. Each returns 0, or a negative errno. */
int ringport_epoll_create(void);
int ringport_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t data);
int ringport_epoll_change(int epoll, int descriptor, uint32_t events, uint64_t data);
int ringport_epoll_remove(int epoll, int descriptor);

/* Waits until a watched descriptor is ready or the time has passed; a negative time waits for ever. epoll_pwait2(2), Linux 5.11;
 * before that whole milliseconds, rounded up. Returns how many of at most `capacity` events there are, or a negative errno. The
 * memory has RINGPORT_EPOLL_EVENT_SIZE bytes for each. */
#define RINGPORT_EPOLL_EVENT_SIZE 16
int ringport_epoll_wait(int epoll, void *events, int capacity, int64_t nanoseconds);

/* One of the events that a wait has brought, and the bits under which its descriptor is watched. */
uint32_t ringport_epoll_event(const void *events, int index, uint64_t *data);

/* accept4(2) with SOCK_CLOEXEC: the connection, or a negative errno. The address is a sockaddr_storage,
 * or both are NULL. */
int ringport_accept(int listener, void *address, uint32_t *length);

/* connect(2) to AF_UNSPEC: a TCP connection is reset at once, and what has not left is dropped. */
int ringport_disconnect(int socket);

/* madvise(2) with MADV_POPULATE_READ, Linux 5.14; before that the part is read by process_vm_readv(2), which answers EFAULT where
 * touching it would be SIGBUS: 0, or a negative errno. */
int ringport_populate(void *part, size_t count);

/* The latter alone. */
int ringport_read_through(void *part, size_t count);

#endif
