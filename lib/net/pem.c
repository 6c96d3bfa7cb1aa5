/* Certificates and keys that are texts, as files for a libcurl that takes nothing else (GnuTLS'): in memory, and without a name. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/transfer.h"

struct pem_file {
    const char *pem; /* the client's, which it keeps to its end */
    int fd;
};

static int file_of(const char *pem)
{
    int fd = memfd_create("aiwf-pem", MFD_CLOEXEC);
    size_t len = strlen(pem);
    if (fd < 0 || write(fd, pem, len) == (ssize_t)len)
        return fd;
    close(fd);
    return -1;
}

static int find_or_make(struct http *http, const char *pem)
{
    for (size_t i = 0; i < http->n_pem_files; i++)
        if (http->pem_files[i].pem == pem)
            return http->pem_files[i].fd;
    int fd = file_of(pem);
    if (fd >= 0) {
        http->pem_files = xrealloc(http->pem_files, (http->n_pem_files + 1) * sizeof(*http->pem_files));
        http->pem_files[http->n_pem_files++] = (struct pem_file){pem, fd};
    }
    return fd;
}

bool pem_path(struct http *http, const char *pem, struct str *path)
{
    int fd = find_or_make(http, pem);
    str_addf(path, "/proc/self/fd/%d", fd);
    return fd >= 0;
}

void pem_files_free(struct http *http)
{
    for (size_t i = 0; i < http->n_pem_files; i++)
        close(http->pem_files[i].fd);
    free(http->pem_files);
}
