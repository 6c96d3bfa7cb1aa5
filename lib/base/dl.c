#include "base/dl.h"

#include <dlfcn.h>
#include <string.h>

int dl_bind(struct dl_library *library, struct err *err)
{
    if (library->handle)
        return 0;

    void *handle = NULL;
    for (const char *const *soname = library->sonames; !handle && *soname; soname++)
        handle = dlopen(*soname, RTLD_LAZY | RTLD_LOCAL);
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
