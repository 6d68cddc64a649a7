#include "base/turn_clock.h"

#include "base/clock.h"

#include <math.h>

void turn_clock_start(struct turn_clock *c)
{
    c->now = c->read = clock_now();
}

void turn_clock_turn(struct turn_clock *c, double most)
{
    const double now = clock_now();

    c->now += fmin(now - c->read, most);
    c->read = now;
}
