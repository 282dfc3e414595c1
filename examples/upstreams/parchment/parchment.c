#include <quill.h>
#include <stdio.h>

int main(void)
{
    char line[64];
    if (quill_centre(line, sizeof line, "parchment", 20) < 0)
        return 1;
    puts(line);
    return 0;
}
