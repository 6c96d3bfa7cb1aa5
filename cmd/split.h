/* A line into words, as a shell would: quotes and backslashes, # starts a comment; nothing is expanded. */
#ifndef CMD_SPLIT_H
#define CMD_SPLIT_H

#include "base/err.h"
#include "base/str.h"

/* USAGE: a quote is not closed. */
int words_split(const char *line, struct strv *words, struct err *err);
/* The same for a line that is being typed: an open quote is fine, and the last word is the one at the end (maybe ""). */
void words_split_typed(const char *line, struct strv *words);

#endif
