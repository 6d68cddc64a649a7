/* test_store_damage.c - a store that was changed is refused, and says where */
#include "store_rows.h"

/* Replace 'name' in a copy of store "a" and open it. */
static int open_with(const char *name, const void *bytes, size_t size,
                     struct err *err)
{
    static const char *const files[] = {"images.npy", "labels.npy", "index.csv",
                                        "classes.txt"};
    struct store s;
    char *data = NULL, path[64];
    size_t n = 0;

    BUG_ON(file_dir_make(in_dir("bad"), err) < 0);
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "a/%s", files[i]);
        BUG_ON(file_read(in_dir(path), 1 << 20, &data, &n, err) < 0);
        snprintf(path, sizeof(path), "bad/%s", files[i]);
        BUG_ON(file_write(in_dir(path), strcmp(files[i], name) ? data : bytes,
                          strcmp(files[i], name) ? n : size, err) < 0);
        free(data);
    }
    if (store_open(&s, in_dir("bad"), err) < 0)
        return -1;
    store_close(&s);
    return 0;
}

static int open_text(const char *name, const char *text, struct err *err)
{
    return open_with(name, text, strlen(text), err);
}

/* A .npy of zeros, or of 'fill' in every byte. */
static int open_npy(const char *name, struct npy a, int fill, struct err *err)
{
    const size_t size = NPY_HEADER + npy_bytes(&a);
    char *file = malloc(size);
    int rc;

    BUG_ON(!file);
    memset(file, fill, size);
    npy_header(&a, file);
    rc = open_with(name, file, size, err);
    free(file);
    return rc;
}

static void check_damaged_arrays(void)
{
    struct err err = {0};

    fails(open_text("images.npy", "junk", &err), err, ERR_INPUT, "images.npy",
          "images.npy that is junk is refused");
    fails(open_npy("images.npy", (struct npy){NPY_U8, 3, {N, H, W}, 0, 0, 0}, 0,
                   &err),
          err, ERR_INPUT, "is not uint8 (n, h, w, 3)",
          "images.npy of grey images is refused");
    fails(open_npy("images.npy",
                   (struct npy){NPY_U8, 4, {N + 1, H, W, 3}, 0, 0, 0}, 0, &err),
          err, ERR_INPUT, "labels.npy' is not int32 (41)",
          "images.npy of more images than labels is refused");
    fails(open_npy("images.npy",
                   (struct npy){NPY_U8, 4, {1, 5000, 1, 3}, 0, 0, 0}, 0, &err),
          err, ERR_INPUT, "is not uint8",
          "images.npy of a huge image is refused");
    fails(
        open_npy("labels.npy", (struct npy){NPY_F32, 1, {N}, 0, 0, 0}, 0, &err),
        err, ERR_INPUT, "is not int32 (40)", "labels.npy of floats is refused");
    fails(
        open_npy("labels.npy", (struct npy){NPY_I32, 1, {N}, 0, 0, 0}, 0, &err),
        err, ERR_INPUT,
        "image 1 is 'b c' in index.csv, but its label 0 is "
        "'alpha'",
        "labels that the index denies are refused");
    fails(
        open_npy("labels.npy", (struct npy){NPY_I32, 1, {N}, 0, 0, 0}, 1, &err),
        err, ERR_INPUT, "label 16843009 of image 0, there are 3 classes",
        "labels beyond the classes are refused");
    fails(open_npy("labels.npy", (struct npy){NPY_I32, 1, {N}, 0, 0, 0}, 255,
                   &err),
          err, ERR_INPUT, "image 0 has label -1 but status 'ok'",
          "labels that the status denies are refused");
}

static void check_damaged_text(void)
{
    struct buf b = {0};
    struct err err = {0};

    fails(open_text("classes.txt", "alpha\nb c\n", &err), err, ERR_INPUT,
          "there are 2 classes", "classes.txt without a class is refused");
    fails(open_text("classes.txt", "alpha\nb c\nx", &err), err, ERR_INPUT,
          "is cut short", "classes.txt without the last line end is refused");
    fails(open_text("classes.txt", "alpha\n\nx\n", &err), err, ERR_INPUT,
          "line 2 is not a name of 1..63 bytes",
          "classes.txt with a class without a name is refused");
    fails(open_text("classes.txt", "alpha\nalpha\n", &err), err, ERR_INPUT,
          "class 'alpha' stands twice",
          "classes.txt with a class twice is refused");
    fails(open_with("classes.txt", "a\0b\n", 4, &err), err, ERR_INPUT,
          "zero byte", "classes.txt with a zero byte is refused");
    for (int i = 0; i <= CONFIG_CLASSES_MAX; i++)
        buf_printf(&b, "%d\n", i);
    fails(open_text("classes.txt", b.data, &err), err, ERR_INPUT,
          "more than 64 classes", "classes.txt of too many classes is refused");
    buf_release(&b);
    fails(open_text("index.csv", "file,class,split,status\na,b,,x\n", &err),
          err, ERR_INPUT, "describes 1 images, images.npy has 40",
          "a short index.csv is refused");
    for (int i = 0; i < N; i++)
        buf_puts(&b, "a,b,c\n");
    {
        static const char *const header[][2] = {
            {"class,split,other\n", "no column 'status'"},
            {"class,other,status\n", "no column 'split'"},
            {"other,split,status\n", "no column 'label'"}};

        for (int i = 0; i < 3; i++) {
            struct buf t = {0};

            buf_printf(&t, "%s%s", header[i][0], b.data);
            fails(open_text("index.csv", t.data, &err), err, ERR_INPUT,
                  header[i][1], header[i][1]);
            buf_release(&t);
        }
    }
    buf_release(&b);
}

static void check_damaged_split(void)
{
    char *data = NULL, *hit;
    size_t n = 0;
    struct err err = {0};

    BUG_ON(file_read(in_dir("a/index.csv"), 1 << 20, &data, &n, &err) < 0);
    hit = strstr(data, "train");
    BUG_ON(!hit);
    *hit = 'T';
    fails(open_with("index.csv", data, n, &err), err, ERR_INPUT,
          "image 0 is of split 'Train'",
          "an unknown split in index.csv is refused");
    free(data);
    ok(open_with("none", "", 0, &err) == 0, "the undamaged copy opens");
}

int main(void)
{
    begin_dir();
    make_store(in_dir("a"), 1);
    check_damaged_arrays();
    check_damaged_text();
    check_damaged_split();
    return end_dir();
}
