/* Labels of a row: those of all its series; the first that says one counts. */
#include <stdlib.h>
#include <string.h>

#include "top/rows.h"

static struct row_label *find_label(const struct row *row, const char *name)
{
    for (size_t i = 0; i < row->n_labels; i++)
        if (str_eq(row->labels[i].name, name))
            return &row->labels[i];
    return NULL;
}

static uint64_t bit_of(const struct measure *measure) { return UINT64_C(1) << (unsigned)measure->rank % 64; }

static void add_label(struct row *row, const struct prom_label *label, const struct measure *measure)
{
    if (row->n_labels == ROW_LABELS)
        return;
    GROW(row->labels, row->n_labels, row->cap_labels);
    row->labels[row->n_labels++] =
        (struct row_label){.name = xstrdup(label->name), .value = xstrdup(label->value), .measure = measure};
    row->sayers |= bit_of(measure);
}

static void set_label(struct row *row, struct row_label *label, const char *value, const struct measure *measure)
{
    if (!label->is_stale)
        return;
    label->is_stale = false;
    label->measure = measure;
    row->n_stale--;
    row->sayers |= bit_of(measure);
    if (strcmp(label->value, value) == 0)
        return;
    free(label->value);
    label->value = xstrdup(value);
}

/* The last time it was this very set, nothing of that was lost since, and no other measure stopped saying something. */
static bool is_as_before(const struct row *row, const struct reading *by, const struct prom_series *series,
                         const struct measure *measure)
{
    if (!series->set || by->said != series->set || by->said_by != measure || by->said_lost != row->lost)
        return false;
    for (size_t i = 0; row->n_stale && i < row->n_labels; i++)
        if (row->labels[i].is_stale && row->labels[i].measure != measure)
            return false;
    return true;
}

static void take_labels(struct row *row, const struct prom_series *series, const struct measure *measure)
{
    size_t next = 0; /* as a rule they are where they were the last time */
    for (size_t i = 0; i < series->n_labels; i++) {
        const struct prom_label *from = &series->labels[i];
        bool is_next = next < row->n_labels && str_eq(row->labels[next].name, from->name);
        struct row_label *label = is_next ? &row->labels[next] : find_label(row, from->name);
        if (label)
            set_label(row, label, from->value, measure);
        else
            add_label(row, from, measure);
        next = label ? (size_t)(label - row->labels) + 1 : row->n_labels;
    }
}

/* Nothing of the measure's is another set's: of a second series of the row, or kept while its target was down. */
static bool says_all(const struct row *row, const struct prom_series *series, const struct measure *measure)
{
    for (size_t i = 0; i < row->n_labels; i++) {
        const struct row_label *label = &row->labels[i];
        if (label->measure == measure && !str_eq(prom_label(series, label->name), label->value))
            return false;
    }
    return true;
}

void row_labels_take(struct row *row, struct reading *by, const struct prom_series *series, const struct measure *measure)
{
    if (!is_as_before(row, by, series, measure)) {
        take_labels(row, series, measure);
        by->said = says_all(row, series, measure) ? series->set : NULL;
        by->said_by = measure;
        by->said_lost = row->lost;
        return;
    }
    for (size_t i = 0; row->n_stale && i < row->n_labels; i++)
        row->labels[i].is_stale = false;
    row->n_stale = 0;
}

void row_labels_age(struct row *row, const struct measure *measure)
{
    if (!(row->sayers & bit_of(measure)))
        return;
    for (size_t i = 0; i < row->n_labels; i++) {
        bool ages = row->labels[i].measure == measure && !row->labels[i].is_stale;
        row->labels[i].is_stale |= ages;
        row->n_stale += ages;
    }
}

static void label_release(struct row_label *label)
{
    free(label->name);
    free(label->value);
}

void row_labels_drop(struct row *row)
{
    if (!row->n_stale || row->n_stale == row->n_labels) /* nobody spoke of it: what it has is kept from before */
        return;
    size_t kept = 0;
    for (size_t i = 0; i < row->n_labels; i++) {
        if (row->labels[i].is_stale)
            label_release(&row->labels[i]);
        else
            row->labels[kept++] = row->labels[i];
    }
    row->lost++;
    row->n_labels = kept;
    row->n_stale = 0;
}

void row_labels_release(struct row *row)
{
    for (size_t i = 0; i < row->n_labels; i++)
        label_release(&row->labels[i]);
    free(TAKE(row->labels));
    row->n_labels = row->cap_labels = row->n_stale = 0;
    row->sayers = 0;
}

const char *row_label(const struct row *row, const char *name)
{
    const struct row_label *label = find_label(row, name);
    return label ? label->value : NULL;
}
