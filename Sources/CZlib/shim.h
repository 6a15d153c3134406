/* zlib's compression into the gzip format in one call: deflateInit2 is a macro, which Swift can't import. */
#ifndef RINGPORT_CZLIB_SHIM_H
#define RINGPORT_CZLIB_SHIM_H

#include <stddef.h>
#include <zlib.h>

/* Window bits for the gzip format instead of zlib's own: 15, and 16 added. */
#define RINGPORT_GZIP_WINDOW (15 + 16)

/* Bytes that the result has at most; 0 when there is no memory. */
static inline size_t ringport_gzip_bound(size_t count) {
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, RINGPORT_GZIP_WINDOW, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        return 0;
    size_t bound = deflateBound(&stream, count);
    deflateEnd(&stream);
    return bound;
}

/* Bytes written; 0 when there is no memory or no room. The header's time is 0 and it has no name, so that the same
 * content always gives the same bytes. */
static inline size_t ringport_gzip(const void *source, size_t count, void *target, size_t capacity) {
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, RINGPORT_GZIP_WINDOW, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        return 0;
    stream.next_in = (Bytef *)source;
    stream.avail_in = (uInt)count;
    stream.next_out = target;
    stream.avail_out = (uInt)capacity;
    int status = deflate(&stream, Z_FINISH);
    size_t written = stream.total_out;
    deflateEnd(&stream);
    return status == Z_STREAM_END ? written : 0;
}

/* Bytes decoded; 0 when the source is no whole gzip content or there is no room. For tests. */
static inline size_t ringport_gunzip(const void *source, size_t count, void *target, size_t capacity) {
    z_stream stream = {0};
    if (inflateInit2(&stream, RINGPORT_GZIP_WINDOW) != Z_OK) return 0;
    stream.next_in = (Bytef *)source;
    stream.avail_in = (uInt)count;
    stream.next_out = target;
    stream.avail_out = (uInt)capacity;
    int status = inflate(&stream, Z_FINISH);
    size_t written = stream.total_out;
    inflateEnd(&stream);
    return status == Z_STREAM_END ? written : 0;
}

#endif
