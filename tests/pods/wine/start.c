/* Starts each command line of a file, in which a zero byte ends each, exactly as it is written; \1 goes before each. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

static char text[1 << 22];

int main(int count, char **arguments) {
    FILE *file = fopen(arguments[1], "rb");
    size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
    for (char *line = text; line < text + size; line += strlen(line) + 1) {
        STARTUPINFOA startup = {.cb = sizeof startup};
        PROCESS_INFORMATION process;
        char *copy = _strdup(line); /* CreateProcess may write to it */
        printf("\1");
        fflush(stdout);
        if (CreateProcessA(NULL, copy, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process)) {
            if (WaitForSingleObject(process.hProcess, 20000) != WAIT_OBJECT_0)
                TerminateProcess(process.hProcess, 1);
            CloseHandle(process.hProcess);
            CloseHandle(process.hThread);
        }
        free(copy);
    }
    return 0;
}
