#include "inkwell.h"

#include <quill.h>
#include <string.h>

static void bar(FILE *out, size_t width)
{
    fputc('+', out);
    for (size_t i = 0; i < width + 2; i++)
        fputc('-', out);
    fputs("+\n", out);
}

int inkwell_page(FILE *out, const char *const *lines, int count)
{
    size_t width = 0;
    for (int i = 0; i < count; i++)
        if (strlen(lines[i]) > width)
            width = strlen(lines[i]);
    if (width > 120)
        return -1;
    bar(out, width);
    for (int i = 0; i < count; i++) {
        char line[128];
        if (quill_centre(line, sizeof line, lines[i], width) < 0)
            return -1;
        fprintf(out, "%s\n", line);
    }
    bar(out, width);
    return 0;
}
