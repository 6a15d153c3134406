/* The disk's floor: what SQLite can make durable on this file system when nothing else is asked of it.
 *
 *   disk-floor FOLDER SECONDS
 *
 * One thread and one connection, WAL and synchronous=FULL, into the table that forms are stored in. Prints four rates, rows a
 * second with 1, 16, 128 and 512 rows in a commit, and before them the median time of one fdatasync in microseconds. The rate
 * with one row is measured for SECONDS, each other one for a quarter of that. The files it makes in FOLDER are removed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { syncs_max = 1000, page_size = 4096, pages = 256 };

static const char schema[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    "CREATE TABLE submissions (id INTEGER PRIMARY KEY, form TEXT NOT NULL, received_at TEXT NOT NULL, remote TEXT NOT NULL,"
    " user_agent TEXT NOT NULL DEFAULT '', referer TEXT NOT NULL DEFAULT '',"
    " fields TEXT NOT NULL CHECK (json_valid(fields) AND json_type(fields) = 'object')) STRICT;"
    "CREATE INDEX submissions_by_form ON submissions(form, id);";
static const char insert_text[] =
    "INSERT INTO submissions(form, received_at, remote, fields) VALUES ('bench', '2026-01-01T00:00:00Z', '127.0.0.1', ?)";
static const char fields_format[] =
    "{\"name\":\"visitor-%ld\",\"email\":\"visitor@example.org\",\"message\":\"Hello there\"}";

static sqlite3 *database;

static _Noreturn void die(const char *what, const char *why) {
    fprintf(stderr, "disk-floor: %s: %s\n", what, why);
    exit(71);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Pages of a file that has its size already, as SQLite writes a log that it begins again: no metadata has to follow. */
static double sync_microseconds(const char *path, double seconds) {
    static double times[syncs_max];
    static char page[page_size];
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644), count = 0;
    if (file < 0) die(path, strerror(errno));
    memset(page, 'x', sizeof page);
    for (int number = 0; number < pages; number++) {
        if (pwrite(file, page, sizeof page, (off_t)number * page_size) != page_size) die(path, strerror(errno));
    }
    if (fsync(file) != 0) die(path, strerror(errno));
    double until = now() + seconds;
    while (count < syncs_max && (count == 0 || now() < until)) {
        double start = now();
        if (pwrite(file, page, sizeof page, (off_t)(count % pages) * page_size) != page_size) die(path, strerror(errno));
        if (fdatasync(file) != 0) die(path, strerror(errno));
        times[count++] = (now() - start) * 1e6;
    }
    close(file);
    unlink(path);
    qsort(times, (size_t)count, sizeof *times, compare);
    return times[count / 2];
}

static void run(const char *text) {
    if (sqlite3_exec(database, text, NULL, NULL, NULL) != SQLITE_OK) die(text, sqlite3_errmsg(database));
}

/* Rows a second, with so many in each commit. */
static double rate(sqlite3_stmt *insert, int batch, double seconds) {
    static long number;
    long rows = 0;
    double start = now(), taken;
    do {
        if (batch > 1) run("BEGIN IMMEDIATE");
        for (int row = 0; row < batch; row++) {
            char fields[160];
            int size = snprintf(fields, sizeof fields, fields_format, number++);
            sqlite3_bind_text(insert, 1, fields, size, SQLITE_TRANSIENT);
            if (sqlite3_step(insert) != SQLITE_DONE) die("insert", sqlite3_errmsg(database));
            sqlite3_reset(insert);
        }
        if (batch > 1) run("COMMIT");
        rows += batch;
        taken = now() - start;
    } while (taken < seconds);
    return (double)rows / taken;
}

int main(int argc, char **argv) {
    if (argc != 3) return fprintf(stderr, "usage: disk-floor FOLDER SECONDS\n"), 64;
    double seconds = atof(argv[2]);
    char path[4096], more[4200];
    snprintf(path, sizeof path, "%s/disk-floor", argv[1]);
    printf("%.0f", sync_microseconds(path, seconds / 4));
    snprintf(path, sizeof path, "%s/disk-floor.db", argv[1]);
    if (sqlite3_open(path, &database) != SQLITE_OK) die(path, sqlite3_errmsg(database));
    run(schema);
    sqlite3_stmt *insert;
    if (sqlite3_prepare_v2(database, insert_text, -1, &insert, NULL) != SQLITE_OK) die("prepare", sqlite3_errmsg(database));
    const int batches[] = {1, 16, 128, 512};
    for (int index = 0; index < 4; index++) printf(" %.0f", rate(insert, batches[index], index == 0 ? seconds : seconds / 4));
    printf("\n");
    sqlite3_finalize(insert);
    if (sqlite3_close(database) != SQLITE_OK) die(path, sqlite3_errmsg(database));
    unlink(path);
    for (int index = 0; index < 2; index++) {
        snprintf(more, sizeof more, "%s%s", path, index == 0 ? "-wal" : "-shm");
        unlink(more);
    }
    return 0;
}
