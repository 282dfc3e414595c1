#ifndef QUILL_H
#define QUILL_H

#include <stddef.h>

/* Writes `text` into `line` (of `size` bytes, the end mark included), centred in `width` columns and framed by
 * two bars. Returns the length of the line, or -1 when it does not fit. */
int quill_centre(char *line, size_t size, const char *text, size_t width);

/* Version of the library at run time, as "1.2.0". */
const char *quill_version(void);

#endif
