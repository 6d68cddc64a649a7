/*
 * slot_agent.h - a rank from 1 on: it starts what rank 0 orders
 */
#ifndef ORCHESTRATION_SLOTS_SLOT_AGENT_H
#define ORCHESTRATION_SLOTS_SLOT_AGENT_H

#include "ranks/rank_mail.h"

/* Serve until rank 0 says that it is over.
 *   cores [in] of this slot
 * Errors: ERR_AGAIN rank 0 has not been heard of for long; ERR_SYSTEM. */
MUST_USE int slot_agent_run(const struct rank_mail *mail, int cores,
                            struct err *err);

#endif
