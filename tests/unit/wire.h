/* The scripted server tests/tools/wire.py, for unit tests: run from the top folder of the sources. */
#ifndef TESTS_UNIT_WIRE_H
#define TESTS_UNIT_WIRE_H

#include <sys/types.h>

#include "doc/node.h"

struct wire {
    pid_t pid;
    char folder[32]; /* also of its certificates, see wire.py */
    int port;
    char url[64]; /* http:// or https://127.0.0.1:PORT */
};

/* case_json: see wire.py. Fails the test when the server does not come up. */
void wire_start(struct wire *wire, const char *case_json);
/* What was asked so far: an array. The caller frees. */
node_t *wire_log(const struct wire *wire);
/* A file of its folder. The caller frees. */
char *wire_file(const struct wire *wire, const char *name);
void wire_stop(struct wire *wire);
DEFINE_CLEANUP(struct wire, wire_stop)

/* Waits until the file is there, at most 20 s. */
void wait_for_file(const char *path);

#endif
