/*
 * turn_clock.h - the clock of a loop that waits for others
 *
 * It stands still while the loop does not turn: as its process was stopped
 * (SIGSTOP, Ctrl-Z), the machine slept, or a turn took long.  Nobody could be
 * heard then, so nobody has been silent.  For patience, not for measuring how
 * long something took.
 */
#ifndef BASE_TURN_CLOCK_H
#define BASE_TURN_CLOCK_H

struct turn_clock {
    double now;  /* seconds since some moment, as of the turn in hand; above 0,
                    and they never run backwards */
    double read; /* clock_now() then */
};

void turn_clock_start(struct turn_clock *c);

/* Another turn begins.  Of the time since the one before at most 'most' seconds
 * count. */
void turn_clock_turn(struct turn_clock *c, double most);

#endif
