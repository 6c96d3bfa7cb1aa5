#include "serverless/features.h"

#include <string.h>

#include "serverless/container.h"

static const struct function_detail nothing;

const struct function_detail *function_detail(const struct function_spec *spec) { return spec->detail ? spec->detail : &nothing; }

static bool has_volume(const struct function_detail *detail, bool writable, const char *kind, const char *or_kind)
{
    for (size_t i = 0; i < detail->volumes.n; i++) {
        const char *source = container_source_of(detail->volumes.v[i]);
        bool is_it = str_starts(source, kind) || (or_kind && str_starts(source, or_kind));
        if (is_it && (!writable || !str_ends(source, ":ro")))
            return true;
    }
    return false;
}

#define X(ident, option_, help_, given) {.name = #ident, .option = (option_), .help = (help_)},
const struct function_feature_info function_features[FEATURE_COUNT] = {FUNCTION_FEATURES(X)};
#undef X

bool function_says(const struct function_spec *s, enum function_feature feature)
{
    const struct function_detail *d = function_detail(s);
    switch (feature) {
#define X(ident, option, help, given) \
    case FEATURE_##ident:             \
        return (given);
        FUNCTION_FEATURES(X)
#undef X
    case FEATURE_COUNT:
        break;
    }
    return false;
}

/* "local, openfaas"; empty: none. */
static void who_has(enum function_feature feature, struct str *s)
{
    for (const struct runtime *const *runtime = runtimes; *runtime; runtime++)
        if ((*runtime)->support && (*runtime)->support[feature].as)
            str_addf(s, "%s--runtime %s", s->len ? ", " : "", (*runtime)->name);
}

static int lacks(const struct runtime *runtime, enum function_feature feature, struct err *err)
{
    CLEANUP(str_release) struct str others = STR_INIT;
    const struct function_support *support = &runtime->support[feature];
    const char *option = function_features[feature].option;
    if (support->why_not)
        err_set(err, ERR_USAGE, "%s: %s", option, support->why_not);
    else
        err_set(err, ERR_USAGE, "%s: %s has no such thing (%s)", option, runtime->name, function_features[feature].help);
    who_has(feature, &others);
    return others.len ? err_hint(err, "%s; which has what: aiwf function runtimes", others.buf) : -1;
}

int function_check(const struct runtime *runtime, const struct function_spec *spec, struct err *err)
{
    for (enum function_feature i = 0; runtime->support && i < FEATURE_COUNT; i++) {
        bool is_said = function_says(spec, i);
        if (is_said && !runtime->support[i].as)
            return lacks(runtime, i, err);
        if (is_said || !runtime->support[i].required || spec->object)
            continue;
        err_set(err, ERR_USAGE, "a function of %s needs %s", runtime->name, function_features[i].help);
        return err_hint(err, "%s", function_features[i].option);
    }
    return 0;
}
