/*
 * terminal.c - what a command shows on a terminal
 *
 *     terminal COLUMNS COMMAND...
 *
 * runs COMMAND on a pseudo-terminal that is so wide, and prints each line that
 * is left on it, and with "~" before it each that was written over; what does
 * not fit goes on in the next line with "+" before it.  Ends with the status of
 * COMMAND.
 */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COLUMNS_MAX = 1000 };

static char row[COLUMNS_MAX + 1];
static int columns, at, n; /* of it; where the cursor is; bytes of the row */

static void print_row(const char *before)
{
    printf("%s%.*s\n", before, n, row);
}

static void put_byte(char c)
{
    static char escape[8];
    static size_t n_escape;
    static bool returned;

    if (returned && c != '\n' && n > 0)
        print_row("~");
    returned = c == '\r';

    if (c == '\033' || n_escape > 0) {
        escape[n_escape++] = c;
        if (n_escape == 3) {
            if (memcmp(escape, "\033[K", 3) == 0)
                n = at;
            n_escape = 0;
        }
        return;
    }
    if (c == '\n') {
        print_row("");
        n = 0;
    }
    if (c == '\r' || c == '\n') {
        at = 0;
        return;
    }
    if (at == columns) {
        print_row("+");
        at = n = 0;
    }
    row[at++] = c;
    n = at > n ? at : n;
}

_Noreturn static void run_command(const char *terminal, char **argv)
{
    const struct winsize size = {.ws_row = 24,
                                 .ws_col = (unsigned short)columns};
    int fd;

    setsid();
    fd = open(terminal, O_RDWR);
    if (fd < 0 || ioctl(fd, TIOCSWINSZ, &size) < 0)
        _exit(126);
    for (int k = 0; k < 3; k++)
        dup2(fd, k);
    execvp(argv[0], argv);
    _exit(127);
}

int main(int argc, char **argv)
{
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    char bytes[4096];
    ssize_t got;
    int status;
    pid_t pid;

    columns = argc > 2 ? atoi(argv[1]) : 0;
    if (columns < 1 || columns > COLUMNS_MAX || master < 0 ||
        grantpt(master) < 0 || unlockpt(master) < 0) {
        fprintf(stderr, "usage: terminal COLUMNS COMMAND...\n");
        return 2;
    }
    pid = fork();
    if (pid == 0)
        run_command(ptsname(master), argv + 2);
    /* it ends with EIO when the last process has closed the terminal */
    while ((got = read(master, bytes, sizeof(bytes))) > 0 || errno == EINTR)
        for (ssize_t i = 0; i < got; i++)
            put_byte(bytes[i]);
    if (n > 0)
        print_row("");
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
