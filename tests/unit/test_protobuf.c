/*
 * test_protobuf.c - bytes as in the description of the wire format
 */
#include "export/onnx_proto.h"
#include "export/protobuf.h"
#include "onnx_read.h"

/* 'b' is these bytes, and is emptied. */
static void check_bytes(struct buf *b, const char *bytes, size_t n,
                        const char *what)
{
    ok(!b->failed && b->len == n && memcmp(b->data, bytes, n) == 0, what);
    buf_release(b);
}

/* The examples of protobuf.dev/programming-guides/encoding. */
static void check_examples(void)
{
    struct buf b = {0}, part = {0};

    protobuf_int(&b, 1, 150);
    check_bytes(&b, "\x08\x96\x01", 3, "150 in field 1");
    protobuf_text(&b, 2, "testing");
    check_bytes(&b, "\x12\x07testing", 9, "a text in field 2");
    protobuf_int(&part, 1, 150);
    protobuf_message(&b, 3, &part);
    check_bytes(&b, "\x1a\x03\x08\x96\x01", 5, "a message in field 3");
    ok(part.len == 0 && !part.data, "  whose part is empty then");
    protobuf_int(&b, 6, UINT64_MAX - 1);
    check_bytes(&b, "\x30\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11,
                "-2 as int64, in ten bytes");
}

static void check_limits(void)
{
    char long_text[301] = "";
    struct buf b = {0};

    protobuf_int(&b, 1, 0);
    check_bytes(&b, "\x08\x00", 2, "nought is one byte");
    protobuf_int(&b, 15, 127);
    check_bytes(&b, "\x78\x7f", 2, "field 15 has a key of one byte");
    protobuf_int(&b, 16, 128);
    check_bytes(&b, "\x80\x01\x80\x01", 4, "field 16 one of two");
    protobuf_float(&b, 2, 1.0f);
    check_bytes(&b, "\x15\x00\x00\x80\x3f", 5, "a float, little-endian");
    protobuf_float(&b, 2, -0.15625f);
    check_bytes(&b, "\x15\x00\x00\x20\xbe", 5, "a negative float");
    memset(long_text, 'x', sizeof(long_text) - 1);
    protobuf_text(&b, 1, long_text);
    ok(b.len == 303 && memcmp(b.data, "\x0a\xac\x02xx", 5) == 0,
       "300 bytes have a length of two");
    buf_release(&b);
    protobuf_bytes(&b, 1, NULL, 0);
    check_bytes(&b, "\x0a\x00", 2, "no bytes are a length alone");
    protobuf_open(&b, 7, 5);
    check_bytes(&b, "\x3a\x05", 2, "a message whose bytes are to follow");
}

static void check_failure(void)
{
    struct buf b = {0}, part = {.failed = true};
    struct err err = {0};

    protobuf_int(&b, 1, 1);
    protobuf_message(&b, 2, &part);
    fails(buf_check(&b, &err), err, ERR_SYSTEM, "memory",
          "what a part lacked the whole lacks");
    buf_release(&b);
}

/* One message of ONNX each, byte by byte. */
static void check_onnx(void)
{
    static const float x[2] = {1.0f, -2.0f};
    static const int stride[2] = {2, 300};
    struct buf b = {0}, a = {0};

    onnx_proto_tensor(&b, &(struct onnx_proto_tensor){.name = "w",
                                                      .type = ONNX_PROTO_FLOAT,
                                                      .dim = {1, 2},
                                                      .n_dim = 2,
                                                      .data = x,
                                                      .bytes = sizeof(x)});
    check_bytes(&b,
                "\x2a\x13\x08\x01\x08\x02\x10\x01\x42\x01w\x4a\x08"
                "\x00\x00\x80\x3f\x00\x00\x00\xc0",
                21, "a tensor");
    onnx_proto_ints(&a, "s", stride, 2);
    onnx_proto_node(
        &b, &(struct onnx_proto_node){.op = "Op", {"x", "w"}, .out = "y"}, &a);
    check_bytes(&b,
                "\x0a\x1d\x0a\x01x\x0a\x01w\x12\x01y\x1a\x01y\x22\x02Op"
                "\x2a\x0b\x0a\x01s\x40\x02\x40\xac\x02\xa0\x01\x07",
                31, "a node with a list of integers");
    onnx_proto_float(&a, "e", 1.0f);
    check_bytes(&a, "\x2a\x0b\x0a\x01\x65\x15\x00\x00\x80\x3f\xa0\x01\x01", 13,
                "an attribute that is a float");
    onnx_proto_int(&a, "g", 32);
    check_bytes(&a, "\x2a\x08\x0a\x01g\x18\x20\xa0\x01\x02", 10,
                "an attribute that is an integer");
    onnx_proto_value(
        &b,
        &(struct onnx_proto_value){
            .name = "p", .text = "t", .type = ONNX_PROTO_FLOAT, .dim = {5}},
        true);
    check_bytes(&b,
                "\x62\x17\x0a\x01p\x12\x0f\x0a\x0d\x08\x01\x12\x09"
                "\x0a\x03\x12\x01N\x0a\x02\x08\x05\x1a\x01t",
                25, "an output of free batch");
}

/* The tests' own reader tells a message that is cut. */
static void check_reader(void)
{
    static const unsigned char cut[] = {0x08, 0x96};
    struct message m = {cut, cut + sizeof(cut), false};
    struct field f;

    ok(!read_field(&m, &f) && m.damaged, "a varint that is cut is told");
}

int main(void)
{
    check_examples();
    check_limits();
    check_failure();
    check_onnx();
    check_reader();
    return tap_done();
}
