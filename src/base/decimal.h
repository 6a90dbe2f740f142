/* Numbers compared as they are written, without the rounding of a double. */
#ifndef PERMAFROST_BASE_DECIMAL_H
#define PERMAFROST_BASE_DECIMAL_H

#include <stdbool.h>

/* True when two JSON numbers have the same value: "1", "1.0" and "10e-1" do. */
bool decimal_same(const char *a, const char *b);

#endif
