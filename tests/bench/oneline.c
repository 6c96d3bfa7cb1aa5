#include <stdio.h>

int main(void)
{
    puts("one line");
    return 0;
}
