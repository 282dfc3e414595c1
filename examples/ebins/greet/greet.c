/* Greets whoever is named. What it can do is decided when it is built. */
#include <stdio.h>

#ifdef WITH_NLS
#include <stdlib.h>
#include <string.h>
static const char *word(void) {
  const char *language = getenv("LANG");
  return language && strncmp(language, "de", 2) == 0 ? "Hallo" : "Hello";
}
#else
static const char *word(void) { return "Hello"; }
#endif

#ifdef WITH_COLOR
#define FORMAT "\033[1m%s\033[0m, %s\n"
#else
#define FORMAT "%s, %s\n"
#endif

int main(int count, char **words) {
  printf(FORMAT, word(), count > 1 ? words[1] : "whoever you are");
  return 0;
}
