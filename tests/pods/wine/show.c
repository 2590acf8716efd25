/* Prints its arguments, each in brackets: what a program got of its command line. */
#include <stdio.h>

int main(int count, char **arguments) {
    for (int i = 1; i < count; i++)
        printf("[%s]", arguments[i]);
    printf("!");
    return 0;
}
