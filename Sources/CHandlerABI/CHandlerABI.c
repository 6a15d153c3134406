/* The ABI is a header only; this file makes the C compiler read it alone, and pins the sizes that never change. */
#include "ringport_handler.h"

_Static_assert(sizeof(void *) == 8, "handlers are 64-bit");
_Static_assert(sizeof(ringport_slice) == 16, "an element of arrays never changes");
_Static_assert(sizeof(ringport_field) == 32, "an element of arrays never changes");
_Static_assert(sizeof(ringport_route) == 32, "an element of arrays never changes");
_Static_assert(sizeof(ringport_value) == 40, "an element of arrays never changes");
_Static_assert(sizeof(ringport_statement) == 32, "an element of arrays never changes");
