#include "serverless/traffic.h"

#include <string.h>

#include "serverless/features.h"

/* "A" of "A=B", and B; NULL: one of them is missing. */
static char *split(const char *pair, const char **ret_value)
{
    const char *equals = strchr(pair, '=');
    if (!equals || equals == pair || !equals[1])
        return NULL;
    *ret_value = equals + 1;
    return xstrndup(pair, (size_t)(equals - pair));
}

static bool is_to(const node_t *target, const char *revision)
{
    if (strcmp(revision, TRAFFIC_LATEST) == 0)
        return node_bool(target, "/latestRevision", false);
    return strcmp(node_str(target, "/revisionName", ""), revision) == 0;
}

static node_t *add_target(node_t *traffic, const char *revision)
{
    node_t *target = node_push(traffic, node_new_object());
    if (strcmp(revision, TRAFFIC_LATEST) == 0)
        node_set_bool(target, "latestRevision", true);
    else
        node_set_str(target, "revisionName", revision);
    return target;
}

/* Of several, the one that has a share. */
static node_t *target_to(node_t *traffic, const char *revision)
{
    node_t *found = NULL;
    for (node_t *target = node_first(traffic); target; target = node_next(target))
        if (is_to(target, revision) && (!found || node_int(target, "/percent", 0) > 0))
            found = target;
    return found;
}

static int add_share(node_t *traffic, const char *text, int64_t *sum, struct err *err)
{
    const char *value;
    long long percent;
    AUTOFREE char *revision = split(text, &value);
    if (!revision || !str_to_int(value, 0, 100, &percent)) {
        err_set(err, ERR_USAGE, "--traffic: \"%s\" is not REVISION=PERCENT", text);
        return err_hint(err, "--traffic NAME-00001=10, or --traffic " TRAFFIC_LATEST "=90");
    }
    node_t *target = target_to(traffic, revision);
    if (target && node_int(target, "/percent", 0) > 0)
        return err_set(err, ERR_USAGE, "--traffic: %s is given twice", revision);
    node_set_num(target ? target : add_target(traffic, revision), "percent", (double)percent);
    *sum += percent;
    return 0;
}

static int add_shares(node_t *traffic, const struct strv *shares, struct err *err)
{
    int64_t sum = 0;
    for (node_t *target = node_first(traffic); target; target = node_next(target))
        node_set_num(target, "percent", 0);
    for (size_t i = 0; i < shares->n; i++)
        if (add_share(traffic, shares->v[i], &sum, err) != 0)
            return -1;
    bool has_latest = false;
    for (size_t i = 0; i < shares->n; i++)
        has_latest = has_latest || str_starts(shares->v[i], TRAFFIC_LATEST "=");
    if (sum == 100)
        return 0;
    if (sum > 100 || has_latest) {
        err_set(err, ERR_USAGE, "--traffic: these are %lld per cent, not 100", (long long)sum);
        return sum > 100 ? -1 : err_hint(err, "leave " TRAFFIC_LATEST " out, and it gets what is left");
    }
    node_t *latest = target_to(traffic, TRAFFIC_LATEST);
    node_set_num(latest ? latest : add_target(traffic, TRAFFIC_LATEST), "percent", (double)(100 - sum));
    return 0;
}

static int add_tag(node_t *traffic, const char *text, struct err *err)
{
    const char *tag;
    AUTOFREE char *revision = split(text, &tag);
    if (!revision || strspn(tag, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(tag)) {
        err_set(err, ERR_USAGE, "--tag: \"%s\" is not REVISION=TAG", text);
        return err_hint(err, "--tag " TRAFFIC_LATEST "=next: small letters, digits and -");
    }
    if (node_find(traffic, "/tag", tag))
        return err_set(err, ERR_USAGE, "--tag: %s is given twice", tag);
    node_t *target = target_to(traffic, revision);
    if (!target || node_get(target, "tag")) { /* a target has one tag */
        target = add_target(traffic, revision);
        node_set_num(target, "percent", 0);
    }
    node_set_str(target, "tag", tag);
    return 0;
}

static void drop_tag(node_t *traffic, const char *tag)
{
    for (node_t *target = node_first(traffic); target; target = node_next(target))
        if (strcmp(node_str(target, "/tag", ""), tag) == 0)
            node_delete(target, "tag");
}

static void drop_useless(node_t *traffic)
{
    for (node_t *target = node_first(traffic), *next; target; target = next) {
        next = node_next(target);
        if (!node_get(target, "tag") && node_int(target, "/percent", 0) == 0)
            node_free(node_detach(traffic, target));
    }
}

static int take_tags(node_t *traffic, const struct traffic_change *change, struct err *err)
{
    const char *tag;
    for (size_t i = 0; change->removed && i < change->removed->n; i++) {
        if (!node_find(traffic, "/tag", change->removed->v[i]))
            return err_set(err, ERR_NOT_FOUND, "--untag: there is no tag %s", change->removed->v[i]);
        drop_tag(traffic, change->removed->v[i]);
    }
    CLEANUP(node_free) node_t *seen = node_new_object();
    for (size_t i = 0; change->tags && i < change->tags->n; i++) {
        AUTOFREE char *revision = split(change->tags->v[i], &tag);
        if (revision && !node_get(seen, tag))
            drop_tag(traffic, tag); /* it moves */
        if (revision)
            node_set_bool(seen, tag, true);
        if (add_tag(traffic, change->tags->v[i], err) != 0)
            return -1;
    }
    return 0;
}

/* What the server tells besides (urls) is no part of what is asked for. */
static node_t *asked_for(const node_t *traffic)
{
    static const char *const members[] = {"revisionName", "latestRevision", "percent", "tag"};
    node_t *copy = node_new_array();
    for (const node_t *target = node_first(traffic); target; target = node_next(target)) {
        node_t *one = node_push(copy, node_new_object());
        for (size_t i = 0; i < ARRAY_LEN(members); i++)
            if (node_get(target, members[i]))
                node_set(one, members[i], node_copy(node_get(target, members[i])));
        if (node_get(one, "revisionName"))
            node_delete(one, "latestRevision");
    }
    return copy;
}

node_t *traffic_changed(const node_t *traffic, const struct traffic_change *change, struct err *err)
{
    CLEANUP(node_free) node_t *changed = asked_for(traffic);
    bool has_tags = (change->tags && change->tags->n) || (change->removed && change->removed->n);
    bool has_shares = change->shares && change->shares->n;
    if (!has_shares && has_tags && !node_len(changed))
        node_set_num(add_target(changed, TRAFFIC_LATEST), "percent", 100);
    if (has_shares && add_shares(changed, change->shares, err) != 0)
        return NULL;
    if (take_tags(changed, change, err) != 0)
        return NULL;
    drop_useless(changed);
    return TAKE(changed);
}

node_t *traffic_of(const struct function_spec *spec, struct err *err)
{
    const struct function_detail *detail = function_detail(spec);
    struct traffic_change change = {.shares = &detail->traffic, .tags = &detail->tags};
    return traffic_changed(NULL, &change, err);
}

node_t *traffic_all_to(const char *revision, const node_t *before)
{
    CLEANUP(err_release) struct err none = ERR_INIT;
    CLEANUP(strv_release) struct strv shares = STRV_INIT;
    strv_addf(&shares, "%s=100", revision);
    return traffic_changed(before, &(struct traffic_change){.shares = &shares}, &none);
}
