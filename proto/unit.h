/* unit.h - scheduler to worker: do this, it is leased to you */
#ifndef PROTO_UNIT_H
#define PROTO_UNIT_H

#include "proto/wire.h"

struct msg_unit {
    uint64_t id;                      /* 1 .. ; unique in a run */
    char step[WIRE_MAX_STEP + 1];     /* name: "train/mobilenetv2-scratch-s1" */
    uint32_t attempt;                 /* 1 .. WIRE_MAX_ATTEMPT */
    uint32_t lease_ms;                /* 1 .. WIRE_MAX_LEASE_MS */
    char run_dir[WIRE_MAX_PATH + 1];  /* path; "" if the worker has its own */
    uint64_t first, count;            /* rows; 0 .. WIRE_MAX_ROW each */
    char sink[WIRE_MAX_ENDPOINT + 1]; /* path: endpoint of the sink, or "" */
    char sink_key[WIRE_KEY + 1];      /* its CURVE public key, or "" */
};

/* See wire.h for what encoders and decoders promise. */
WIRE_DECLARE(unit);

#endif
