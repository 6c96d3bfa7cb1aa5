#include "base/dl.h"

#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of a smaller one there is less to give back than one fault reads again. */
enum { WORTH_RELEASING = 16 << 10 };

struct release {
    uintptr_t page;
    size_t skip; /* so many objects, in the order of their loading, are left as they are */
};

static int release_one(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    struct release *release = data;
    if (release->skip > 0) {
        release->skip--;
        return 0;
    }
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || segment->p_flags & PF_W)
            continue;
        uintptr_t mask = release->page - 1, begin = info->dlpi_addr + segment->p_vaddr;
        uintptr_t first = (begin + mask) & ~mask, end = (begin + segment->p_memsz) & ~mask;
        if (first < end && end - first >= WORTH_RELEASING)
            madvise((void *)first, end - first, MADV_DONTNEED);
    }
    return 0;
}

static void release_after(size_t skip)
{
    struct release release = {.page = (uintptr_t)sysconf(_SC_PAGESIZE), .skip = skip};
    dl_iterate_phdr(release_one, &release);
}

void dl_release_pages(void) { release_after(0); }

static int count_one(struct dl_phdr_info *info, size_t size, void *count)
{
    (void)info, (void)size;
    ++*(size_t *)count;
    return 0;
}

/* What was there before is what loads the next one: its pages would be read again. */
static void load_before(const char *const *sonames)
{
    size_t there = 0;
    dl_iterate_phdr(count_one, &there);
    for (; *sonames; sonames++) {
        dlopen(*sonames, RTLD_LAZY | RTLD_LOCAL);
        release_after(there);
    }
}

int dl_bind(struct dl_library *library, struct err *err)
{
    if (library->handle)
        return 0;

    void *handle = NULL;
    if (library->before)
        load_before(library->before);
    for (const char *const *soname = library->sonames; !handle && *soname; soname++)
        handle = dlopen(*soname, RTLD_LAZY | RTLD_LOCAL);
    if (library->before)
        dl_release_pages();
    if (!handle) {
        err_set(err, ERR_FAILED, "cannot load %s", library->sonames[0]);
        err_why(err, "%s", dlerror());
        return err_hint(err, "apt-get install %s", library->package);
    }
    for (const struct dl_symbol *symbol = library->symbols; symbol->name; symbol++) {
        void *address = dlsym(handle, symbol->name);
        if (!address) {
            dlclose(handle);
            err_set(err, ERR_FAILED, "%s has no symbol %s", library->sonames[0], symbol->name);
            return err_hint(err, "apt-get install --reinstall %s", library->package);
        }
        memcpy((char *)library->table + symbol->offset, &address, sizeof(address));
    }
    library->handle = handle;
    return 0;
}

void dl_need(struct dl_library *library)
{
    CLEANUP(err_release) struct err err = ERR_INIT;
    if (dl_bind(library, &err) == 0)
        return;
    fprintf(stderr, "error: %s\n  try: %s\n", err.what, err.hint);
    _exit(1);
}
