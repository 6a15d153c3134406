/* The parser that the tests ask for a second opinion: http-parser 2.9.4 of Debian's libhttp-parser-dev. */
#ifndef RINGPORT_CHTTPPARSER_SHIM_H
#define RINGPORT_CHTTPPARSER_SHIM_H

#include <http_parser.h>

#endif
