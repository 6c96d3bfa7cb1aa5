/* Whatever an exporter answers becomes samples or an error, and samples become series that can be asked for. */
#include "fuzz.h"

#include "metrics/promql.h"

static void check_sample(const struct exposition_sample *sample)
{
    struct exposition_label labels[EXPOSITION_MAX_LABELS + 1];
    size_t n = exposition_labels(sample->series, labels);
    fuzz_require(n >= 1, "a series that was read can be read again");
    for (size_t i = 0; i < n; i++) {
        AUTOFREE char *value = xmalloc(labels[i].value.len + 1);
        fuzz_require(exposition_unescape(labels[i].value, value) <= labels[i].value.len, "escapes only get shorter");
    }
}

static void ask(const struct memory *memory)
{
    static const char *const exprs[] = {"{__name__!=\"\"}", "sum by (job) ({__name__=~\".+\"})",
                                        "histogram_quantile(0.5, {le!=\"\"})"};
    for (size_t i = 0; i < ARRAY_LEN(exprs); i++) {
        CLEANUP(err_release) struct err err = ERR_INIT;
        CLEANUP(promql_free) struct promql *promql = promql_parse(exprs[i], &err);
        CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
        struct prom_query query = {0};
        int rc = promql_eval(promql, memory, &query, &result, &err);
        fuzz_require((rc == 0) == (err.what == NULL), "an error exactly when there is no answer");
        CLEANUP(node_free) node_t *doc = prom_document(&result);
        CLEANUP(str_release) struct str json = STR_INIT;
        json_print(doc, &json);
    }
}

/* Twice, and then not any more: all of it is stale. */
static void remember(const struct exposition *said)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory;
    memory_init(&memory);
    memory_add_target(&memory, "j", "i", &err);
    memory_want(&memory, NULL, 60000);
    for (int64_t at_ms = 1000; at_ms <= 2000; at_ms += 1000) {
        fuzz_require(memory_take(&memory, 0, said, at_ms, &err) == 0, "there is room for one answer");
        memory_end_round(&memory, at_ms);
    }
    ask(&memory);
    memory_lose(&memory, 0, 3000);
    memory_end_round(&memory, 3000);
    for (struct map_entry *entry = map_first(&memory.series); entry; entry = map_next(&memory.series, entry)) {
        const struct memory_series *series = entry->value;
        fuzz_require(!series->n || memory_is_stale(series->points[series->first + series->n - 1].value), "what is lost is stale");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(exposition_release) struct exposition said;
    int rc = exposition_parse(&said, (const char *)data, size, size & 1 ? EXPOSITION_OPENMETRICS : EXPOSITION_TEXT, &err);
    fuzz_require((rc == 0) == (err.what == NULL), "an error exactly when there are no samples");
    fuzz_require(rc == 0 || (!said.n && !said.samples), "nothing is left of what was refused");
    for (size_t i = 0; i < said.n; i++)
        check_sample(&said.samples[i]);
    if (rc == 0)
        remember(&said);
    return 0;
}
