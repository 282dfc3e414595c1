#include <quill.h>
#include <stdio.h>
#include <string.h>

/* Reads lines from standard input and frames each in 40 columns; counts those that are too long. */
int main(void)
{
    char text[256];
    char line[64];
    int skipped = 0;
    while (fgets(text, sizeof text, stdin)) {
        text[strcspn(text, "\n")] = '\0';
        if (quill_centre(line, sizeof line, text, 40) < 0)
            skipped++;
        else
            puts(line);
    }
    if (skipped > 0)
        fprintf(stderr, "nib: %d lines are longer than 40 columns\n", skipped);
    return skipped > 0;
}
