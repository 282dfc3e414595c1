#include <small.h>

#ifndef BUILT_FOR
#define BUILT_FOR any
#endif

int main(void)
{
	small_greet("hello", SMALL_TEXT(BUILT_FOR));
	return 0;
}
