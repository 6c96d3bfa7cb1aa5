/* Whatever a server answers becomes a result or an error, and a result can be written as a document. */
#include "fuzz.h"

#include "metrics/prom.h"

static void check_series(const struct prom_result *result)
{
    for (size_t i = 0; i < result->n; i++) {
        const struct prom_series *series = &result->series[i];
        fuzz_require(result->type == PROM_MATRIX || series->n_points == 1, "an instant value has one point");
        for (size_t k = 0; k < series->n_points; k++)
            fuzz_require(series->points[k].text != NULL, "a point has its text");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(prom_result_release) struct prom_result result = PROM_RESULT_INIT;
    AUTOFREE char *text = xstrndup((const char *)data, size); /* http gives a terminated body */
    int rc = prom_parse(size & 1 ? 200 : 400, text, strlen(text), NULL, &result, &err);
    fuzz_require((rc == 0) == (err.what == NULL), "an error exactly when there is no result");
    if (rc != 0) {
        fuzz_require(result.n == 0 && !result.series, "nothing is left of what was refused");
        return 0;
    }
    check_series(&result);
    CLEANUP(node_free) node_t *doc = prom_document(&result);
    fuzz_require(node_len(doc) == result.n, "a document has every series");
    CLEANUP(str_release) struct str json = STR_INIT;
    json_print(doc, &json);
    return 0;
}
