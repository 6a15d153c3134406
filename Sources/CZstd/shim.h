/* Zstandard's one-shot interface, as it is. */
#ifndef RINGPORT_CZSTD_SHIM_H
#define RINGPORT_CZSTD_SHIM_H

#include <zstd.h>

#endif
