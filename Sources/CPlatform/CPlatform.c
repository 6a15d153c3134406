/* The implementations are here and not in the header so that _GNU_SOURCE stays in this file: seen from Swift beside
 * the Glibc module, which is built without it, the same system headers would be defined twice and differently. */
#define _GNU_SOURCE
#include "CPlatform.h"
#include "Result.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/inet_diag.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

int ringport_thread_set_name(const char *name) {
    return pthread_setname_np(pthread_self(), name);
}

pid_t ringport_thread_number(void) {
    return gettid();
}

void ringport_thread_set_niceness(int niceness) {
    /* 0 is the calling thread. One that was started with more (nice, a service's Nice=) keeps that. */
    if (getpriority(PRIO_PROCESS, 0) < niceness) setpriority(PRIO_PROCESS, 0, niceness);
}

int64_t ringport_peer_user(int socket) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? (int64_t)peer.uid : -1;
}

int ringport_limit_waits(int socket, int seconds) {
    struct timeval limit = {.tv_sec = seconds};
    if (setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0) return -1;
    return setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

int ringport_open(const char *path, int flags, mode_t mode) {
    return open(path, flags, mode);
}

int ringport_openat(int directory, const char *path, int flags, mode_t mode) {
    return openat(directory, path, flags, mode);
}

_Static_assert(RINGPORT_O_PATH == O_PATH, "as the system has it");

int ringport_is_accessible(int file, int is_folder) {
    const int mode = is_folder ? X_OK : R_OK;
    if (faccessat(file, "", mode, AT_EMPTY_PATH | AT_EACCESS) == 0) return 1;
    if (errno == EACCES) return 0;
    /* Without faccessat2(2): by the real user, who is the effective one here. The C library would make the same call again. */
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    return syscall(SYS_faccessat, AT_FDCWD, path, mode) == 0;
}

int ringport_rename_exclusive(int directory, const char *from, const char *to) {
    return (int)syscall(SYS_renameat2, directory, from, directory, to, RENAME_NOREPLACE);
}

static int64_t timestamp_nanoseconds(struct statx_timestamp time) {
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

int ringport_file_status(const char *path, struct ringport_file_status *status) {
    struct statx found;
    if (statx(AT_FDCWD, path, 0, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) return -1;
    *status = (struct ringport_file_status){
        .device = makedev(found.stx_dev_major, found.stx_dev_minor),
        .inode = found.stx_ino,
        .size = found.stx_size,
        .links = found.stx_nlink,
        .birth = found.stx_mask & STATX_BTIME ? timestamp_nanoseconds(found.stx_btime) : 0,
        .change = timestamp_nanoseconds(found.stx_ctime),
        .modification = timestamp_nanoseconds(found.stx_mtime),
        .is_regular = S_ISREG(found.stx_mode),
    };
    return 0;
}

int ringport_entry_status(int file, struct ringport_entry_status *status) {
    struct statx found;
    const int flags = AT_EMPTY_PATH | AT_STATX_DONT_SYNC;
    if (statx(file, "", flags, STATX_BASIC_STATS | STATX_MNT_ID, &found) != 0) return -1;
    *status = (struct ringport_entry_status){
        .device = makedev(found.stx_dev_major, found.stx_dev_minor),
        .inode = found.stx_ino,
        .mount = found.stx_mnt_id,
        .links = found.stx_nlink,
        .size = found.stx_size,
        .modified = found.stx_mtime.tv_sec,
        .mode = found.stx_mode,
    };
    return 0;
}

int64_t ringport_private_memory(void) {
    char text[128];
    const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    const ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) return -1;
    text[count] = 0;
    /* Pages: all that is mapped, what of it is resident, what of that is shared with files. */
    long long mapped, resident, shared;
    if (sscanf(text, "%lld %lld %lld", &mapped, &resident, &shared) != 3) return -1;
    return (resident - shared) * sysconf(_SC_PAGESIZE);
}

void ringport_trim_memory(void) { malloc_trim(0); }

int ringport_lock_file(int descriptor) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_SETLK, &whole);
}

