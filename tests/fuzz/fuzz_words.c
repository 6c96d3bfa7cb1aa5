/* Any line splits, and quoted words read back the same; any words parse, or fail as wrong usage. */
#include "fuzz.h"

#include <string.h>

#include "cmd.h"
#include "split.h"

static void quote(struct str *s, const char *word)
{
    str_addc(s, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            str_add(s, "'\\''");
        else
            str_addc(s, *word);
    }
    str_add(s, "' ");
}

static void check_goes_round(const struct strv *words)
{
    CLEANUP(str_release) struct str line = STR_INIT;
    for (size_t i = 0; i < words->n; i++)
        quote(&line, words->v[i]);
    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv again = STRV_INIT;
    fuzz_require(words_split(line.buf, &again, &err) == 0, "quoted words split");
    fuzz_require(again.n == words->n, "into as many");
    for (size_t i = 0; i < words->n; i++)
        fuzz_require(strcmp(again.v[i], words->v[i]) == 0, "and the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTOFREE char *line = xstrndup((const char *)data, size);
    CLEANUP(strv_release) struct strv typed = STRV_INIT;
    words_split_typed(line, &typed);
    fuzz_require(typed.n > 0, "a line that is being typed has a last word");

    CLEANUP(err_release) struct err err = ERR_INIT;
    CLEANUP(strv_release) struct strv words = STRV_INIT;
    if (words_split(line, &words, &err) != 0) {
        fuzz_require(err.code == ERR_USAGE, "an open quote is wrong usage");
        return 0;
    }
    check_goes_round(&words);

    struct cli cli;
    cli_init(&cli);
    int rc = cli_parse(&cli, (int)words.n, words.v, &err);
    fuzz_require((rc == 0) == (err.code == ERR_OK), "an error exactly when it fails");
    fuzz_require(rc == 0 || err.code == ERR_USAGE, "which is wrong usage");
    cli_release(&cli);
    return 0;
}
