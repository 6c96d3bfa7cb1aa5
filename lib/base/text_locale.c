#include "base/text_locale.h"

#include <locale.h>
#include <stdbool.h>

void text_locale_use(void)
{
    static bool is_used;
    if (!is_used)
        setlocale(LC_CTYPE, "");
    is_used = true;
}
