/* Functions, from the OpenFaaS gateway's metrics (gateway/metrics of openfaas/faas), which the local
 * gateway exports too; cold starts and energy are aiwf's own. */
#include <math.h>

#include "top/top.h"

#define RATE        "sum by (function_name) (rate(gateway_function_invocation_total[$W]))"
#define QUANTILE(q) "1000 * histogram_quantile(" #q ", sum by (le, function_name) (rate(gateway_functions_seconds_bucket[$W])))"
/* Energy names a function as it was deployed, the gateway as NAME.NAMESPACE. */
#define WATTS                                                                                                        \
    "sum by (function_name, source) (label_replace(rate(aiwf_workload_energy_joules_total{kind=\"function\"}[$W]), " \
    "\"function_name\", \"$1.openfaas-fn\", \"name\", \"([^.]*)\"))"

static const struct metric metrics[] = {
    {.id = "rps", .key = "function_name", .unit = UNIT_RATE, .expr = RATE},
    {.id = "p50_ms", .key = "function_name", .unit = UNIT_MS, .expr = QUANTILE(0.5)},
    {.id = "p95_ms", .key = "function_name", .unit = UNIT_MS, .expr = QUANTILE(0.95)},
    {.id = "p99_ms", .key = "function_name", .unit = UNIT_MS, .expr = QUANTILE(0.99)},
    {.id = "cold_ratio",
     .key = "function_name",
     .unit = UNIT_RATIO,
     .expr = "sum by (function_name) (rate(aiwf_function_cold_start_seconds_count[$W])) / " RATE},
    {.id = "error_ratio",
     .key = "function_name",
     .unit = UNIT_RATIO,
     .expr = "(sum by (function_name) (rate(gateway_function_invocation_total{code!~\"2..\"}[$W])) or 0 * " RATE ") / " RATE},
    {.id = "ready", .key = "function_name", .unit = UNIT_COUNT, .expr = "sum by (function_name) (gateway_service_count)"},
    {.id = "power_w", .key = "function_name", .unit = UNIT_W, .expr = WATTS},
    {.id = "energy_per_request_j",
     .key = "function_name",
     .unit = UNIT_J,
     .expr = WATTS " / on (function_name) group_left () " RATE},
    {.id = "energy_source", .key = "function_name", .unit = UNIT_TEXT, .label = "source", .expr = WATTS},
    {.id = "rps", .unit = UNIT_RATE, .expr = "sum(rate(gateway_function_invocation_total[$W]))"},
    {.id = "p95_ms",
     .unit = UNIT_MS,
     .expr = "1000 * histogram_quantile(0.95, sum by (le) (rate(gateway_functions_seconds_bucket[$W])))"},
    {0},
};

static const struct top_column columns[] = {
    {.title = "FUNCTION", .id = "name", .width = 14, .max_width = 40},
    {.title = "rps", .id = "rps", .width = 6, .importance = 90},
    {.title = "p50", .id = "p50_ms", .width = 5, .importance = 70},
    {.title = "p95", .id = "p95_ms", .width = 5, .importance = 80},
    {.title = "p99", .id = "p99_ms", .width = 5, .importance = 60},
    {.title = "cold", .id = "cold_ratio", .width = 5, .importance = 40},
    {.title = "ready", .id = "ready", .width = 5, .importance = 50},
    {.title = "J/req", .id = "energy_per_request_j", .width = 6, .importance = 30},
    {0},
};

static void summary(const struct state *state, const struct table *table, struct str *s)
{
    (void)state;
    double rps = reading_value(row_reading(table, &table->whole, "rps")),
           p95 = reading_value(row_reading(table, &table->whole, "p95_ms"));
    if (!isfinite(rps))
        return;
    str_add(s, "req/s ");
    unit_print(s, UNIT_RATE, rps);
    if (!isfinite(p95))
        return;
    str_add(s, "  p95 ");
    unit_print(s, UNIT_MS, p95);
}

const struct panel panel_functions = {
    .name = "functions",
    .title = "Functions",
    .order = 20,
    .importance = 40,
    .min_cols = 59,
    .metrics = metrics,
    .columns = columns,
    .summary = summary,
};
