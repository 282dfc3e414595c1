/* Counts lines, words and bytes of its standard input. */
#include <ctype.h>
#include <stdio.h>

int main(void)
{
	unsigned long lines = 0, words = 0, bytes = 0;
	int letter, inside = 0;
	while ((letter = getchar()) != EOF) {
		bytes++;
		lines += letter == '\n';
		words += !inside && !isspace(letter);
		inside = !isspace(letter);
	}
	printf("%lu %lu %lu\n", lines, words, bytes);
	return ferror(stdin) != 0;
}
