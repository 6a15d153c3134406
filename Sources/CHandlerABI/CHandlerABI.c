#include "ringport_handler.h"
