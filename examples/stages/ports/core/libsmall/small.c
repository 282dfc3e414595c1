#include "small.h"

#include <stdio.h>
#include <string.h>

const char *small_line(const char *path)
{
	static char line[256];
	FILE *file = fopen(path, "r");
	line[0] = 0;
	if (!file)
		return line;
	if (fgets(line, sizeof line, file))
		line[strcspn(line, "\r\n")] = 0;
	fclose(file);
	return line;
}

void small_greet(const char *program, const char *built_for)
{
	printf("%s for %s on %s\n", program, built_for, small_line("/etc/small-release"));
}
