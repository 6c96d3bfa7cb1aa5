#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/sig.h"
#include "cmd.h"

/* A closed standard descriptor (aiwf ... >&-) would be given to the next file that is opened, which would then
 * receive what is meant for stdout. It is held by a descriptor that fails when used, except stderr, which is mute. */
static void hold_standard_descriptors(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
            _exit(ERR_FAILED);
}

int main(int argc, char **argv)
{
    hold_standard_descriptors();
    sig_install();
    int code = cli_main(argc - 1, argv + 1);
#ifndef __SANITIZE_ADDRESS__
    /* What libcurl's thirty libraries do at the end is for programs that go on: it takes 3 MB and a millisecond. */
    fflush(NULL);
    _exit(code);
#endif
    return code;
}
