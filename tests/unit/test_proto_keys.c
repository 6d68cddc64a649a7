/* test_proto_keys.c - key files; who gets through a guarded socket */
#include "base/buf.h"
#include "test_dir.h"
#include "worker/curve_keys.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <zmq.h>

static unsigned mode_of(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? st.st_mode & 0777 : 0;
}

static void check_make(void)
{
    struct curve_keypair server, worker, again;
    struct err err = {0};
    char **name = NULL;
    size_t n = 0;

    ok(curve_keys_make(dir, &err) == 0, "keys are made");
    ok(mode_of(in_dir("keys")) == 0700, "keys/ is private");
    ok(mode_of(in_dir("keys/server.key")) == 0600 &&
           mode_of(in_dir("keys/worker.key")) == 0600,
       "key files are private");
    ok(curve_keys_read(in_dir("keys/server.key"), &server, &err) == 0 &&
           curve_keys_read(in_dir("keys/worker.key"), &worker, &err) == 0,
       "key files are read");
    ok(strcmp(server.peer_key, worker.public_key) == 0 &&
           strcmp(worker.peer_key, server.public_key) == 0 &&
           strcmp(server.public_key, worker.public_key) != 0,
       "each knows the other's public key");
    ok(curve_keys_make(dir, &err) == 0 &&
           curve_keys_read(in_dir("keys/server.key"), &again, &err) == 0 &&
           memcmp(&again, &server, sizeof(again)) == 0,
       "keys that are there stay");
    ok(file_dir_list(dir, &name, &n, &err) == 0 && n == 1,
       "nothing temporary is left");
    file_dir_list_free(name, n);
    curve_keys_wipe(&server);
    ok(server.secret_key[0] == '\0', "keys are wiped");
}

/* Eight processes at once: all succeed, on the same keys. */
static void check_race(void)
{
    enum { N = 8 };
    const char *inner = in_dir("race");
    char **name = NULL;
    size_t n = 0;
    struct err err = {0};
    struct curve_keypair server, worker;
    int start[2], status, good = 0;
    char byte;

    ok(mkdir(inner, 0777) == 0 && pipe(start) == 0, "eight processes set out");
    for (int i = 0; i < N; i++)
        if (fork() == 0) {
            close(start[1]);
            while (read(start[0], &byte, 1) < 0) /* until the parent closes */
                ;
            _exit(curve_keys_make(inner, &err) < 0);
        }
    close(start[0]);
    close(start[1]);
    for (int i = 0; i < N; i++)
        good += wait(&status) > 0 && status == 0;
    ok(good == N, "eight at once: all return 0");
    ok(file_dir_list(inner, &name, &n, &err) == 0 && n == 1,
       "one keys/ is left");
    file_dir_list_free(name, n);
    ok(curve_keys_read(in_dir("race/keys/server.key"), &server, &err) == 0 &&
           curve_keys_read(in_dir("race/keys/worker.key"), &worker, &err) ==
               0 &&
           strcmp(server.peer_key, worker.public_key) == 0,
       "  and its files belong together");
    ok(file_dir_remove(inner, &err) == 0 && mkdir(inner, 0777) == 0 &&
           file_write(in_dir("race/keys"), "", 0, &err) == 0,
       "a file in the way");
    fails(curve_keys_make(inner, &err), err, ERR_USAGE, "is not a directory",
          "a file in the place of keys/ is refused");
    ok(file_dir_remove(inner, &err) == 0,
       "the directory of the race is removed");
}

static void check_open_to_others(void)
{
    struct curve_keypair kp;
    struct err err = {0};
    const char *path = in_dir("keys/worker.key");
    char text[200];

    snprintf(text, sizeof(text), "chmod 600 '%s'", path);
    for (unsigned bit = 01; bit <= 040; bit <<= 1) {
        if (chmod(path, 0600 | bit) < 0)
            ok(false, "chmod of worker.key");
        fails(curve_keys_read(path, &kp, &err), err, ERR_USAGE, text,
              "a key file open to others is refused");
    }
    ok(chmod(path, 0600) == 0 && curve_keys_read(path, &kp, &err) == 0,
       "chmod 600 mends it");
    ok(chmod(in_dir("keys"), 0750) == 0, "open keys/ to the group");
    fails(curve_keys_make(dir, &err), err, ERR_USAGE, "chmod 700",
          "keys/ open to others is refused");
    ok(chmod(in_dir("keys"), 0700) == 0, "keys/ is closed to the group again");
    fails(curve_keys_read(in_dir("keys"), &kp, &err), err, ERR_USAGE,
          "is not a regular file", "a directory is not a key file");
    fails(curve_keys_read(in_dir("none"), &kp, &err), err, ERR_USAGE,
          "cannot open key file", "a missing key file is refused");
    fails(curve_keys_make(in_dir("none"), &err), err, ERR_SYSTEM,
          "cannot make directory", "no run directory, no keys");
}

