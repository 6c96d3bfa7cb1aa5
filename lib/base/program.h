/* Programs of this machine, by their names. */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

/* Its path, by PATH, or NULL; the caller frees. Empty parts of PATH, which mean the working folder, are not searched. */
char *program_find(const char *name);

#endif
