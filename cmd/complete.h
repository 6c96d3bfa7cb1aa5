/* What could stand at the end of a half-typed command line, for the three shells and our own. */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include "cmd.h"

enum complete_what { COMPLETE_NAMES, COMPLETE_FILES, COMPLETE_DIRS, COMPLETE_COMMANDS };

struct completion {
    struct strv names; /* sorted as offered; only those that start with what is typed */
    enum complete_what what;
    size_t value_at; /* where in the last word the part to complete starts (after "--opt=") */
};
void completion_release(struct completion *completion);
DEFINE_CLEANUP(struct completion, completion_release)

/* words: what follows "aiwf"; the last one is being typed and may be "". Asks servers for live names. */
void complete_line(const struct strv *words, struct completion *ret);

#endif