int ringport_file_is_locked(int descriptor) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

static int64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t ringport_monotonic_nanoseconds(void) {
    return nanoseconds(CLOCK_MONOTONIC);
}

int64_t ringport_realtime_nanoseconds(void) {
    return nanoseconds(CLOCK_REALTIME);
}

int ringport_condition_init(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    int status = pthread_condattr_init(&attributes);
    if (status != 0) return status;
    status = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (status == 0) status = pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return status;
}

int ringport_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

int ringport_eventfd_ring(int descriptor) {
    return eventfd_write(descriptor, 1);
}

int ringport_eventfd_silence(int descriptor) {
    eventfd_t count;
    return eventfd_read(descriptor, &count);
}

int64_t ringport_send_file(int socket, int file, int64_t offset, size_t count) {
    off_t position = offset;
    int on = 1, off = 0;
    /* sendfile(2) has no flag for this, and operations of a ring on a socket that does not block would fail, not wait. */
    if (ioctl(socket, FIONBIO, &on) != 0) return -errno;
    ssize_t sent = sendfile(socket, file, &position, count);
    int error = errno;
    if (ioctl(socket, FIONBIO, &off) != 0) return -errno;
    if (sent >= 0) return sent;
    return error == EINTR ? -EAGAIN : -error;
}

int ringport_open_name(const char *path) {
    return open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

int ringport_change_owner(int descriptor, uid_t user, gid_t group) {
    return fchownat(descriptor, "", user, group, AT_EMPTY_PATH);
}

/* Reads one message of sock_diag(7): notes its handshakes; 1 when more follow, 0 at the end, or a negative errno. */
static int read_handshakes(int diagnosis, uint8_t *keys, size_t capacity, size_t *count) {
    _Alignas(struct nlmsghdr) char buffer[32768];
    ssize_t size = recv(diagnosis, buffer, sizeof buffer, 0);
    if (size < 0) return errno == EINTR ? 1 : -errno;
    for (struct nlmsghdr *head = (struct nlmsghdr *)buffer; NLMSG_OK(head, size); head = NLMSG_NEXT(head, size)) {
        if (head->nlmsg_type == NLMSG_DONE) return 0;
        if (head->nlmsg_type == NLMSG_ERROR) {
            int error = ((struct nlmsgerr *)NLMSG_DATA(head))->error;
            return error == 0 ? 0 : error;
        }
        const struct inet_diag_sockid *id = &((struct inet_diag_msg *)NLMSG_DATA(head))->id;
        if (*count >= capacity) continue;
        uint8_t *key = keys + RINGPORT_HANDSHAKE_SIZE * (*count)++;
        memcpy(key, id->idiag_src, 16);
        memcpy(key + 16, id->idiag_dst, 16);
        memcpy(key + 32, &id->idiag_sport, 2);
        memcpy(key + 34, &id->idiag_dport, 2);
    }
    return 1;
}

int ringport_handshakes(int family, uint16_t port, uint8_t *keys, size_t capacity) {
    int diagnosis = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (diagnosis < 0) return -errno;
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } request = {
        .head = {
            .nlmsg_len = sizeof request,
            .nlmsg_type = SOCK_DIAG_BY_FAMILY,
            .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
        },
        .body = {
            .sdiag_family = (uint8_t)family,
            .sdiag_protocol = IPPROTO_TCP,
            .idiag_states = 1 << 3, /* TCP_SYN_RECV */
            .id = {.idiag_sport = htons(port)},
        },
    };
    size_t count = 0;
    int more = send(diagnosis, &request, sizeof request, 0) < 0 ? -errno : 1;
    while (more > 0) more = read_handshakes(diagnosis, keys, capacity, &count);
    close(diagnosis);
    return more < 0 ? more : (int)count;
}

int ringport_ignore_new_connections(int socket) {
    /* A TCP socket's filter sees the segment from its header on: byte 13 has the flags, SYN is 2 and ACK 16. */
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0 ? 0 : errno;
}

