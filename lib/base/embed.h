/* Files of the source tree as text in the program. The compiler's dependency files do not tell of them: the Makefile does. */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

/* symbol: a NUL-terminated const char[] of this file; file: from the top of the tree. */
#define EMBED(symbol, file)                                                            \
    __asm__(".section .rodata\n" #symbol ":\n.incbin \"" file "\"\n.byte 0\n.text\n"); \
    extern const char symbol[] __attribute__((visibility("hidden")))

#endif
