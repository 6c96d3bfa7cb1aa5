/* The settings of contexts: their table, their schema, their values. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "conf/conf.h"
#include "conf/endpoint.h"

const struct setting_info setting_infos[SETTING_COUNT] = {
#define X(ident, key_, env_, type_, help_) \
    [SETTING_##ident] = {.key = (key_), .env = (env_), .help = (help_), .type = SETTING_##type_},
    CONTEXT_SETTINGS(X)
#undef X
};

#define FIELD_OF_TEXT   .type = FIELD_STRING
#define FIELD_OF_URL    .type = FIELD_STRING
#define FIELD_OF_PATH   .type = FIELD_STRING
#define FIELD_OF_BOOL   .type = FIELD_BOOL
#define FIELD_OF_NUMBER .type = FIELD_NUMBER, .min = 0, .max = 1e12

static const struct field context_fields[] = {
#define X(ident, key, env, type_, help_) {.name = (key), FIELD_OF_##type_, .help = (help_)},
    CONTEXT_SETTINGS(X)
#undef X
        {0},
};

const struct field conf_schema[] = {
    {.name = "current-context", .type = FIELD_STRING, .help = "the context to use when none is given", .missing = "local"},
    {.name = "contexts", .type = FIELD_MAP, .item = FIELD_OBJECT, .fields = context_fields, .help = "contexts by name"},
    {0},
};

const char *origin_name(enum origin origin)
{
    switch (origin) {
    case ORIGIN_FLAG:
        return "flag";
    case ORIGIN_ENV:
        return "environment";
    case ORIGIN_FILE:
        return "file";
    case ORIGIN_DEFAULT:
        break;
    }
    return "default";
}

static char *bad_value(const char *where, const char *text, const char *wanted, struct err *err)
{
    err_set(err, ERR_USAGE, "%s: \"%s\" is not %s", where, text, wanted);
    return NULL;
}

static char *path_value(const char *text, const char *base)
{
    if (str_starts(text, "~/"))
        return path_home(text + 2);
    AUTOFREE char *here = base ? NULL : getcwd(NULL, 0);
    return path_resolve(base ? base : here ? here : "/", text);
}

static char *url_value(const char *text, const char *where, struct err *err)
{
    CLEANUP(err_release) struct err fault = ERR_INIT;
    char *url = endpoint_check(text, &fault);
    if (url)
        return url;
    AUTOFREE char *what = xasprintf("%s: %s", where, fault.what);
    free(fault.what);
    fault.what = TAKE(what);
    err_move(err, &fault);
    return NULL;
}

char *setting_value(enum setting setting, const char *text, const char *where, const char *base, struct err *err)
{
    double number;
    if (!*text)
        return bad_value(where, text, "a value", err);
    switch (setting_infos[setting].type) {
    case SETTING_URL:
        return url_value(text, where, err);
    case SETTING_PATH:
        return path_value(text, base);
    case SETTING_BOOL:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            return bad_value(where, text, "true or false", err);
        break;
    case SETTING_NUMBER:
        if (!str_to_num(text, &number) || number < 0)
            return bad_value(where, text, "a number of 0 or more", err);
        break;
    case SETTING_TEXT:
        break;
    }
    return xstrdup(text);
}

const char *context_get(const struct context *context, enum setting setting) { return context->values[setting]; }

void context_release(struct context *context)
{
    free(context->name);
    for (size_t i = 0; i < SETTING_COUNT; i++)
        free(context->values[i]);
    *context = (struct context){0};
}