/* The text of a good file with 'from' replaced by 'to', parsed. */
static int parse_with(const struct curve_keypair *kp, const char *from,
                      const char *to, struct err *err)
{
    struct curve_keypair got;
    struct buf b = {0}, changed = {0};
    const char *at;
    int rc;

    buf_printf(&b, "papline-key 1\npublic  %s\nsecret  %s\npeer    %s\n",
               kp->public_key, kp->secret_key, kp->peer_key);
    at = strstr(b.data, from);
    buf_put(&changed, b.data, (size_t)(at - b.data));
    buf_puts(&changed, to);
    buf_puts(&changed, at + strlen(from));
    rc = curve_keys_parse(changed.data, &got, err);
    if (rc < 0 && (got.secret_key[0] || got.public_key[0]))
        ok(false, "keys of a refused file are zero");
    buf_release(&b);
    buf_release(&changed);
    return rc;
}

static void check_parse(void)
{
    struct curve_keypair kp, other;
    struct err err = {0};
    char longer[200];

    ok(curve_keys_read(in_dir("keys/worker.key"), &kp, &err) == 0,
       "worker.key is read");
    ok(parse_with(&kp, "1", "1", &err) == 0, "a good text is taken");
    fails(parse_with(&kp, "papline-key", "key", &err), err, ERR_USAGE,
          "not a key file", "another file is refused");
    fails(parse_with(&kp, " 1\n", " 2\n", &err), err, ERR_USAGE,
          "key file of version 2, this reads 1", "another version is refused");
    fails(parse_with(&kp, "peer", "pear", &err), err, ERR_USAGE,
          "damaged key file", "another word is refused");
    fails(parse_with(&kp, kp.peer_key + 1, kp.peer_key + 2, &err), err,
          ERR_USAGE, "damaged key file", "a short key is refused");
    snprintf(longer, sizeof(longer), "%s0", kp.peer_key);
    fails(parse_with(&kp, kp.peer_key, longer, &err), err, ERR_USAGE,
          "damaged key file", "a long key is refused");
    snprintf(longer, sizeof(longer), "~%s", kp.public_key + 1);
    fails(parse_with(&kp, kp.public_key, longer, &err), err, ERR_USAGE,
          "damaged key file", "a key not in Z85 is refused");
    snprintf(longer, sizeof(longer), "%s\nmore", kp.peer_key);
    fails(parse_with(&kp, kp.peer_key, longer, &err), err, ERR_USAGE,
          "damaged key file", "text after the keys is refused");
    ok(zmq_curve_keypair(other.public_key, other.secret_key) == 0,
       "a new pair of keys");
    fails(parse_with(&kp, kp.secret_key, other.secret_key, &err), err,
          ERR_USAGE, "do not belong together", "a foreign secret is refused");
}

static void check_file(void)
{
    struct curve_keypair kp;
    struct err err = {0};
    char long_text[600];

    memset(long_text, ' ', sizeof(long_text));
    ok(file_write_secret(in_dir("x.key"), long_text, 600, &err) == 0,
       "a long key file is written");
    fails(curve_keys_read(in_dir("x.key"), &kp, &err), err, ERR_USAGE,
          "x.key': not a key file", "a long file is refused");
    ok(file_write_secret(in_dir("x.key"), "a\0b", 3, &err) == 0,
       "a key file with a NUL is written");
    fails(curve_keys_read(in_dir("x.key"), &kp, &err), err, ERR_USAGE,
          "x.key': not a key file", "a file with a NUL is refused");
    ok(file_write_secret(in_dir("x.key"), "", 0, &err) == 0,
       "an empty key file is written");
    fails(curve_keys_read(in_dir("x.key"), &kp, &err), err, ERR_USAGE,
          "x.key': not a key file", "an empty file is refused");
    ok(file_write_secret(in_dir("x.key"), "papline-key 3", 13, &err) == 0,
       "a key file of version 3 is written");
    fails(curve_keys_read(in_dir("x.key"), &kp, &err), err, ERR_USAGE,
          "x.key': key file of version 3", "the file is named");
}

