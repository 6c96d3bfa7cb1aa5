#include "plugin.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/program.h"
#include "base/str.h"

/* No slash, no leading dash: a noun, never a path. */
static bool is_noun(const char *word)
{
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return islower((unsigned char)word[0]) && word[len] == '\0';
}

/* NULL: none. */
static char *find(const char *noun)
{
    AUTOFREE char *name = xasprintf("aiwf-%s", noun);
    return is_noun(noun) ? program_find(name) : NULL;
}

bool plugin_is_there(const char *noun)
{
    AUTOFREE char *path = find(noun);
    return path != NULL;
}

bool plugin_run(int argc, char *const *argv, int *ret_code)
{
    AUTOFREE char *path = find(argv[0]);
    if (!path)
        return false;
    AUTOFREE char *name = xasprintf("aiwf-%s", argv[0]);

    CLEANUP(strv_release) struct strv words = STRV_INIT;
    strv_add(&words, name);
    for (int i = 1; i < argc; i++)
        strv_add(&words, argv[i]);
    const struct program plugin = {.path = path, .argv = words.v, .env = environ};
    pid_t pid;
    if (program_start(&plugin, &pid) != 0)
        return false;
    int status = program_wait(pid);
    *ret_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
}
