#include "orchestration/scheduler/process_log.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    TAIL_LINES = 10, /* that are said again */
    TAIL_BYTES = 8192,
    JUST_ABOVE = 5, /* lines: not so many are said again */
};

int process_log_open(struct process_log *p, int *out, struct err *err)
{
    int end[2];

    *p = (struct process_log){.in = -1, .file = -1};
    if (pipe(end) < 0)
        return err_set(err, ERR_SYSTEM, "cannot make a pipe: %s",
                       strerror(errno));
    fcntl(end[0], F_SETFD, FD_CLOEXEC);
    fcntl(end[1], F_SETFD, FD_CLOEXEC);
    fcntl(end[0], F_SETFL, O_NONBLOCK);
    p->in = end[0];
    *out = end[1];
    return 0;
}

void process_log_begin(struct process_log *p, const char *run_dir,
                       const char *step, const char *host, long pid)
{
    char dir[FILE_PATH_MAX];
    struct err err = {0};

    if (file_path(dir, &err, "%s/logs/%s", run_dir, step) == 0 &&
        file_dir_make(dir, &err) == 0 &&
        file_path(p->path, &err, "%s/%s-%ld.log", dir, host, pid) == 0)
        p->file =
            open(p->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (p->file < 0)
        log_warn("no log of a process is kept: %s",
                 err.code ? err.text : strerror(errno));
}

static void pass_line(struct process_log *p, const char *before)
{
    p->line[p->n] = '\0';
    if (p->n > 0)
        log_pass(before, p->line);
    if (p->n > 0)
        p->said = log_count();
    p->n = 0;
}

static void take_bytes(struct process_log *p, const char *text, size_t n,
                       const char *before)
{
    for (size_t i = 0; i < n; i++) {
        const bool ends = text[i] == '\n' || text[i] == '\r';

        if (ends || p->n == sizeof(p->line) - 1)
            pass_line(p, before);
        if (!ends && text[i] != '\0')
            p->line[p->n++] = text[i];
    }
}

static void keep_bytes(struct process_log *p, const char *text, size_t n)
{
    while (n > 0) {
        const ssize_t put = p->file < 0 ? -1 : write(p->file, text, n);

        if (put < 0)
            return; /* a full disk does not end the run */
        text += put;
        n -= (size_t)put;
    }
}

void process_log_read(struct process_log *p, const char *before)
{
    char bytes[4096];
    ssize_t n;

    while (p->in >= 0 && (n = read(p->in, bytes, sizeof(bytes))) > 0) {
        keep_bytes(p, bytes, (size_t)n);
        take_bytes(p, bytes, (size_t)n, before);
    }
}

void process_log_close(struct process_log *p, const char *before)
{
    process_log_read(p, before);
    pass_line(p, before);
    if (p->in >= 0)
        close(p->in);
    if (p->file >= 0)
        close(p->file);
    p->in = p->file = -1;
}

/* --- again ---------------------------------------------------------------- */

/* The end of a file, of at most 'size' - 1 bytes. */
static void read_end(const char *path, char *text, size_t size)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const off_t length = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    const off_t room = (off_t)size - 1;
    const ssize_t n =
        fd < 0 ? 0
               : pread(fd, text, size - 1, length > room ? length - room : 0);

    text[n > 0 ? n : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* Where the last TAIL_LINES lines of a text begin. */
static char *find_tail(char *text)
{
    char *at = text + strlen(text);

    for (int n = 0; at > text; at--)
        if (at[-1] == '\n' && at[0] != '\0' && ++n == TAIL_LINES)
            break;
    return at;
}

void process_log_show(const char *path, size_t said)
{
    char text[TAIL_BYTES], *line, *rest;

    if (said > 0 && log_count() - said <= JUST_ABOVE) {
        log_warn("its log: %s", path);
        return;
    }
    read_end(path, text, sizeof(text));
    log_warn("its log: %s%s", path, text[0] ? ", which ends" : "");
    for (line = strtok_r(find_tail(text), "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest))
        log_pass("    ", line);
}
