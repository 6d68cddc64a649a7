#include "proto/credit.h"

static const struct wire_field FIELDS[] = {
    {"n", WIRE_U32, offsetof(struct msg_credit, n), 1, WIRE_MAX_CREDIT},
};

WIRE_CODEC(CREDIT, credit)
