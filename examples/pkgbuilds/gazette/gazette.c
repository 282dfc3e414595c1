#include <inkwell.h>
#include <stdio.h>
#include <string.h>

#define MOST_LINES 50

/* Prints the file named on the command line, or the configured one, as a framed page. */
int main(int argc, char **argv)
{
    static char text[MOST_LINES][128];
    const char *lines[MOST_LINES];
    int count = 0;
    FILE *in = fopen(argc > 1 ? argv[1] : "/etc/gazette.conf", "r");
    if (!in) {
        perror("gazette");
        return 1;
    }
    while (count < MOST_LINES && fgets(text[count], sizeof text[count], in)) {
        text[count][strcspn(text[count], "\n")] = '\0';
        lines[count] = text[count];
        count++;
    }
    fclose(in);
    return inkwell_page(stdout, lines, count) == 0 ? 0 : 1;
}
