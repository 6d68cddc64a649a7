/* machine.c - /proc/cpuinfo, /proc/meminfo, uname */
#include "base/machine.h"

#include "base/control_groups.h"
#include "base/core_mask.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { LINE = 256 };

void machine_value(const char *file, const char *key, char value[MACHINE_VALUE])
{
    char line[LINE];
    FILE *f = fopen(file, "r");

    value[0] = '\0';
    while (f && fgets(line, sizeof(line), f)) {
        const char *colon = strchr(line, ':');

        if (strncmp(line, key, strlen(key)) != 0 || !colon)
            continue;
        colon += 1 + strspn(colon + 1, " \t");
        snprintf(value, MACHINE_VALUE, "%.*s", (int)strcspn(colon, "\n"),
                 colon);
        break;
    }
    if (f)
        fclose(f);
}

/* Bytes that a file of /proc tells in kB; 0 if it does not. */
static double proc_bytes(const char *file, const char *key)
{
    unsigned long kilobytes = 0;
    char value[MACHINE_VALUE];

    machine_value(file, key, value);
    return sscanf(value, "%lu", &kilobytes) == 1 ? (double)kilobytes * 1024 : 0;
}

void machine_describe(char text[MACHINE_TEXT])
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    const double memory = proc_bytes("/proc/meminfo", "MemTotal");
    char cpu[MACHINE_VALUE];
    struct utsname u;
    int at = 0;

    machine_value("/proc/cpuinfo", "model name", cpu);
    if (cpu[0])
        at += snprintf(text + at, MACHINE_TEXT - (size_t)at, "%s, ", cpu);
    at += snprintf(text + at, MACHINE_TEXT - (size_t)at, "%ld processor%s", n,
                   n == 1 ? "" : "s");
    if (memory > 0)
        at += snprintf(text + at, MACHINE_TEXT - (size_t)at, ", %.0f GB",
                       memory * 1e-9);
    if (uname(&u) == 0)
        snprintf(text + at, MACHINE_TEXT - (size_t)at, ", %.16s %.24s %.12s",
                 u.sysname, u.release, u.machine);
}

int machine_cores(void)
{
    const double quota =
        control_groups_cores(CONTROL_GROUPS_OWN, CONTROL_GROUPS_MOUNTS);
    struct core_mask own;

    core_mask_own(&own);
    return (int)fmin(core_mask_count(&own), ceil(quota));
}

double machine_memory(void)
{
    const double all = proc_bytes("/proc/meminfo", "MemAvailable");
    const double left =
        control_groups_memory(CONTROL_GROUPS_OWN, CONTROL_GROUPS_MOUNTS);

    return left < HUGE_VAL && (left < all || all <= 0) ? fmax(left, 1) : all;
}

double machine_peak_memory(void)
{
    return proc_bytes("/proc/self/status", "VmHWM");
}
