#ifndef INKWELL_H
#define INKWELL_H

#include <stdio.h>

/* Prints a framed page of `count` lines to `out`, as wide as its longest line. Returns 0, or -1 when a line is too
 * long for a page (120 columns). */
int inkwell_page(FILE *out, const char *const *lines, int count);

#endif