ssize_t ringport_append_at_once(int descriptor, const void *bytes, size_t count) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    return pwritev2(descriptor, &part, 1, -1, RWF_NOWAIT);
}

int ringport_unread_count(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}

void ringport_socket_progress(int socket, struct ringport_socket_progress *progress) {
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    *progress = (struct ringport_socket_progress){0};
    /* <linux/tcp.h> and not <netinet/tcp.h>: glibc's structure ends before tcpi_bytes_acked. */
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return;
    progress->acknowledged = info.tcpi_bytes_acked;
    progress->unacknowledged_segments = info.tcpi_unacked;
    progress->since_data_milliseconds = info.tcpi_last_data_sent;
    progress->since_acknowledgement_milliseconds = info.tcpi_last_ack_recv;
    progress->round_trip_microseconds = info.tcpi_rtt;
}

int ringport_reports_changes(int file) {
    struct statfs system;
    if (fstatfs(file, &system) != 0) return 0;
    switch ((uint32_t)system.f_type) {
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case CIFS_SUPER_MAGIC:
    case SMB2_SUPER_MAGIC:
    case AFS_SUPER_MAGIC:
    case CEPH_SUPER_MAGIC:
    case V9FS_MAGIC:
    case FUSE_SUPER_MAGIC:
    case CODA_SUPER_MAGIC:
    case OCFS2_SUPER_MAGIC:
    case 0x01161970: /* GFS2 */
    case 0x20030528: /* OrangeFS */
    case 0x0bd00bd0: /* Lustre */
    case 0x47504653: /* GPFS */
    case 0x19830326: /* BeeGFS */
    case 0x786f4256: /* VirtualBox's shared folders */
    /* Made when they are read. */
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
        return 0;
    default:
        return 1;
    }
}

int ringport_affinity(void *mask, size_t size) {
    return sched_getaffinity(0, size, mask);
}

int ringport_accept(int listener, void *address, uint32_t *length) {
    return result(accept4(listener, address, length, SOCK_CLOEXEC));
}

int ringport_disconnect(int socket) {
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    return connect(socket, &nowhere, sizeof nowhere);
}

int ringport_open_resolving(int directory, const char *path, int flags, uint64_t resolve) {
    struct open_how how = {.flags = (uint64_t)(uint32_t)flags, .resolve = resolve};
    return result((int)syscall(SYS_openat2, directory, path, &how, sizeof how));
}

int ringport_open_cached(int directory, const char *path, uint64_t resolve) {
    resolve |= RESOLVE_CACHED;
    const int name = ringport_open_resolving(directory, path, O_PATH | O_CLOEXEC, resolve);
    if (name < 0) return name;
    const int is_local = ringport_reports_changes(name);
    close(name);
    if (!is_local) return -EAGAIN;
    return ringport_open_resolving(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, resolve);
}

int ringport_read_cached(int file, void *bytes, size_t count, int64_t offset) {
    const struct iovec part = {bytes, count};
    return result((int)preadv2(file, &part, 1, offset, RWF_NOWAIT));
}

int ringport_is_of_processes(int file) {
    struct statfs found;
    return fstatfs(file, &found) == 0 && found.f_type == PROC_SUPER_MAGIC;
}

int ringport_populate(void *part, size_t count) {
    /* MADV_POPULATE_READ */
    const int status = result(madvise(part, count, 22));
    if (status != -EINVAL) return status;
    const int read = ringport_read_through(part, count);
    /* Where a filter refuses that too, whoever sends the part may wait for the disk. */
    return read == -EPERM || read == -ENOSYS ? 0 : read;
}

int ringport_read_through(void *part, size_t count) {
    char block[16384];
    for (size_t done = 0; done < count;) {
        const size_t size = count - done < sizeof block ? count - done : sizeof block;
        const struct iovec to = {block, size}, from = {(char *)part + done, size};
        const ssize_t copied = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
        if (copied < 0) return -errno;
        if (copied == 0) return -EFAULT;
        done += (size_t)copied;
    }
    return 0;
}
