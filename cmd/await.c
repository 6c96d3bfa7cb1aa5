/* What a wait is for may come later than the wait: scripts submit and wait side by side. */
#include "base/clock.h"
#include "cmd.h"
#include "wait/wait.h"

/* Servers that restart are waited for, too. */
static bool passes(enum err_code code)
{
    return code == ERR_NOT_FOUND || code == ERR_UNREACHABLE || code == ERR_TIMEOUT || code == ERR_FAILED || code == ERR_CAPACITY;
}

static enum wait_state look(void *arg, struct str *note, struct err *err)
{
    const struct cli_awaited *awaited = arg;
    if (awaited->find(awaited->arg, err) == 0) {
        str_add(note, "there\t");
        return WAIT_DONE;
    }
    if (err->code == ERR_NOT_FOUND)
        str_add(note, "missing\tnot there yet");
    return passes(err->code) ? WAIT_PENDING : WAIT_FAILED;
}

int cli_await(struct cli *cli, struct cli_awaited *awaited, int64_t *timeout_ms, struct err *err)
{
    int64_t start = clock_mono_ms();
    if (awaited->find(awaited->arg, err) == 0)
        return 0;
    if (!passes(err->code))
        return -1;
    err_clear(err);
    CLEANUP(progress_free) struct progress *progress = cli_progress(cli);
    const struct wait wait = {
        .what = awaited->what,
        .look = look,
        .arg = awaited,
        .timeout_ms = *timeout_ms < WAIT_BLIND_MS ? *timeout_ms : 0,
        .progress = progress,
        .resume = awaited->resume,
        .is_to_come = true,
    };
    if (wait_for(&wait, err) != 0)
        return -1;
    int64_t left = *timeout_ms - (clock_mono_ms() - start);
    if (*timeout_ms)
        *timeout_ms = left > 0 ? left : 1;
    return 0;
}
