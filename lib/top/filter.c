/* Which rows a filter lets through. */
#include <string.h>
#include <strings.h>

#include "top/rows.h"

static bool word_matches(const struct row *row, const char *word)
{
    const char *equal = strchr(word, '=');
    if (!equal || equal == word)
        return strcasestr(row->key, word);
    AUTOFREE char *name = xstrndup(word, (size_t)(equal - word));
    const char *value = row_label(row, name);
    if (strcmp(name, "name") == 0)
        value = row->key;
    else if (row->context && strcmp(name, "context") == 0)
        value = row->context;
    return value && strcmp(value, equal + 1) == 0;
}

bool row_matches(const struct row *row, const struct strv *words)
{
    for (size_t i = 0; i < words->n; i++) {
        const char *word = words->v[i];
        bool is_not = *word == '!' && word[1];
        if (word_matches(row, word + is_not) == is_not)
            return false;
    }
    return true;
}
