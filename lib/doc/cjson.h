/* cJSON's functions (1.7), bound when the first node is made: a start that makes none does without the library. For lib/doc only. */
#ifndef DOC_CJSON_H
#define DOC_CJSON_H

#include <cjson/cJSON.h>

struct cjson_lib {
    void (*init_hooks)(cJSON_Hooks *hooks);
    void (*free)(cJSON *node);
    cJSON_bool (*add)(cJSON *array, cJSON *item);
    cJSON_bool (*add_named)(cJSON *object, const char *name, cJSON *item);
    cJSON_bool (*add_reference)(cJSON *array, cJSON *item);
    cJSON *(*detach)(cJSON *parent, cJSON *item);
    cJSON_bool (*replace)(cJSON *parent, cJSON *item, cJSON *by);
    cJSON_bool (*replace_named)(cJSON *object, const char *name, cJSON *by);
    cJSON_bool (*compare)(const cJSON *a, const cJSON *b, cJSON_bool by_case);
};
/* Bound once there is a node. */
extern struct cjson_lib cjson;

/* As dl_need. */
void cjson_bind(void);

#endif
