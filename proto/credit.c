#include "proto/credit.h"

static const struct wire_field FIELDS[] = {
    WIRE_FIELD(credit, n, U32, 1, WIRE_MAX_CREDIT),
};

WIRE_CODEC(CREDIT, credit)
