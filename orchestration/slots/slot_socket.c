#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "orchestration/slots/slot_socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int make_address(struct sockaddr_un *a, const char *path,
                        struct err *err)
{
    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(a->sun_path))
        return err_set(err, ERR_USAGE, "'%.200s' is too long for a socket",
                       path);
    memcpy(a->sun_path, path, strlen(path) + 1);
    return 0;
}

/* Room for a message, whatever the system's default. */
static int open_socket(struct err *err)
{
    const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    const int room = 2 * SLOT_MESSAGE_MAX;

    if (fd < 0)
        return err_set(err, ERR_SYSTEM, "cannot open a socket: %s",
                       strerror(errno));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    return fd;
}

int slot_socket_listen(int *fd, const char *path, struct err *err)
{
    struct sockaddr_un a;

    if (make_address(&a, path, err) < 0 || (*fd = open_socket(err)) < 0)
        return -1;
    if (bind(*fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
        listen(*fd, SLOT_SOCKET_CLIENTS) == 0)
        return 0;
    err_set(err, ERR_SYSTEM, "cannot listen on '%s': %s", path,
            strerror(errno));
    close(*fd);
    return -1;
}

int slot_socket_connect(int *fd, struct err *err)
{
    const char *path = getenv(SLOT_SOCKET_PATH);
    struct sockaddr_un a;

    if (!path)
        return err_set(err, ERR_USAGE,
                       "there are no slots: " SLOT_SOCKET_PATH
                       " is not set, as it is under `papline-slot serve`");
    if (make_address(&a, path, err) < 0 || (*fd = open_socket(err)) < 0)
        return -1;
    if (connect(*fd, (struct sockaddr *)&a, sizeof(a)) == 0)
        return 0;
    err_set(err, ERR_AGAIN, "cannot reach the slots at '%s': %s", path,
            strerror(errno));
    close(*fd);
    return -1;
}

int slot_socket_send(int fd, const struct slot_message *m, struct err *err)
{
    struct buf b = {0};
    int rc = slot_message_write(m, &b, err);

    if (rc == 0 && send(fd, b.data, b.len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        rc = err_set(err, ERR_AGAIN, "cannot send to the slots: %s",
                     strerror(errno));
    buf_release(&b);
    return rc;
}

int slot_socket_receive(int fd, struct slot_message *m, char *bytes,
                        struct err *err)
{
    const ssize_t n = recv(fd, bytes, SLOT_MESSAGE_MAX, MSG_TRUNC);

    if (n < 0 && errno == EINTR)
        return err_set(err, ERR_AGAIN, "interrupted");
    if (n <= 0)
        return 0;
    return slot_message_read(m, bytes, (size_t)n, err) < 0 ? -1 : 1;
}
