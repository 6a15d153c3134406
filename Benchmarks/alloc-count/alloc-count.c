/* Counts a program's heap allocations from outside it: preload it, and read the count from a file.
 *
 *   cc -O2 -shared -fPIC -o alloc-count.so alloc-count.c
 *   ALLOC_COUNT_FILE=count LD_PRELOAD=./alloc-count.so ringport serve ...
 *
 * The file's first eight bytes are the number of calls of malloc, calloc, realloc and the aligned kinds so far, by all
 * threads. glibc's own names for its functions are called, so nothing has to be looked up before the first call. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static _Atomic uint64_t before_the_file;
static _Atomic(_Atomic uint64_t *) shared;

__attribute__((constructor)) static void open_count(void) {
    const char *path = getenv("ALLOC_COUNT_FILE");
    if (path == NULL) return;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) return;
    if (ftruncate(file, 4096) == 0) {
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (page != MAP_FAILED) atomic_store(&shared, (_Atomic uint64_t *)page);
    }
    close(file);
}

static void count(void) {
    _Atomic uint64_t *counter = atomic_load_explicit(&shared, memory_order_relaxed);
    atomic_fetch_add_explicit(counter ? counter : &before_the_file, 1, memory_order_relaxed);
}

void *malloc(size_t size) { count(); return __libc_malloc(size); }
void *calloc(size_t number, size_t size) { count(); return __libc_calloc(number, size); }
void *realloc(void *old, size_t size) { count(); return __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { count(); return __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { count(); return __libc_memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    count();
    void *block = __libc_memalign(alignment, size);
    if (block == NULL) return ENOMEM;
    *result = block;
    return 0;
}
