/* SQLite's own header, and what of it Swift can't import: variadic functions and destructors that are casts. */
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

/* SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE: with 1, closing the connection neither copies the write-ahead log nor removes it. */
static inline int ringport_sqlite_keep_log_on_close(sqlite3 *connection, int keeps) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keeps, (int *)0);
}

/* In all four, no bytes at no address is the empty value: SQLite itself would take a null pointer for NULL. */

/* SQLITE_TRANSIENT: SQLite copies the bytes before the call returns. */
static inline int ringport_sqlite_bind_text(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length) {
    return sqlite3_bind_text64(statement, index, bytes ? bytes : "", length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int ringport_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length) {
    return sqlite3_bind_blob64(statement, index, bytes ? bytes : "", length, SQLITE_TRANSIENT);
}

/* SQLITE_STATIC: the bytes stay where they are until the statement's bindings are cleared. */
static inline int ringport_sqlite_bind_lent_text(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length) {
    return sqlite3_bind_text64(statement, index, bytes ? bytes : "", length, SQLITE_STATIC, SQLITE_UTF8);
}

static inline int ringport_sqlite_bind_lent_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length) {
    return sqlite3_bind_blob64(statement, index, bytes ? bytes : "", length, SQLITE_STATIC);
}

#endif
