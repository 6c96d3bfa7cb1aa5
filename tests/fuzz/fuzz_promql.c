/* Whatever somebody asks is an expression with an answer, or is refused with the reason. */
#include "fuzz.h"

#include "metrics/promql.h"

static void remember(struct memory *memory)
{
    static const char said_text[] =
        "up 1\nc{a=\"1\",b=\"x\"} 3\nc{a=\"2\",b=\"x\"} NaN\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\n";
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(exposition_release) struct exposition said;
    memory_init(memory);
    memory_add_target(memory, "j", "i", &err);
    memory_want(memory, NULL, 60000);
    fuzz_require(exposition_parse(&said, said_text, sizeof(said_text) - 1, EXPOSITION_TEXT, &err) == 0, "these are metrics");
    for (int64_t at_ms = 1000; at_ms <= 3000; at_ms += 1000) {
        memory_take(memory, 0, &said, at_ms, &err);
        memory_end_round(memory, at_ms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(memory_release) struct memory memory = {0};
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    AUTOFREE char *text = xstrndup((const char *)data, size);
    CLEANUP(promql_free) struct promql *promql = promql_parse(text, &err);
    fuzz_require((promql == NULL) == (err.what != NULL), "an error exactly when there is no expression");
    if (!promql)
        return 0;
    remember(&memory);
    promql_want(promql, &memory, 0);
    fuzz_require(promql_window_ms(promql) >= 0, "a window is not negative");
    struct prom_query query = {.range_ms = size & 1 ? 2000 : 0, .step_ms = 1000};
    int rc = promql_eval(promql, &memory, &query, &result, &err);
    fuzz_require((rc == 0) == (err.what == NULL), "an error exactly when there is no answer");
    fuzz_require(rc == 0 || !result.series, "nothing is left of what was refused");
    CLEANUP(node_free) node_t *doc = prom_document(&result);
    CLEANUP(str_release) struct str json = STR_INIT;
    json_print(doc, &json);
    return 0;
}
