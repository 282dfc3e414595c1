/* What the programs of the small distribution share. */
#ifndef SMALL_H
#define SMALL_H

/* A word that the compiler was given, as text: -DBUILT_FOR=word. */
#define SMALL_TEXT(word) SMALL_QUOTED(word)
#define SMALL_QUOTED(word) #word

/* One line of a file without its line end, in a buffer of its own; empty when there is none. */
const char *small_line(const char *path);

/* Prints a greeting of a program with what it was built for. */
void small_greet(const char *program, const char *built_for);

#endif
