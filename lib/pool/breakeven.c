#include "pool/breakeven.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/stat.h"

enum { ROWS_MAX = 64, HOUR_S = 3600 };

static const char *better(double rate, double pays_from) { return isnan(pays_from) ? NULL : rate < pays_from ? "start" : "keep"; }

static void mark(node_t *row, const struct break_even *of, double rate)
{
    CLEANUP(str_release) struct str s = STR_INIT;
    if (rate == keep_pays_money(&of->keep))
        str_add(&s, "from here keeping one costs less");
    if (rate == keep_pays_energy(&of->keep))
        str_addf(&s, "%sfrom here it takes less energy", s.len ? ", " : "");
    if (rate == of->seen_per_hour)
        str_addf(&s, "%sits rate now", s.len ? ", " : "");
    node_set_str(row, "mark", s.len ? s.buf : NULL);
}

static node_t *row_of(const struct break_even *of, double rate)
{
    const struct keep *keep = &of->keep;
    node_t *row = node_new_object();
    double hours = rate * (keep->cold_s + keep->linger_s) / HOUR_S;
    double joules = keep->cold_s * keep->busy_w + keep->linger_s * keep->idle_w;
    node_set_num(row, "requests_per_hour", rate);
    node_set_num(row, "started_cost_per_hour", hours * of->cost_per_hour);
    node_set_num(row, "kept_cost_per_hour", of->cost_per_hour);
    node_set_num(row, "started_w", rate * joules / HOUR_S);
    node_set_num(row, "kept_w", keep->idle_w);
    node_set_num(row, "waiting_s_per_hour", rate * keep->cold_s);
    node_set_str(row, "money", better(rate, keep_pays_money(keep)));
    node_set_str(row, "energy", better(rate, keep_pays_energy(keep)));
    mark(row, of, rate);
    return row;
}

/* The later of the two, known or not. */
static double all_pays_from(const struct break_even *of)
{
    return num_max(keep_pays_money(&of->keep), keep_pays_energy(&of->keep));
}

static size_t usual_rates(const struct break_even *of, double *rates)
{
    static const double steps[] = {1, 2, 5};
    static const double usual_most = 1000;
    double most = all_pays_from(of);
    size_t n = 0;
    most = isnan(most) ? usual_most : 2 * most;
    for (double ten = 1; n + ARRAY_LEN(steps) < ROWS_MAX; ten *= 10)
        for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
            rates[n++] = steps[i] * ten;
            if (rates[n - 1] >= most)
                return n;
        }
    return n;
}

node_t *break_even_rows(const struct break_even *of)
{
    const double marked[] = {keep_pays_money(&of->keep), keep_pays_energy(&of->keep), of->seen_per_hour};
    AUTOFREE double *rates = xcalloc((of->n > ROWS_MAX ? of->n : ROWS_MAX) + ARRAY_LEN(marked), sizeof(*rates));
    size_t n = of->n ? of->n : usual_rates(of, rates);
    for (size_t i = 0; i < of->n; i++)
        rates[i] = of->rates[i];
    for (size_t i = 0; i < ARRAY_LEN(marked); i++)
        if (!isnan(marked[i]))
            rates[n++] = marked[i];
    stat_sort(rates, n);
    node_t *rows = node_new_array();
    for (size_t i = 0; i < n; i++)
        if (i == 0 || rates[i] != rates[i - 1])
            node_push(rows, row_of(of, rates[i]));
    return rows;
}
