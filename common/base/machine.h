/*
 * machine.h - what computer this is, and how much memory is free
 */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

enum { MACHINE_TEXT = 160, MACHINE_VALUE = 64 };

/* What follows "key ... : " in a file of /proc, cut to this; "" if nothing. */
void machine_value(const char *file, const char *key,
                   char value[MACHINE_VALUE]);

/* "AMD EPYC 7B12, 2 processors, 25 GB, Linux 6.1.0 x86_64"; what cannot be
 * told is left out. */
void machine_describe(char text[MACHINE_TEXT]);

/* Cores that this process can keep busy, 1 or more: those that it may use
 * (core_mask.h), or as many as a quota of control_groups.h gives time for,
 * rounded up, if these are fewer. */
int machine_cores(void);

/* Bytes of memory that this process and those that it starts may still take,
 * by the machine and by control_groups.h; 0 if that cannot be told. */
double machine_memory(void);

/* Bytes of memory that this process has had at most, with the files that it
 * maps (VmHWM); 0 if that cannot be told. */
double machine_peak_memory(void);

#endif
