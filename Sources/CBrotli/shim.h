/* Brotli, as it is; the tests decode what was coded. */
#ifndef RINGPORT_CBROTLI_SHIM_H
#define RINGPORT_CBROTLI_SHIM_H

#include <brotli/decode.h>
#include <brotli/encode.h>

#endif
