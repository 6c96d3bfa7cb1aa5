#include "why/sched.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { CAUSES_MAX = 32, MESSAGE_MAX = 16 << 10 };

/* The reasons of the plugins, by how they begin or what they hold. */
static const struct {
    const char *words, *cause;
} words[] = {
    {"Insufficient ", "insufficient"},
    {"Too many pods", "insufficient"},
    {"untolerated taint", "taint"},
    {"node affinity/selector", "selector"},
    {"didn't match Pod's node", "selector"},
    {"were unschedulable", "cordoned"},
    {"unbound immediate PersistentVolumeClaims", "claim"},
    {"persistentvolumeclaim ", "claim"},
    {"available persistent volumes to bind", "volume"},
    {"volume node affinity conflict", "volume"},
    {"max volume count", "volume"},
    {"volume", "volume"},
    {"disk conflict", "volume"},
    {"topology spread", "spread"},
    {"affinity rules", "rules"},
    {"affinity", "rules"},
    {"free ports", "ports"},
    {"claims", "devices"},
    {"resourceclaim", "devices"},
};

static const char *cause_of(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strstr(text, words[i].words))
            return words[i].cause;
    return "other";
}

static char *between(const char *text, char from, char to)
{
    const char *start = strchr(text, from), *end = start ? strchr(start + 1, to) : NULL;
    return end ? xstrndup(start + 1, (size_t)(end - start - 1)) : NULL;
}

static void add_what(node_t *cause, const char *text)
{
    AUTOFREE char *taint = between(text, '{', '}');
    AUTOFREE char *name = between(text, '"', '"');
    if (str_starts(text, "Insufficient "))
        node_set_str(cause, "what", text + strlen("Insufficient "));
    else if (str_starts(text, "Too many pods"))
        node_set_str(cause, "what", "pods");
    else if (strcmp(node_str(cause, "/cause", ""), "taint") == 0)
        node_set_str(cause, "what", taint);
    else if (strcmp(node_str(cause, "/cause", ""), "claim") == 0 && str_starts(text, "persistentvolumeclaim "))
        node_set_str(cause, "what", name);
    else
        node_set_str(cause, "what", NULL);
}

/* "3 Insufficient nvidia.com/gpu", or without a number where no node was looked at. */
static void add_cause(node_t *causes, const char *text, size_t len)
{
    AUTOFREE char *one = xstrndup(text, len);
    char *end = one + strspn(one, "0123456789");
    bool is_counted = end > one && *end == ' ' && end - one < 9;
    if (!*one || node_len(causes) >= CAUSES_MAX)
        return;
    node_t *cause = node_push(causes, node_new_object());
    const char *what = is_counted ? end + 1 : one;
    node_set_str(cause, "cause", cause_of(what));
    node_set(cause, "nodes", is_counted ? node_new_num(strtod(one, NULL)) : node_new_null());
    add_what(cause, what);
    node_set_str(cause, "text", what);
}

/* A reason begins with a count; commas inside one are followed by none, or are a taint's, in braces. */
static const char *end_of_cause(const char *text)
{
    int depth = 0;
    const char *c = text;
    for (; *c; c++) {
        depth += (*c == '{') - (*c == '}');
        if (depth <= 0 && *c == ',' && c[1] == ' ' && isdigit((unsigned char)c[2]))
            break;
    }
    return c;
}

/* Where the reasons end and what other plugins add begins: ". preemption: ", ". no new claims to deallocate". */
static size_t length_of_causes(const char *text)
{
    const char *end = text + strlen(text);
    for (const char *c = strstr(text, ". "); c; c = strstr(c + 1, ". "))
        if (islower((unsigned char)c[2])) {
            end = c;
            break;
        }
    while (end > text && (end[-1] == '.' || end[-1] == ' '))
        end--;
    return (size_t)(end - text);
}

static node_t *causes_of(const char *text)
{
    node_t *causes = node_new_array();
    AUTOFREE char *all = xstrndup(text, length_of_causes(text));
    for (const char *c = all; *c;) {
        const char *end = end_of_cause(c);
        add_cause(causes, c, (size_t)(end - c));
        c = *end ? end + 2 : end;
    }
    return causes;
}

static int most_first(const void *a, const void *b)
{
    double left = node_num(*(node_t *const *)a, "/nodes", 1e9), right = node_num(*(node_t *const *)b, "/nodes", 1e9);
    return left == right ? 0 : left > right ? -1 : 1;
}

static node_t *sorted(node_t *causes)
{
    node_t *which[CAUSES_MAX] = {NULL}, *list = node_new_array();
    size_t n = 0;
    for (node_t *one; (one = node_first(causes));)
        which[n++] = node_detach(causes, one);
    qsort(which, n, sizeof(node_t *), most_first);
    for (size_t i = 0; i < n; i++)
        node_push(list, which[i]);
    node_free(causes);
    return list;
}

node_t *sched_parse(const char *message)
{
    static const char middle[] = " nodes are available";
    const char *slash = strchr(message, '/'), *text = strstr(message, middle);
    long long nodes;
    if (!slash || !text || slash > text || strlen(message) > MESSAGE_MAX)
        return NULL;
    AUTOFREE char *total = xstrndup(slash + 1, (size_t)(text - slash - 1));
    text += strlen(middle);
    if (!str_to_int(total, 0, 1 << 30, &nodes))
        return NULL;
    node_t *said = node_new_object();
    const char *preemption = strstr(text, "preemption: ");
    node_set_num(said, "nodes", (double)nodes);
    node_set(said, "causes", sorted(causes_of(str_starts(text, ": ") ? text + 2 : "")));
    node_set_str(said, "preemption", preemption ? preemption + strlen("preemption: ") : NULL);
    return said;
}
