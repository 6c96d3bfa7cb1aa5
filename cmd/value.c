/* From an option's text to its typed place: in the verb's options struct, or in struct cli. */
#include "value.h"

#include <string.h>

#include "base/clock.h"
#include "base/unit.h"

void *opt_slot(struct cli *cli, const struct opt_ref *ref)
{
    char *base = ref->common ? (char *)cli : cli->opts;
    return base + ref->opt->offset;
}

static int bad_value(const struct opt *opt, const char *value, const char *wanted, struct err *err)
{
    return err_set(err, ERR_USAGE, "--%s: \"%s\" is not %s", opt->name, value, wanted);
}

static int set_choice(const struct opt_ref *ref, const char *value, const char **slot, struct err *err)
{
    size_t n = 0;
    CLEANUP(str_release) struct str list = STR_INIT;
    for (; ref->opt->choices[n]; n++) {
        if (strcmp(ref->opt->choices[n], value) == 0) {
            *slot = ref->opt->choices[n];
            return 0;
        }
        str_addf(&list, "%s%s", n ? ", " : "", ref->opt->choices[n]);
    }
    err_set(err, ERR_USAGE, "--%s: \"%s\" is not one of %s", ref->opt->name, value, list.buf);
    const char *nearest = str_nearest(value, ref->opt->choices, n);
    return nearest ? err_hint(err, "did you mean %s?", nearest) : -1;
}

static int check_range(const struct opt *opt, double value, struct err *err)
{
    const struct opt_range *range = opt->range;
    if (range && (value < range->min || value > range->max))
        return err_set(err, ERR_USAGE, "--%s: %.15g is not between %.15g and %.15g", opt->name, value, range->min, range->max);
    return 0;
}

static int check_duration(const struct opt *opt, int64_t ms, struct err *err)
{
    const struct opt_range *range = opt->range;
    if (!range || ((double)ms >= range->min && (double)ms <= range->max))
        return 0;
    CLEANUP(str_release) struct str least = STR_INIT;
    CLEANUP(str_release) struct str most = STR_INIT;
    duration_print(&least, (int64_t)range->min);
    duration_print(&most, (int64_t)range->max);
    return err_set(err, ERR_USAGE, "--%s: not between %s and %s", opt->name, least.buf, most.buf);
}

static int set_int(const struct opt *opt, const char *value, int64_t *slot, struct err *err)
{
    long long number;
    if (!str_to_int(value, INT64_MIN, INT64_MAX, &number))
        return bad_value(opt, value, "a whole number", err);
    *slot = number;
    return check_range(opt, (double)number, err);
}

static int set_number(const struct opt *opt, const char *value, double *slot, struct err *err)
{
    if (!str_to_num(value, slot))
        return bad_value(opt, value, "a number", err);
    return check_range(opt, *slot, err);
}

static void set_flag(struct cli *cli, bool *slot, bool value)
{
    *slot = value;
    if (slot == &cli->wait)
        cli->wait_given = true;
}

void opt_negate(struct cli *cli, const struct opt_ref *ref) { set_flag(cli, opt_slot(cli, ref), false); }

/* One that is left out of two would be left out silently, and an empty one is a variable that is not set. */
static int check_file(const struct opt *opt, const char *value, const char *before, struct err *err)
{
    if (!*value)
        return err_set(err, ERR_USAGE, "--%s is empty", opt->name);
    if (!before || str_eq(before, opt->missing))
        return 0;
    return err_set(err, ERR_USAGE, "--%s is given twice: \"%s\" and \"%s\"", opt->name, before, value);
}

int opt_set(struct cli *cli, const struct opt_ref *ref, const char *value, struct err *err)
{
    const struct opt *opt = ref->opt;
    void *slot = opt_slot(cli, ref);
    switch (opt->type) {
    case OPT_FLAG:
        set_flag(cli, slot, true);
        return 0;
    case OPT_CHOICE:
        return set_choice(ref, value, slot, err);
    case OPT_INT:
        return set_int(opt, value, slot, err);
    case OPT_NUMBER:
        return set_number(opt, value, slot, err);
    case OPT_DURATION:
        if (!duration_parse(value, slot))
            return bad_value(opt, value, "a duration such as 30s or 1h30m", err);
        return check_duration(opt, *(int64_t *)slot, err);
    case OPT_BYTES:
        if (!bytes_parse(value, slot))
            return bad_value(opt, value, "a size such as 256Mi or 1Gi", err);
        return check_range(opt, (double)*(int64_t *)slot, err);
    case OPT_LIST:
        strv_add(slot, value);
        return 0;
    case OPT_FILE:
    case OPT_DIR:
        if (check_file(opt, value, *(const char **)slot, err) != 0)
            return -1;
        /* fall through */
    case OPT_STRING:
        strv_add(&cli->kept, value);
        *(const char **)slot = cli->kept.v[cli->kept.n - 1];
        if (slot == &cli->context_name)
            strv_add(&cli->contexts, value);
        return 0;
    }
    return 0;
}