static void *new_socket(void *ctx, int type, int timeout)
{
    void *s = zmq_socket(ctx, type);
    const int zero = 0;

    zmq_setsockopt(s, ZMQ_LINGER, &zero, sizeof(zero));
    zmq_setsockopt(s, ZMQ_RCVTIMEO, &timeout, sizeof(timeout));
    return s;
}

/* A guarded server and how a client may come. */
struct room {
    void *ctx;
    void *server;
    char endpoint[128];
};

/*
 * A client says "in"; how long what the server hears is, -1 if nothing within
 * 'timeout' ms.  'kp' NULL: without CURVE.  Own context: no shared state.
 */
static int visit_room(const struct room *room, const struct curve_keypair *kp,
                      const char *server_key, int timeout)
{
    void *ctx = zmq_ctx_new();
    void *client = new_socket(ctx, ZMQ_DEALER, timeout);
    struct err err = {0};
    char id[64], text[64];
    int n = -1;

    zmq_setsockopt(room->server, ZMQ_RCVTIMEO, &timeout, sizeof(timeout));
    if (kp && curve_keys_client(kp, client, server_key, &err) < 0)
        ok(false, err.text);
    if (zmq_connect(client, room->endpoint) < 0)
        ok(false, "a visitor connects");
    zmq_send(client, "in", 2, 0);
    if (zmq_recv(room->server, id, sizeof(id), 0) >= 0)
        n = zmq_recv(room->server, text, sizeof(text), 0);
    zmq_close(client);
    zmq_ctx_term(ctx);
    return n;
}

static void check_visitors(const struct room *room)
{
    struct curve_keypair worker, server, stranger;
    struct err err = {0};

    ok(curve_keys_read(in_dir("keys/worker.key"), &worker, &err) == 0 &&
           curve_keys_read(in_dir("keys/server.key"), &server, &err) == 0,
       "both keys of the run are read");
    stranger = worker;
    ok(zmq_curve_keypair(stranger.public_key, stranger.secret_key) == 0,
       "a stranger who knows the server's public key");
    ok(visit_room(room, &worker, NULL, 5000) == 2,
       "the run's worker gets through");
    ok(visit_room(room, &stranger, NULL, 300) == -1, "another key does not");
    ok(visit_room(room, NULL, NULL, 300) == -1,
       "a stranger's key does not get through");
    ok(visit_room(room, &worker, stranger.public_key, 300) == -1,
       "a visitor without key does not get through");
    ok(visit_room(room, &server, server.public_key, 300) == -1,
       "  nor the server's own key");
    ok(visit_room(room, &worker, server.public_key, 5000) == 2,
       "the worker still gets through");
    fails(curve_keys_client(&worker, room->server, "short", &err), err,
          ERR_USAGE, "'short' is not a CURVE key",
          "a bad server key is refused");
}

static void check_guard(void)
{
    struct room room = {.ctx = zmq_ctx_new()};
    struct curve_server *guard;
    struct curve_keypair server;
    struct err err = {0};
    size_t size = sizeof(room.endpoint);

    ok(curve_keys_read(in_dir("keys/server.key"), &server, &err) == 0,
       "server.key is read");
    guard = curve_server_new(room.ctx, &server, &err);
    room.server = new_socket(room.ctx, ZMQ_ROUTER, 5000);
    ok(guard && curve_keys_server(guard, room.server, &err) == 0 &&
           zmq_bind(room.server, "tcp://127.0.0.1:*") == 0 &&
           zmq_getsockopt(room.server, ZMQ_LAST_ENDPOINT, room.endpoint,
                          &size) == 0,
       "a guarded socket listens");
    check_visitors(&room);
    ok(!curve_server_new(room.ctx, &server, &err) && err.code == ERR_SYSTEM &&
           strstr(err.text, "cannot guard sockets"),
       "a context has one guard");
    zmq_close(room.server);
    curve_server_free(guard);
    memset(server.peer_key, 0, sizeof(server.peer_key));
    ok(!curve_server_new(room.ctx, &server, &err) && err.code == ERR_USAGE &&
           strstr(err.text, "names no peer"),
       "a guard must know whom to let in");
    zmq_ctx_term(room.ctx);
    curve_server_free(NULL);
}

int main(void)
{
    begin_dir();
    check_make();
    check_race();
    check_open_to_others();
    check_parse();
    check_file();
    check_guard();
    return end_dir();
}
