#include <inkwell.h>
#include <quill.h>
#include <stdio.h>
#include <string.h>

#ifndef SCRIBE_SIGNATURE
#define SCRIBE_SIGNATURE "unsigned"
#endif

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("scribe " SCRIBE_VERSION " (%s), libquill %s\n", SCRIBE_SIGNATURE, quill_version());
        return 0;
    }
    if (argc < 2) {
        fputs("usage: scribe LINE...\n", stderr);
        return 2;
    }
    return inkwell_page(stdout, (const char *const *)argv + 1, argc - 1) == 0 ? 0 : 1;
}
