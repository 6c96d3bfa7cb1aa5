/* A secret, asked for at the terminal without showing it. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/sig.h"
#include "openstack.h"

enum { SECRET_MAX = 4096 };

/* Whether there is something to read; false at Ctrl-C, whenever that came. */
static bool is_readable(void)
{
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = sig_fd(), .events = POLLIN}};
    while (!sig_interrupted())
        if (poll(fds, 2, -1) > 0 && fds[0].revents)
            return !sig_interrupted();
    return false;
}

/* One line; false at its end without one, and at Ctrl-C. */
static bool read_line(char *text, size_t size)
{
    size_t len = 0;
    for (char c; is_readable() && read(STDIN_FILENO, &c, 1) == 1 && c != '\n';)
        if (c != '\r' && len + 1 < size)
            text[len++] = c;
    text[len] = '\0';
    return len > 0 && !sig_interrupted();
}

char *cli_secret(void *arg, const char *prompt)
{
    struct cli *cli = arg;
    struct termios before;
    char text[SECRET_MAX];
    CLEANUP(str_release) struct str safe = STR_INIT;
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return NULL;
    struct termios quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    str_add_safe(&safe, prompt, strlen(prompt), false);
    /* Before the prompt: what is typed as soon as that is seen must be neither shown nor thrown away. */
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    fputs(safe.buf, cli->err);
    fflush(cli->err);
    bool typed = read_line(text, sizeof(text));
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', cli->err);
    char *secret = typed ? xstrdup(text) : NULL;
    explicit_bzero(text, sizeof(text));
    return secret;
}
