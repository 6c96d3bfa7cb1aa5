/* What the view begins with, kept in $XDG_CONFIG_HOME/aiwf/top.yaml. */
#ifndef TOP_SETTINGS_H
#define TOP_SETTINGS_H

#include "top/top.h"

/* Into the state, as far as the file says; no file is fine. USAGE with its line for what it may not say. */
int settings_load(struct state *state, struct err *err);
int settings_save(const struct state *state, struct err *err);
char *settings_path(void) __attribute__((returns_nonnull)); /* the caller frees it */

#endif
