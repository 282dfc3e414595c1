#include "quill.h"

#include <stdio.h>
#include <string.h>

int quill_centre(char *line, size_t size, const char *text, size_t width)
{
    size_t length = strlen(text);
    if (length > width || width + 5 > size)
        return -1;
    size_t left = (width - length) / 2;
    size_t right = width - length - left;
    return snprintf(line, size, "| %*s%s%*s |", (int)left, "", text, (int)right, "");
}

const char *quill_version(void)
{
    return QUILL_VERSION;
}
