#include "base/dl.h"

#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of a smaller one the pages cost less than to ask for them, and to read again what is needed. */
enum { WORTH_RELEASING = 256 << 10 };

static int release_one(struct dl_phdr_info *info, size_t size, void *page)
{
    (void)size;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || segment->p_flags & PF_W)
            continue;
        uintptr_t mask = *(uintptr_t *)page - 1, begin = info->dlpi_addr + segment->p_vaddr;
        uintptr_t first = (begin + mask) & ~mask, end = (begin + segment->p_memsz) & ~mask;
        if (first < end && end - first >= WORTH_RELEASING)
            madvise((void *)first, end - first, MADV_DONTNEED);
    }
    return 0;
}

void dl_release_pages(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(release_one, &page);
}

static void *load(const char *soname)
{
    void *handle = dlopen(soname, RTLD_LAZY | RTLD_LOCAL);
    dl_release_pages();
    return handle;
}

int dl_bind(struct dl_library *library, struct err *err)
{
    if (library->handle)
        return 0;

    void *handle = NULL;
    for (const char *const *soname = library->before; soname && *soname; soname++)
        load(*soname);
    for (const char *const *soname = library->sonames; !handle && *soname; soname++)
        handle = load(*soname);
    if (!handle) {
        err_set(err, ERR_FAILED, "cannot load %s", library->sonames[0]);
        err_why(err, "%s", dlerror());
        return err_hint(err, "apt-get install %s", library->package);
    }
    for (const struct dl_symbol *symbol = library->symbols; symbol->name; symbol++) {
        void *address = dlsym(handle, symbol->name);
        if (!address) {
            dlclose(handle);
            return err_set(err, ERR_FAILED, "%s has no symbol %s", library->sonames[0], symbol->name);
        }
        memcpy((char *)library->table + symbol->offset, &address, sizeof(address));
    }
    library->handle = handle;
    return 0;
}
