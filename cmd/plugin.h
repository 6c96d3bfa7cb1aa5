/* Programs named aiwf-NAME on PATH are nouns too, after the built-in ones. */
#ifndef CMD_PLUGIN_H
#define CMD_PLUGIN_H

#include <stdbool.h>

/* Runs aiwf-ARGV0 with the other words and waits for it. false: there is no such program. */
bool plugin_run(int argc, char *const *argv, int *ret_code);
bool plugin_is_there(const char *noun);

#endif
