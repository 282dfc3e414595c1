#include "quill.h"

#include <stdio.h>
#include <string.h>

static int failures;

static void expect(const char *text, size_t width, const char *want)
{
    char line[32];
    int length = quill_centre(line, sizeof line, text, width);
    int ok = want == NULL ? length == -1 : length == (int)strlen(want) && strcmp(line, want) == 0;
    printf("%s - '%s' in %zu columns\n", ok ? "ok" : "not ok", text, width);
    failures += !ok;
}

int main(void)
{
    expect("ink", 5, "|  ink  |");
    expect("ink", 6, "|  ink   |");
    expect("ink", 3, "| ink |");
    expect("ink", 2, NULL);
    expect("ink", 28, NULL);
    return failures != 0;
}
