/* Prints the prime numbers up to a limit, one a line. */
#include <stdio.h>
#include <stdlib.h>

int main(int count, char **words)
{
	long limit = count > 1 ? strtol(words[1], NULL, 10) : 100;
	if (limit < 0 || limit > 100000000) {
		fputs("primes: a number from 0 to 100000000\n", stderr);
		return 2;
	}
	char *composite = calloc(limit + 1, 1);
	if (!composite)
		return 1;
	for (long number = 2; number <= limit; number++) {
		if (composite[number])
			continue;
		printf("%ld\n", number);
		for (long multiple = 2 * number; multiple <= limit; multiple += number)
			composite[multiple] = 1;
	}
	free(composite);
	return 0;
}
