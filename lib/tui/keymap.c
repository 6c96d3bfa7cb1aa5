#include "tui/keymap.h"

#include <string.h>

static bool has_key(const struct key_binding *binding, int key)
{
    const int *keys = binding->keys;
    if (keys[1] == KEYMAP_TO)
        return key >= keys[0] && key <= keys[2];
    for (size_t i = 0; i < KEYMAP_KEYS; i++)
        if (keys[i] && keys[i] == key)
            return true;
    return false;
}

int keymap_find(const struct key_binding *bindings, size_t n, int key)
{
    for (size_t i = 0; i < n; i++)
        if (has_key(&bindings[i], key))
            return bindings[i].action;
    return -1;
}

void keymap_bar(const struct key_binding *bindings, size_t n, struct surface *s, int row)
{
    int col = 1;
    for (size_t i = 0; i < n; i++) {
        if (!bindings[i].bar || col + surface_width(s, bindings[i].bar) > s->cols)
            continue;
        size_t key_len = strcspn(bindings[i].bar, " ");
        AUTOFREE char *key = xstrndup(bindings[i].bar, key_len);
        col = surface_text(s, row, col, STYLE(TINT_CYAN, STYLE_BOLD), key);
        col = surface_text(s, row, col, STYLE_PLAIN, bindings[i].bar + key_len) + 2;
    }
}

int keymap_help(const struct key_binding *bindings, size_t n, struct surface *s, int row)
{
    enum { KEYS_WIDTH = 18 };
    for (size_t i = 0; i < n; i++) {
        if (!bindings[i].words)
            continue;
        surface_field(s, row, 2, KEYS_WIDTH, ALIGN_LEFT, STYLE(TINT_CYAN, STYLE_BOLD), bindings[i].words);
        surface_text(s, row, 2 + KEYS_WIDTH + 1, STYLE_PLAIN, bindings[i].help);
        row++;
    }
    return row;
}
