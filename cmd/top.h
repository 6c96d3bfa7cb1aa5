/* The parts of aiwf top. */
#ifndef CMD_TOP_H
#define CMD_TOP_H

#include "cmd.h"
#include "kube/kube.h"
#include "metrics/prom.h"
#include "top/parts.h"

/* top_sides.c: several contexts. A side must not move while it is in use. */
struct side {
    struct cli cli;
    bool is_open;
    struct state state;
    struct plan *plan;
    struct prom prom, alertmanager;
    struct kube kube; /* of places in queues */
};
struct sides {
    struct side v[PARTS_MAX];
    struct part parts[PARTS_MAX];
    size_t n;
};
struct side_settings {
    const struct cli *cli;
    const char *names; /* separated by commas */
    const struct panel *only;
    struct span span;
    int64_t window_ms;
    const struct prom_settings *prom;
    bool is_screen;
};
/* Also after a failure sides_release is due. */
int sides_open(struct sides *sides, const struct side_settings *settings, struct err *err);
void sides_release(struct sides *sides);

/* cmd_top.c: a state's context, by what is resolved. */
void top_set_context(const struct cli *cli, struct state *state);
/* The context's, where it has one; ret stays empty otherwise. */
int top_alertmanager(struct cli *cli, const struct prom_settings *like, struct plan *plan, struct prom *ret, struct err *err);

/* The same of a cluster that the context names; what is wrong with its kubeconfig is the next command's to say. */
void top_kube(struct cli *cli, struct plan *plan, bool is_screen, struct kube *ret);

/* top_assert.c: judges each, prints the verdicts; THRESHOLD when one does not hold. at_ms 0: now. */
int top_assert(struct cli *cli, const struct prom *prom, const struct strv *asserts, int64_t at_ms, struct err *err);

#endif
