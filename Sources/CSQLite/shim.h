/* SQLite's own header, and the three of its names that Swift can't import: variadic functions and a cast macro. */
#ifndef RINGPORT_CSQLITE_SHIM_H
#define RINGPORT_CSQLITE_SHIM_H

#include <sqlite3.h>

/* SQLITE_CONFIG_MULTITHREAD: each connection is used by one thread at a time, so SQLite needs no mutex in them.
 * SQLITE_CONFIG_MEMSTATUS 0: no global lock around allocation statistics. */
static inline int ringport_sqlite_configure(void) {
    int status = sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    if (status != SQLITE_OK) return status;
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* SQLITE_TRANSIENT: SQLite copies the bytes before the call returns. */
static inline int ringport_sqlite_bind_text(sqlite3_stmt *statement, int index, const void *bytes, int length) {
    return sqlite3_bind_text(statement, index, (const char *)bytes, length, SQLITE_TRANSIENT);
}

static inline int ringport_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int length) {
    return sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}

#endif
