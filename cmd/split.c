#include "split.h"

#include <string.h>

struct splitter {
    const char *at;
    struct str word;
    bool in_word; /* "" is a word too */
    char quote;   /* the one that is open, or 0 */
};

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void finish_word(struct splitter *splitter, struct strv *words)
{
    if (splitter->in_word)
        strv_add(words, splitter->word.buf);
    str_reset(&splitter->word);
    splitter->in_word = false;
}

static void add_escaped(struct splitter *splitter)
{
    char next = splitter->at[1];
    bool kept = splitter->quote == '"' && next != '"' && next != '\\';
    if (!next || kept)
        str_addc(&splitter->word, '\\');
    if (next)
        str_addc(&splitter->word, *++splitter->at);
    splitter->in_word = true;
}

static void add_char(struct splitter *splitter, struct strv *words)
{
    char c = *splitter->at;
    if (c == splitter->quote) {
        splitter->quote = '\0';
    } else if (c == '\\' && splitter->quote != '\'') {
        add_escaped(splitter);
    } else if (splitter->quote) {
        str_addc(&splitter->word, c);
    } else if (c == '"' || c == '\'') {
        splitter->quote = c;
        splitter->in_word = true;
    } else if (is_space(c)) {
        finish_word(splitter, words);
    } else {
        str_addc(&splitter->word, c);
        splitter->in_word = true;
    }
}

/* Returns the quote that stayed open, or 0. */
static char split(const char *line, struct strv *words, bool typed)
{
    struct splitter splitter = {.at = line, .word = STR_INIT};
    for (; *splitter.at; splitter.at++) {
        if (*splitter.at == '#' && !splitter.in_word && !splitter.quote)
            break;
        add_char(&splitter, words);
    }
    splitter.in_word = splitter.in_word || typed;
    finish_word(&splitter, words);
    str_release(&splitter.word);
    return splitter.quote;
}

int words_split(const char *line, struct strv *words, struct err *err)
{
    char open = split(line, words, false);
    return open ? err_set(err, ERR_USAGE, "a %c is not closed", open) : 0;
}

void words_split_typed(const char *line, struct strv *words) { split(line, words, true); }
